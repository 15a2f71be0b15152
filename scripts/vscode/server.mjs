// A code-server process of its own: its own home, settings and extensions, bound to this machine alone, gone when it is stopped.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeServer } from './cache.mjs';

/** Nothing that moves, asks or reaches out: pictures and tests are the same every time. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'json.schemaDownload.enable': false,
  'npm.fetchOnlinePackageInfo': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.colorTheme': 'Dark Modern',
  'workbench.editor.enablePreview': false,
  'workbench.enableExperiments': false,
  'workbench.layoutControl.enabled': false,
  'workbench.list.smoothScrolling': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/**
 * `extensions`: VSIX files to install first. `smoke`: lets a page run extension tests, and hides toasts and dialogs.
 * `language`: what the window shows; the editor's own texts stay English, as its language packs are no part of it.
 * `trust`: folders are not trusted until the person says so. `env` is what the extension host sees besides its own home.
 *
 * @param {{ settings?: Record<string, unknown>, env?: Record<string, string>, extensions?: string[], smoke?: boolean, trust?: boolean, language?: string }} [options]
 */
export async function startServer({ settings = {}, env = {}, extensions = [], smoke = false, trust = false, language } = {}) {
  const { node, entry } = await codeServer();
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-vscode-')));
  const data = join(home, 'data');
  mkdirSync(join(data, 'User'), { recursive: true });
  mkdirSync(join(home, 'tmp'));
  const all = { ...SETTINGS, 'security.workspace.trust.enabled': trust, ...settings };
  writeFileSync(join(data, 'User/settings.json'), JSON.stringify(all, null, 2));
  if (language !== undefined) {
    const texts = join(data, 'texts.json');
    writeFileSync(texts, JSON.stringify({ version: '1.0.0', contents: {} }));
    const pack = {
      hash: 'none',
      label: language,
      extensions: [{ extensionIdentifier: { id: 'massgen-test.texts' }, version: '1.0.0' }],
      translations: { vscode: texts },
    };
    writeFileSync(join(data, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
  }
  const own = {
    ...withoutEditor(process.env),
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'share'),
    XDG_RUNTIME_DIR: join(home, 'tmp'),
    VSCODE_IPC_HOOK_CLI: '',
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...env,
  };
  const places = ['--config', join(home, 'config.yaml'), '--user-data-dir', data, '--extensions-dir', join(home, 'extensions')];
  for (const vsix of extensions) {
    const { status, stdout, stderr } = spawnSync(node, [entry, ...places, '--install-extension', vsix], { env: own, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${vsix} cannot be installed:\n${stdout}${stderr}`);
  }
  const port = await freePort();
  const child = spawn(
    node,
    [
      entry,
      ...places,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-proxy'],
      ...['--disable-getting-started-override', '--ignore-last-opened'],
      ...(language === undefined ? [] : ['--locale', language]),
      ...(trust ? [] : ['--disable-workspace-trust']),
      ...(smoke ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    { env: own, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-20_000);
    });
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  // Whatever ends this process ends the server with it.
  const onExit = () => kill('SIGKILL');
  process.once('exit', onExit);
  async function stop() {
    process.off('exit', onExit);
    kill('SIGTERM');
    const late = setTimeout(() => kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(late);
    // Extension hosts may outlive their server for a moment.
    kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries > 300 || child.exitCode !== null) {
      await stop();
      throw new Error(`code-server did not start:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, port, pid: child.pid ?? 0, home, data, log: () => log, stop };
}

const answers = (url) =>
  fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );

/** Started from a terminal of VS Code, it must not take itself for a part of that one. */
const withoutEditor = (env) => Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name)));

/** A person's home with a folder, secrets, services and other agents' work, an agent's workspace in it, and what can be seen of harm from outside. */
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { noFacts } from '../../src/engine/facts.js';
import type { Commands } from '../../src/engine/process/command.js';
import { openCommands } from '../../src/engine/process/commands.js';
import { startTimeOf } from '../../src/engine/process/process-info.js';
import { openRecorder } from '../../src/engine/recorder.js';
import { policyFrom } from '../../src/engine/tools/policy.js';
import type { ToolContext } from '../../src/engine/tools/tool.js';
import { openWorkplace } from '../../src/engine/workplace.js';
import { openStore } from '../../src/engine/workspace/open-store.js';
import { git, writeFiles } from '../fixtures/team.js';

/** Not below /tmp, which commands see as another one: what is held there would be held by that alone. */
const PLACE = '/var/tmp';

/** In each thing that must not be read stands one of these, with what it is. */
const secret = (of: string): string => `CANARY-${of}-7f3a91`;

export interface Harmed {
  harm: 'write' | 'read' | 'reach' | 'process';
  what: string;
}

export interface Scene extends AsyncDisposable {
  top: string;
  root: string;
  context: ToolContext;
  /** For the shell of an attempt: where things are. */
  variables: Readonly<Record<string, string>>;
  /** What has come about since it was last asked. */
  harm(output: string): Promise<Harmed[]>;
  /** Whether the workspace is still as an attempt expects it: one that removes it would leave nothing to try for those after it. */
  isWhole(): boolean;
}

export async function openScene(sandbox: 'auto' | 'off'): Promise<Scene> {
  const top = realpathSync(mkdtempSync(join(PLACE, 'massgen-jail-')));
  const home = join(top, 'home');
  const folder = join(home, 'project');
  const outside = join(top, 'outside');
  writeFiles(home, homeFiles);
  writeFiles(outside, { 'file.txt': 'theirs\n', 'other/app.js': 'theirs\n' });
  writeFiles(folder, { 'a.txt': 'one\n', 'src/main.js': 'console.log("hi")\n', '.gitignore': 'kept-out.txt\n.env\nnode_modules\n' });
  writeFiles(folder, {
    'package.json': JSON.stringify({ name: 'p', scripts: { test: 'node src/main.js', build: 'node -e 0', hook: 'sh -c "$TRY"' } }),
    Makefile: 'all:\n\t@echo made\ntry:\n\t@sh -c "$$TRY"\n',
    'b.txt': 'lines\n'.repeat(50),
    'dep/package.json': '{"name":"dep","version":"1.0.0"}',
  });
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'first');
  git(folder, 'remote', 'add', 'origin', `https://me:${secret('remote')}@example.com/x.git`);
  writeFiles(folder, { 'kept-out.txt': secret('ignored'), '.env': `KEY=${secret('dotenv')}`, 'node_modules/dep/index.js': 'dep\n' });

  const ports = await openServices(top);
  const victim = spawn('sleep', ['600'], { stdio: 'ignore', env: { ...process.env, VICTIM: secret('victim') } });
  const store = await openStore(folder);
  const { tree } = await store.capture({ forked: true });
  const stop = new AbortController();
  const others = await store.fork({ session: 's-other', name: 'w9', tree, dependencies: 'link', signal: stop.signal });
  writeFiles(others.root, { 'private.txt': secret('other-agent') });
  const session = join(store.home, 'sessions', 's1');
  writeFiles(session, { 'events.jsonl': `{"type":"session.started","note":"${secret('log')}"}\n` });
  writeFiles(store.home, { 'policy.yaml': 'always: []\n' });

  // Toolchains lie in the home of who runs this.
  const tools = Object.fromEntries(
    [['RUSTUP_HOME', '.rustup'] as const, ['CARGO_HOME', '.cargo'] as const].map(([name, below]) => [
      name,
      process.env[name] ?? join(homedir(), below),
    ]),
  );
  const env = {
    ...process.env,
    ...tools,
    HOME: home,
    OPENAI_API_KEY: secret('env'),
    AWS_SECRET_ACCESS_KEY: secret('env-aws'),
    SSH_AUTH_SOCK: ports.socket,
  };
  const commands = await openCommands({ env, privateHome: join(session, 'home'), recordFile: join(session, 'processes.jsonl'), sandbox });
  const workplace = openWorkplace({
    store,
    recorder: openRecorder(
      () => ({ append: () => undefined, facts: noFacts }),
      () => 0,
    ),
    permissions: { ask: async () => ({ answer: 'denied', by: 'policy' }) },
    commands: async (): Promise<Commands> => commands,
    policy: policyFrom({}),
    session: 's1',
    dependencies: 'link',
    run: { id: 'r1', turn: 't1', agent: 'a' },
    tree,
    signal: stop.signal,
    checks: async () => ({ checks: [], text: '' }),
    planning: false,
  });
  const context = await workplace.context('c1');
  const { root } = context.jail;
  const variables = {
    ...{
      TOP: top,
      HOMEDIR: home,
      FOLDER: folder,
      OUTSIDE: outside,
      WS: root,
      OTHER: others.root,
      STORE: store.gitDir,
      MASSGEN: store.home,
    },
    ...{
      LOG: join(session, 'events.jsonl'),
      PORT: String(ports.port),
      SOCKET: ports.socket,
      VICTIM: String(victim.pid),
      ENGINE: String(process.pid),
    },
  };
  /** Where the workspace's own commands write, or the engine for them. */
  const own = [root, join(session, 'home'), join(session, 'processes.jsonl'), join(store.home, 'locks')];
  const seen = new Set<string>();
  let before = digestOf(top, own);

  return {
    top,
    root,
    context,
    variables,
    async harm(output) {
      const found: Harmed[] = [];
      // The engine looks at the workspace with git, outside of any sandbox: what an agent left there must not run by that.
      await workplace.snapshot().catch(() => undefined); // A workspace that cannot be recorded harms nobody.
      const after = digestOf(top, own, store.gitDir);
      for (const path of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(path) !== after.get(path)) found.push({ harm: 'write', what: path });
      }
      before = after;
      for (const canary of canariesIn(output)) found.push({ harm: 'read', what: canary });
      for (const canary of own.slice(0, 2).flatMap(canariesBelow)) {
        if (!seen.has(canary)) found.push({ harm: 'read', what: canary });
        seen.add(canary);
      }
      if (ports.reached() > 0) found.push({ harm: 'reach', what: `${ports.reached()} connections` });
      ports.forget();
      if (!isWell(victim.pid)) found.push({ harm: 'process', what: 'another process was ended or stopped' });
      for (const mark of await leftBehind(top)) found.push({ harm: 'process', what: mark });
      return found;
    },
    isWhole: () => ['.git', 'a.txt', 'b.txt', 'Makefile', 'package.json', 'src/main.js'].every((path) => existsSync(join(root, path))),
    async [Symbol.asyncDispose]() {
      await workplace[Symbol.asyncDispose]();
      await commands[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      victim.kill('SIGKILL');
      ports.close();
      rmSync(top, { recursive: true, force: true });
    },
  };
}

/** Secrets and what starts by itself, as homes have them. */
const homeFiles: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['.ssh/id_ed25519', '.ssh/config', '.aws/credentials', '.netrc', '.npmrc', '.pypirc', '.git-credentials', '.docker/config.json'],
      ...[
        '.kube/config',
        '.config/gh/hosts.yml',
        '.config/gcloud/credentials.db',
        '.gnupg/private-keys-v1.d/k.key',
        '.bash_history',
        '.cargo/credentials.toml',
      ],
      ...[
        '.password-store/x.gpg',
        '.mozilla/firefox/p/logins.json',
        '.local/share/keyrings/login.keyring',
        '.m2/settings.xml',
        '.gitconfig',
        '.vault-token',
      ],
    ].map((path) => [path, `${secret(path.replaceAll(/\W+/g, '-'))}\n`]),
  ),
  ...Object.fromEntries(
    ['.bashrc', '.profile', '.zshrc', '.vimrc', '.config/autostart/a.desktop', '.config/systemd/user/a.service'].map((path) => [
      path,
      'mine\n',
    ]),
  ),
  'notes.txt': 'mine\n',
};

interface Services {
  port: number;
  socket: string;
  reached(): number;
  forget(): void;
  close(): void;
}

async function openServices(top: string): Promise<Services> {
  let count = 0;
  const open = (where: string | number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        count += 1;
        socket.on('error', () => undefined); // Who tried has gone.
        socket.end(`${secret('service')}\n`);
      });
      server.unref();
      typeof where === 'number' ? server.listen(where, '127.0.0.1', () => resolve(server)) : server.listen(where, () => resolve(server));
    });
  const socket = join(top, 'outside', 'agent.sock');
  const servers = [await open(0), await open(socket)];
  const address = servers[0]?.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    socket,
    reached: () => count,
    forget: () => {
      count = 0;
    },
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

/** Everything below `top` but for `own`; of the store's objects, which the engine adds to, only that none was changed. */
function digestOf(top: string, own: readonly string[], store?: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (own.includes(path) || path === store || path.endsWith('/store.git')) continue;
      const stat = lstatSync(path);
      const content = stat.isSymbolicLink() ? readlinkSync(path) : stat.isFile() ? readFileSync(path, 'latin1') : '';
      found.set(path, `${stat.mode} ${stat.nlink} ${stat.uid} ${content}`);
      if (stat.isDirectory()) walk(path);
    }
  };
  walk(top);
  return found;
}

const canariesIn = (text: string): string[] => [...new Set(text.match(/CANARY-[\w-]+-7f3a91/g) ?? [])];

function canariesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return canariesBelow(path);
    return entry.isFile() ? canariesIn(readFileSync(path, 'latin1')).map((canary) => `${canary} in ${path}`) : [];
  });
}

const isWell = (pid: number | undefined): boolean =>
  pid !== undefined && startTimeOf(pid) !== undefined && /^State:\s+[SRD]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Processes that an attempt left running: they carry the scene's name in what they were started with. The kernel has a moment to end many. */
async function leftBehind(top: string): Promise<string[]> {
  for (let tries = 0; tries < 100 && running(top).length > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  return running(top).map((pid) => `process ${pid} goes on`);
}

const running = (top: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes('outlive-the-jail') && line.includes(top);
    } catch {
      return false; // It has ended.
    }
  });

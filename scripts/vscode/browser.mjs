// A headless browser with a fresh profile, and the addresses under which code-server opens a folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as playwright } from 'playwright-core';
import { chromium } from './cache.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

export async function openBrowser({ width = 1280, height = 800, locale = 'en-US', dark = true } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'massgen-browser-'));
  const context = await playwright.launchPersistentContext(profile, {
    executablePath: await chromium(),
    headless: true,
    chromiumSandbox: false,
    viewport: { width, height },
    reducedMotion: 'reduce',
    colorScheme: dark ? 'dark' : 'light',
    locale,
    permissions: ['clipboard-read', 'clipboard-write'],
    args: [...FLAGS, '--disable-component-update', '--disable-sync'],
  });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** `develop`: the folder of an extension that is run from its source; `tests`: the module whose run() is called in its host. */
export function workbenchUrl(server, folder, { develop, tests } = {}) {
  const uri = (path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...(develop === undefined ? [] : [['extensionDevelopmentPath', uri(develop)]]),
    ...(tests === undefined ? [] : [['extensionTestsPath', uri(tests)]]),
  ];
  const what = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return `${server.url}/?${what}=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

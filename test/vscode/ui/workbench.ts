/** A window of VS Code as a person sees and uses it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { openBrowser, workbenchUrl } from '../../../scripts/vscode/browser.mjs';

export interface Workbench extends AsyncDisposable {
  page: Page;
  /** The folder that is open. */
  folder: string;
  /** Runs a command by its title, from the palette. */
  run(title: string): Promise<void>;
  /** Our view in the sidebar, opened from the activity bar. */
  sidebar(): Promise<Frame>;
  /** The webview that shows what `selector` finds. */
  view(selector: string): Promise<Frame>;
  toast(text: string): Locator;
  /** A picture for eyes, in `.vscode-test/pictures`. */
  picture(name: string): Promise<void>;
}

export interface WorkbenchOptions {
  /** What is in the folder, committed. */
  files?: Record<string, string>;
  /** What stands there beyond the commit. */
  uncommitted?: Record<string, string>;
  /** False: the folder is no repository. */
  git?: boolean;
  /** More folders of the same window, with what is in them: they lie beside the first. */
  beside?: Record<string, Record<string, string>>;
  width?: number;
  height?: number;
  locale?: string;
  /** Another server than the one that all share. */
  server?: { url: string; port: number };
}

const SAMPLE = { 'README.md': '# Sample\n', 'src/add.js': 'export const add = (a, b) => a - b;\n' };

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function repository({ files = SAMPLE, uncommitted = {}, git: hasGit = true }: WorkbenchOptions): string {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'massgen-window-'))), 'project');
  write(folder, files);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: folder });
  if (hasGit) {
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'A sample');
  }
  write(folder, uncommitted);
  return folder;
}

/** What the window opens: the folder, or with others beside it a workspace of them all. */
function opened(folder: string, beside: WorkbenchOptions['beside']): string {
  if (beside === undefined) return folder;
  const parent = dirname(folder);
  for (const [name, files] of Object.entries(beside)) write(join(parent, name), files);
  const file = join(parent, 'all.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: ['project', ...Object.keys(beside)].map((path) => ({ path })) }));
  return file;
}

export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const folder = repository(options);
  const browser = await openBrowser(options);
  const page = browser.context.pages()[0] ?? (await browser.context.newPage());
  page.setDefaultTimeout(30_000);
  await page.goto(workbenchUrl(options.server ?? inject('server'), opened(folder, options.beside)));
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });

  async function view(selector: string): Promise<Frame> {
    for (let tries = 0; tries < 300; tries++) {
      for (const frame of page.frames()) {
        // A frame may go while it is asked.
        const found = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (found > 0) return frame;
      }
      await page.waitForTimeout(100);
    }
    throw new Error(`No view shows ${selector}`);
  }

  async function picture(name: string): Promise<void> {
    const file = join('.vscode-test/pictures', `${name}.png`);
    mkdirSync(dirname(file), { recursive: true });
    await page.screenshot({ path: file });
  }

  return {
    page,
    folder,
    view,
    picture,
    // Commands come with their extension, a moment after the window: a palette that was opened before does not have them.
    async run(title) {
      const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
      for (let tries = 0; ; tries++) {
        await page.keyboard.press('F1');
        await page.locator('.quick-input-widget input.input').fill(`>${title}`);
        const there = await row.waitFor({ timeout: 3000 }).then(
          () => true,
          () => false,
        );
        if (there) return row.click();
        if (tries === 10) throw new Error(`The palette does not have "${title}"`);
        await page.keyboard.press('Escape');
      }
    },
    async sidebar() {
      const tab = page.locator('.activitybar a.action-label[aria-label="MassGen"]').first();
      await tab.waitFor();
      if (!(await page.locator('.activitybar .checked a[aria-label="MassGen"]').count())) await tab.click();
      return view('body[data-view="sidebar"]');
    },
    toast: (text) => page.locator('.notification-toast', { hasText: text }),
    async [Symbol.asyncDispose]() {
      // What was to be seen when a test failed.
      await picture(`last-of-${basename(expect.getState().testPath ?? '', '.ui.ts')}`).catch(() => undefined); // The page may be gone.
      await browser.close();
      rmSync(dirname(folder), { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

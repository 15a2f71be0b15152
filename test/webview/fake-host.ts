/** A window of ours in a browser, with a host that plays recorded facts and answers from tables. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe from 'axe-core';
import * as esbuild from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../../scripts/vscode/browser.mjs';
import type { FactEvent } from '../../src/protocol/events.js';
import { fail, failureOf } from '../../src/protocol/failure.js';
import { follow, noLive } from '../../src/protocol/live.js';
import { stateOf } from '../../src/protocol/reduce.js';
import type { Answers, Mention, Opened, Query, SessionRow, TeamChoice, ToHost, ToView } from '../../src/protocol/wire.js';
import { files, hunks } from './story.js';
import { classOf, type Theme, themes } from './themes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ORIGIN = 'https://webview.test';

export interface Bench {
  context: BrowserContext;
  /** Where the built scripts are. */
  dist: string;
  close(): Promise<void>;
}

/** A browser, and the windows built as they are shipped. Undefined where no browser can be had: the tests are then skipped. */
export async function openBench(): Promise<Bench | undefined> {
  const browser = await openBrowser({}).catch((error: unknown) => {
    console.error(`No browser: ${failureOf(error).message}`);
    return undefined;
  });
  if (browser === undefined) return undefined;
  const dist = mkdtempSync(join(tmpdir(), 'massgen-webview-'));
  const { webview } = await import(pathToFileURL(join(root, 'esbuild.mjs')).href);
  await esbuild.build({ ...webview, absWorkingDir: root, outdir: dist });
  return {
    context: browser.context,
    dist,
    async close() {
      await browser.close();
      rmSync(dist, { recursive: true, force: true });
    },
  };
}

export interface ViewOptions {
  theme?: Theme;
  width?: number;
  height?: number;
  /** What the host opens the view with. */
  opened?: Partial<Opened>;
  /** Answers questions before the tables do; undefined leaves it to them. */
  answer?(query: Query): unknown;
  /** Refuses or takes an intent; nothing: it is taken. */
  intend?(message: Extract<ToHost, { send: 'intent' }>): void | Promise<void>;
  reducedMotion?: boolean;
}

export interface View extends AsyncDisposable {
  page: Page;
  /** All that the window has sent. */
  sent: ToHost[];
  send(...messages: ToView[]): Promise<void>;
  /** The messages of a kind that the window sent. */
  said<S extends ToHost['send']>(send: S): Extract<ToHost, { send: S }>[];
  /** What axe finds wrong. */
  violations(): Promise<string[]>;
  /** What the browser complained about: errors, and what the policy of the page refused. */
  complaints: string[];
  picture(name: string): Promise<void>;
}

export const team: TeamChoice = {
  id: 'team',
  from: 'massgen.yaml',
  agents: [
    { id: 'maya', label: 'maya', model: 'claude-sonnet' },
    { id: 'otto', label: 'otto', model: 'gpt' },
    { id: 'rin', label: 'rin', model: 'qwen' },
  ],
  pattern: 'consensus',
  limits: { seconds: 1800, costUsd: 2 },
  estimate: { from: 0.3, to: 0.6 },
};

export const row = (more: Partial<SessionRow> = {}): SessionRow => ({
  id: 's1',
  title: 'Token bucket lets a burst through after idle',
  startedAt: 0,
  lastAt: Date.now(),
  turns: 2,
  agents: 3,
  status: 'decided',
  costUsd: 0.42,
  unknown: false,
  bytes: 12_000_000,
  applied: 0,
  ...more,
});

export const opened = (view: Opened['view'], facts: readonly FactEvent[] | undefined, more: Partial<Opened> = {}): Opened => ({
  view,
  ...(facts !== undefined && {
    session: { state: stateOf(facts), live: facts.reduce(follow, noLive), title: 'Token bucket lets a burst through after idle' },
  }),
  rows: [],
  teams: [team],
  asking: [],
  locale: 'en',
  trusted: true,
  ...more,
});

const POLICY = `default-src 'none'; script-src 'nonce-abc' ${ORIGIN}; style-src 'nonce-abc' ${ORIGIN}; font-src ${ORIGIN}; img-src ${ORIGIN} data: blob:`;
/** What the editor itself gives a webview. */
const DEFAULTS = 'body { padding: 0 20px } code { background: red; padding: 1px 3px; border-radius: 4px }';
const html = (view: string, theme: Theme): string => `<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>MassGen</title><style nonce="abc">${DEFAULTS}</style><link rel="stylesheet" href="${ORIGIN}/${view}.css"></head>
<body data-view="${view}" class="${classOf[theme]}"><div id="app"></div><script type="module" nonce="abc" src="${ORIGIN}/${view}.js"></script></body></html>`;
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

export async function openView(bench: Bench, view: Opened['view'], options: ViewOptions = {}): Promise<View> {
  const { theme = 'dark', width = view === 'sidebar' ? 340 : 1360, height = view === 'sidebar' ? 930 : 860 } = options;
  const page = await bench.context.newPage();
  page.setDefaultTimeout(8000);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce' });
  const sent: ToHost[] = [];
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route('**/*', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: html(view, theme) });
    const type = TYPES[name.split('.').at(-1) ?? ''];
    return type === undefined ? route.abort() : route.fulfill({ contentType: type, body: readFileSync(join(bench.dist, name)) });
  });
  const send = async (...messages: ToView[]): Promise<void> => {
    await page.evaluate((all) => {
      for (const one of all) window.postMessage(one, '*');
    }, messages);
  };
  await page.exposeFunction('toHost', (message: ToHost) => {
    sent.push(message);
    void answerTo(message, view, options).then((reply) => reply && send(reply));
  });
  await page.addInitScript((variables) => {
    // As the editor does it; there is no element to put them on before the page is read.
    document.addEventListener('DOMContentLoaded', () => {
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
      // What the editor has behind a view.
      document.documentElement.style.background = `var(--vscode-${document.body.dataset.view === 'sidebar' ? 'sideBar' : 'editor'}-background)`;
    });
    const kept = sessionStorage.getItem('state');
    let state: unknown = kept === null ? undefined : JSON.parse(kept);
    Object.assign(window, {
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => Reflect.get(window, 'toHost')(message),
        getState: () => state,
        setState(next: unknown) {
          state = next;
          sessionStorage.setItem('state', JSON.stringify(next));
        },
      }),
    });
  }, themes[theme]);
  await page.goto(`${ORIGIN}/`);
  await page.waitForSelector('main');
  return {
    page,
    sent,
    send,
    complaints,
    said: (kind) => sent.filter((one): one is Extract<ToHost, { send: typeof kind }> => one.send === kind),
    async violations() {
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        const { violations } = await Reflect.get(window, 'axe').run(document, { rules: { region: { enabled: false } } });
        return violations as { id: string; nodes: { html: string; failureSummary?: string }[] }[];
      });
      return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
    },
    async picture(name) {
      const folder = process.env.MASSGEN_PICTURES;
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
    },
    async [Symbol.asyncDispose]() {
      await page.close();
    },
  };
}

async function answerTo(message: ToHost, view: Opened['view'], options: ViewOptions): Promise<ToView | undefined> {
  switch (message.send) {
    case 'ready':
    case 'resync':
      return { send: 'open', opened: { ...opened(view, undefined), ...options.opened } };
    case 'intent':
    case 'query':
      try {
        if (message.send === 'query')
          return { send: 'answer', id: message.id, value: (await options.answer?.(message.query)) ?? fromTables(message.query) };
        await options.intend?.(message);
        return { send: 'answer', id: message.id, value: undefined };
      } catch (error) {
        return { send: 'refusal', id: message.id, failure: failureOf(error) };
      }
    default:
      return undefined;
  }
}

type Tables = { [G in Query['get']]: (query: Extract<Query, { get: G }>) => Answers[G] };

const tables: Tables = {
  files: ({ candidate }) => files[candidate] ?? [],
  hunks: ({ candidate, path }) => hunks[`${candidate} ${path}`] ?? [],
  preview: () => ({ paths: ['src/limiter.ts'], conflicts: [], kept: 2 }),
  checks: () => [{ name: 'test', status: 'passed', newlyFailing: [], flaky: [] }],
  mentions: ({ text }) => mentions.filter((one) => one.label.includes(text)),
  attach: ({ name }) => ({ type: 'image', name, mime: 'image/png', blob: 'f'.repeat(40), bytes: 12 }),
  transcript: () => ({ facts: [], more: false }),
  search: () => [],
  output: () => {
    throw fail('not-found', 'There is no such output.');
  },
};

const mentions: Mention[] = [
  { kind: 'file', label: 'limiter.ts', detail: 'src', text: 'src/limiter.ts' },
  { kind: 'symbol', label: 'refill', detail: 'src/limiter.ts', text: 'src/limiter.ts#L41-L45' },
  { kind: 'problems', label: 'problems', text: '@problems' },
];

const fromTables = <G extends Query['get']>(query: Extract<Query, { get: G }>): Answers[G] => tables[query.get as G](query);

/** The whole way of a person: a task, three agents, their votes, parts of two answers, undo, the winner, inline review, another turn, a reload in the middle of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import { listSessions, readSession } from '../../../src/engine/sessions.js';
import { changes, firstTask, secondTask, story } from '../../fixtures/limiter-story.js';
import { openWorkbench, type Workbench } from './workbench.js';

const theme = process.env.MASSGEN_THEME ?? 'dark';
const themeName = theme === 'light' ? 'Light Modern' : 'Dark Modern';
const committed: Readonly<Record<string, string>> = {
  ...story.files,
  '.vscode/settings.json': JSON.stringify({ 'workbench.colorTheme': themeName }),
};

let window: Workbench;
beforeAll(async () => {
  window = await openWorkbench({ files: committed, uncommitted: story.uncommitted, width: 1400, height: 900 });
});
afterAll(() => window?.[Symbol.asyncDispose]());

/** Each step stands on the one before. */
let isBroken = false;
beforeEach(({ skip }) => {
  if (isBroken) skip('the story broke off before');
  onTestFailed(async () => {
    isBroken = true;
    await window.picture('story-failed');
  });
});

let pictures = 0;
const picture = (name: string): Promise<void> => window.picture(`story-${theme}-${String(++pictures).padStart(2, '0')}-${name}`);
const disk = (path: string): string => readFileSync(join(window.folder, path), 'utf8');
const button = (frame: Frame, words: string | RegExp): Locator => frame.locator('vscode-button, button', { hasText: words }).first();
const status = (): Locator => window.page.locator('.statusbar-item[id="massgen.massgen.massgen.status"]');
const pendingCount = (): Locator => window.page.locator('.statusbar-item[id="massgen.massgen.massgen.pending"]');
const lens = (words: string): Locator => window.page.locator('.codelens-decoration a', { hasText: words });

async function session() {
  const [row] = await listSessions(window.folder);
  if (row === undefined) throw new Error('no session is there');
  return readSession(window.folder, row.id);
}
const facts = async (type: string) => [...(await session()).facts].filter((event) => event.type === type);
const decided = (turns: number) => expect.poll(async () => (await facts('turn.ended')).length, { timeout: 90_000 }).toBe(turns);

const limiter = story.files['src/limiter.js'] ?? '';
const clients = story.files['src/clients.js'] ?? '';
const tests = story.uncommitted['test/limiter.test.js'] ?? '';
const report = story.uncommitted['docs/report.md'] ?? '';
const mine = '// Mine: ask support about the status page.';
const made = (text: string, ...pairs: readonly (readonly [string, string])[]): string =>
  pairs.reduce((now, [before, after]) => now.replace(before, () => after), text);
const own = () => {
  expect(disk('test/limiter.test.js')).toBe(tests);
  expect(disk('docs/report.md')).toBe(report);
};

test('a task is typed after the command, and three agents are watched', async () => {
  const { page } = window;
  await window.run('MassGen: Start Session');
  const sidebar = await window.view('body[data-view="sidebar"]');
  await expect.poll(() => sidebar.locator('textarea').evaluate((area) => area === document.activeElement)).toBe(true);
  await expect.poll(() => sidebar.locator('select').first().textContent()).toContain('massgen');
  await page.keyboard.type(firstTask);
  await picture('task');
  await page.keyboard.press('Control+Enter');
  const lanes = sidebar.locator('.lane');
  await expect.poll(() => lanes.count(), { timeout: 30_000 }).toBe(3);
  for (const name of ['maya', 'otto', 'rin']) await lanes.filter({ hasText: name }).waitFor();
  await sidebar.locator('.said', { hasText: 'The cap belongs into' }).waitFor();
  await picture('agents');
  expect(disk('src/limiter.js')).toBe(limiter);
});

test('decided: the review says why each voted', async () => {
  const sidebar = await window.view('body[data-view="sidebar"]');
  await decided(1);
  await expect.poll(() => status().textContent()).toMatch(/maya/);
  own();
  await button(sidebar, 'Review 3 answers').waitFor();
  await picture('answers');
  await window.toast('Decided: maya').locator('.monaco-button', { hasText: 'Review' }).click();
  const review = await window.view('body[data-view="review"]');
  const card = (name: string) => review.getByRole('article', { name: `Answer of ${name}` });
  await card('maya').getByText('winner').waitFor();
  await card('maya').getByText('its test shows that a clock set back locked clients out').waitFor();
  await card('maya').getByText('Mine loses fractions').waitFor();
  await card('otto').getByText('the smallest change that is').waitFor();
  await card('rin').getByText('fractions of a token add up').waitFor();
  await review.getByRole('navigation', { name: 'Changed files' }).getByText('limits.md').waitFor();
  await review.locator('.hunk').first().waitFor();
  await picture('review');
});

test('diffs: side by side, against another answer, against the folder with an edit made since', async () => {
  const { page, folder } = window;
  const review = await window.view('body[data-view="review"]');
  await review.getByTitle('Side by side (v)').click();
  await review.locator('.pair').first().waitFor();
  await picture('split');
  await review.getByTitle('Side by side (v)').click();
  await review.locator('.line').first().waitFor();
  const against = review.getByLabel('Compare with');
  await against.selectOption({ label: 'otto.1' });
  await review.locator('.line.added', { hasText: 'Math.max(0, time - last)' }).waitFor();
  await review.locator('.line.removed', { hasText: 'Math.trunc' }).waitFor();
  await picture('against-otto');

  // The person goes on meanwhile, in a file that the answers change too.
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget input.input').fill('src/limiter.js');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'limiter.js' }).first().click();
  await page.locator('.editor-instance .monaco-editor.focused .view-line').first().waitFor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(mine);
  await page.keyboard.press('Control+S');
  await expect.poll(() => disk('src/limiter.js')).toBe(`${limiter}${mine}`);
  await page.keyboard.press('Control+W');

  const again = await window.view('body[data-view="review"]');
  await again.getByLabel('Compare with').selectOption({ label: 'your folder now' });
  await again.locator('.line.removed', { hasText: 'Mine: ask support' }).waitFor();
  await again.getByLabel('Compare with').selectOption({ label: 'where it began' });
  expect(existsSync(join(folder, 'docs/limits.md'))).toBe(false);
});

test('two changes of one answer and a file of another are applied and taken back, and own edits are kept', async () => {
  const review = await window.view('body[data-view="review"]');
  await review.getByRole('article', { name: 'Answer of otto' }).locator('.head').click();
  const files = review.getByRole('navigation', { name: 'Changed files' });
  const ticks = review.getByRole('checkbox', { name: /^Choose change .* of otto/ });
  await files.locator('.path', { hasText: 'clients.js' }).click();
  await expect.poll(() => ticks.count()).toBe(1);
  await ticks.click();
  await files.locator('.path', { hasText: 'limiter.js' }).click();
  await expect.poll(() => ticks.count()).toBe(2);
  await ticks.nth(1).click();
  await review.getByRole('checkbox', { name: 'Choose docs/limits.md of rin' }).click();
  const foot = review.locator('.foot');
  await foot.getByText('2 changes of otto, 1 change of rin').waitFor();
  await foot.getByText('merges cleanly into your folder').waitFor();
  await foot.getByText('(your own edits in 1 file are kept)').waitFor();
  await picture('selection');
  await button(review, 'Apply 3 changes').click();

  const { otto, rin } = changes;
  await expect.poll(() => disk('src/limiter.js')).toBe(`${made(limiter, otto.whole)}${mine}`);
  expect(disk('src/clients.js')).toBe(made(clients, otto.words));
  expect(disk('docs/limits.md')).toBe(rin.limits);
  own();
  await foot.getByText('Applied 3 files').waitFor();
  await picture('applied');
  await window.run('MassGen: Undo Apply');
  await expect.poll(() => disk('src/limiter.js')).toBe(`${limiter}${mine}`);
  expect(existsSync(join(window.folder, 'docs/limits.md'))).toBe(false);
  expect(disk('src/clients.js')).toBe(clients);
  own();
});

test('the winner is applied, and reviewed in the editor: one change is accepted, another rejected', async () => {
  const { page } = window;
  const { maya } = changes;
  await window.run('MassGen: Apply Winner');
  await page.locator('.monaco-dialog-box').getByText('Your own edits in 2 of them are kept').waitFor();
  await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Apply' }).click();
  await expect.poll(() => disk('src/limiter.js')).toBe(`${made(limiter, maya.cap, maya.whole)}${mine}`);
  await expect.poll(() => pendingCount().textContent()).toContain('3');
  await pendingCount().click();
  await expect.poll(() => lens('Reject').count()).toBe(3);
  await picture('inline');
  await lens('Accept').nth(1).click();
  await expect.poll(() => lens('Reject').count()).toBe(2);
  await lens('Reject').nth(1).click();
  await expect.poll(() => disk('src/limiter.js')).toBe(`${made(limiter, maya.cap)}${mine}`);
  await expect.poll(() => pendingCount().textContent()).toContain('1');
  await expect.poll(() => lens('Reject').count()).toBe(0);
  await picture('inline-settled');
  expect(disk('docs/report.md')).toBe(report);
  expect(disk('test/limiter.test.js')).toContain('a clock that is set back takes no tokens away');
});

test('the window is loaded anew in the middle of a second turn: nothing is lost, and it asks before it goes on spending', async () => {
  const { page } = window;
  const sidebar = await window.view('body[data-view="sidebar"]');
  await sidebar.locator('textarea').fill(secondTask);
  await button(sidebar, 'Say').click();
  await expect.poll(async () => (await facts('run.started')).length, { timeout: 30_000 }).toBeGreaterThan(7);
  await sidebar.locator('textarea').fill('And then');
  await sidebar.locator('.said', { hasText: 'now, before I add' }).waitFor();
  await picture('second-turn');
  await page.reload();
  await expect.poll(() => status().textContent(), { timeout: 60_000 }).toContain('cut off');
  const after = await window.sidebar();
  await after.getByText('This turn was cut off. All that was done is kept. Going on spends again').waitFor();
  expect(await after.locator('textarea').inputValue()).toBe('And then');
  await after.locator('.lane').nth(2).waitFor();
  await after.getByText(secondTask).waitFor();
  const before = await facts('run.started');
  await picture('cut-off');
  await expect.poll(() => pendingCount().textContent()).toContain('1');
  await page.locator('.tab', { hasText: 'Review' }).click();
  const review = await window.view('body[data-view="review"]');
  await review.getByLabel('Turn', { exact: true }).selectOption({ label: 'Turn 1' });
  await review.getByRole('article', { name: 'Answer of maya' }).getByText('Mine loses fractions').waitFor();
  // All that time nobody worked.
  expect(await facts('session.resumed')).toEqual([]);
  expect(await facts('run.started')).toEqual(before);

  await button(after, 'Go on').click();
  await decided(2);
  const { state, facts: kept } = await session();
  const events = [...kept];
  expect(state.turns[1]?.decision?.outcome).toBe('decided');
  expect(events.filter((event) => event.type === 'session.resumed')).toHaveLength(1);
  expect(state.applies[1]).toMatchObject({ status: 'applied', rejected: [{ path: 'src/limiter.js', hunks: [2] }] });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
  await expect.poll(() => status().textContent()).toMatch(/maya/);
  await review.getByLabel('Turn', { exact: true }).selectOption({ label: 'Turn 2' });
  await review.getByRole('article', { name: 'Answer of maya' }).getByText('Support can quote it').waitFor();
  await review.locator('.line.added', { hasText: 'rounded down' }).waitFor();
  // The review says it where the person looks.
  await expect.poll(() => window.toast('Decided: maya').count()).toBe(0);
  await picture('decided');

  const { x, width, y, height } = (await page.locator('.part.sidebar').boundingBox()) ?? { x: 0, width: 0, y: 0, height: 0 };
  await page.mouse.move(x + width, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + 240, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(x + 600, y + height / 2);
  await expect.poll(async () => Math.abs(((await page.locator('.part.sidebar').boundingBox())?.width ?? 0) - 240)).toBeLessThan(12);
  await picture('narrow');
});

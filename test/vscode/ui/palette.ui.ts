/** Commands that ask before they do something, and the whole way from a task to an apply without a mouse. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { decided, lastSession, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

const files = scriptedFiles({ solo: repairs() });
const text = (folder: string, path = 'src/add.js') => readFileSync(join(folder, path), 'utf8');

test('delete and export ask first, and do what they say', async () => {
  await using window = await openWorkbench({ files });
  const { page, folder } = window;
  await startTask(await window.sidebar(), 'Make it add.');
  const { state } = await decided(folder);
  const input = page.locator('.quick-input-widget input.input');
  const rows = page.locator('.quick-input-list .monaco-list-row');

  await window.run('MassGen: Export Session');
  await rows.filter({ hasText: 'Markdown' }).click();
  // The editor's own dialog of a window in a browser.
  await expect.poll(() => input.inputValue()).toMatch(/massgen-.*\.md$/);
  await input.fill(join(folder, 'told.md'));
  await page.keyboard.press('Enter');
  await expect.poll(() => existsSync(join(folder, 'told.md')), { timeout: 20_000 }).toBe(true);
  expect(text(folder, 'told.md')).toContain('Make it add.');

  const log = join(folder, '.massgen/sessions', state.id);
  const dialog = page.locator('.monaco-dialog-box');
  for (const [answer, stays] of [
    ['Cancel', true],
    ['Delete', false],
  ] as const) {
    await window.run('MassGen: Delete Session');
    await rows.filter({ hasText: 'Make it add.' }).click();
    await dialog.waitFor();
    expect(await dialog.textContent()).toMatch(/Delete "Make it add\."\?.*What was applied to your folder stays/s);
    await dialog.getByRole('button', { name: answer }).click();
    await expect.poll(() => existsSync(log)).toBe(stays);
  }
});

test('without a mouse: a task, its review, a file of it chosen and applied', async () => {
  await using window = await openWorkbench({ files });
  const { page, folder } = window;
  const chord = async (key: string) => {
    await page.keyboard.press('Control+Alt+M');
    // A view passes it on to the window: a key that follows sooner than any person's is still the view's.
    await page.getByText('Waiting for second key').first().waitFor();
    await page.keyboard.press(key);
  };
  // The first key wakes the extension, whose commands then take the next.
  await window.run('MassGen: Start Session');
  const sidebar = await window.view('body[data-view="sidebar"] textarea');
  await expect.poll(() => label(sidebar)).toBe('What should be done');
  await page.keyboard.type('Make it add.');
  await page.keyboard.press('Control+Enter');
  await decided(folder);
  await chord('r');
  const review = await window.view('body[data-view="review"] .foot');
  await review.getByRole('checkbox', { name: /^Choose src\/add\.js of solo/ }).waitFor();
  await expect.poll(() => review.evaluate(() => document.hasFocus())).toBe(true);
  await tabTo(page, review, /^Choose src\/add\.js of solo/);
  await page.keyboard.press('Space');
  await review.getByText('merges cleanly').waitFor();
  await tabTo(page, review, /^Apply 1/);
  await page.keyboard.press('Enter');
  await expect.poll(() => text(folder)).toContain('a + b');
  expect((await lastSession(folder)).state.applies).toMatchObject([{ status: 'applied', paths: ['src/add.js'] }]);
});

/** What has the focus in a view, as a reader says it. */
const label = (frame: Frame) =>
  frame.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim());

async function tabTo(page: Page, frame: Frame, name: RegExp): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if (name.test((await label(frame)) ?? '')) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not come to ${name}`);
}

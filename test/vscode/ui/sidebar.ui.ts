/** The first thing that a person sees. */
import { expect, test } from 'vitest';
import { openWorkbench } from './workbench.js';

test('the installed extension has its place in the activity bar, and its view opens', async () => {
  await using window = await openWorkbench();
  const sidebar = await window.sidebar();
  expect(await sidebar.locator('html').getAttribute('lang')).toBe('en');
  await window.picture('sidebar');
});

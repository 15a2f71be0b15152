/** The walkthrough's end: a whole session as a person sees it, in the installed extension, without a key. */
import { expect, test } from 'vitest';
import { openWorkbench } from './workbench.js';

test('the demo plays in the sidebar, and its answers are reviewed', async () => {
  await using window = await openWorkbench({ width: 1400, height: 900 });
  const { page } = window;
  await window.run('MassGen: Run Demo');
  const sidebar = await window.view('body[data-view="sidebar"]');
  await sidebar.getByText('maya').first().waitFor();
  await window.picture('demo-1-working');
  const status = page.locator('.statusbar-item[id="massgen.massgen.massgen.status"]');
  await expect.poll(() => status.textContent(), { timeout: 90_000 }).toMatch(/rin\.\d/);
  await window.picture('demo-2-decided');
  await window.toast('Decided: rin').waitFor();
  await window.run('MassGen: Review Candidates');
  const review = await window.view('body[data-view="review"]');
  await review.getByText('rin').first().waitFor();
  await page.waitForTimeout(1500);
  await window.picture('demo-3-review');
});

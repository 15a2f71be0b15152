/** The review panel in a browser, over the wire, as a person uses it. */
import { afterAll, test as base, describe, expect } from 'vitest';
import type { FileDiff, HunkDiff } from '../../src/protocol/review.js';
import type { Query } from '../../src/protocol/wire.js';
import { type Bench, openBench, opened, openView, row, type View, type ViewOptions } from './fake-host.js';
import { appliedOf, nextFact, running, whole } from './story.js';
import { type Theme, themes } from './themes.js';

const bench: Bench | undefined = await openBench();
const test = base.skipIf(bench === undefined);
afterAll(() => bench?.close());

async function open(options: ViewOptions = {}, facts = whole): Promise<View> {
  if (bench === undefined) throw new Error('there is no browser');
  const view = await openView(bench, 'review', { opened: opened('review', facts, { rows: [row()] }), ...options });
  await view.page.getByRole('navigation').getByRole('listitem').first().waitFor();
  return view;
}
const asked = <G extends Query['get']>(view: View, get: G): Extract<Query, { get: G }>[] =>
  view.said('query').flatMap(({ query }) => (query.get === get ? [query as Extract<Query, { get: G }>] : []));
const foot = (view: View) => view.page.getByRole('region', { name: 'Selection' });
const show = (view: View, name: string) => view.page.getByRole('navigation').getByRole('button', { name }).click();

describe('the answers', () => {
  test('stand side by side with words, evidence, size, and why each was voted for', async () => {
    await using view = await open();
    const card = (name: string) => view.page.getByRole('article', { name: `Answer of ${name}` });
    expect(await card('maya').textContent()).toMatch(
      /maya.*claude-sonnet.*winner.*Refill is clamped.*128 tests, \+2.*3 files.*otto.*“covers the skew case that mine fails”.*changed mind at 2:58.*rin.*71 % like otto/s,
    );
    expect(await card('otto').textContent()).toMatch(/1 newly failing.*limiter\.test\.ts › keeps order under clock skew.*no votes left/s);
    expect(await card('rin').textContent()).toContain('lint not run');
    await expect
      .poll(() => view.page.locator('header').textContent())
      .toMatch(/Decided.*2 of 3 votes, quorum 2.*3 m 41 s · 2\d\d k tokens · \$0\.42/);
    expect(await card('rin').textContent()).toMatch(/maya.*“honest and small, but callers can forget it”/s);
    expect(await view.page.locator('summary').textContent()).toBe('How alike they are · The answers stayed as alike as they were: 33 %');
    await expect.poll(() => view.page.getByRole('img', { name: 'Timeline: 4 answers, 4 votes' }).count()).toBe(1);
  });

  test('say exactly what they would do beyond the folder, and what has become of it', async () => {
    const plan = ['npm publish --tag next', 'git push\u202e origin v2'].map((what) => ({
      tool: 'run_command',
      input: {},
      what,
      why: 'it publishes',
    }));
    const facts = whole.map((fact) =>
      fact.type === 'candidate.submitted' && fact.candidate.id === 'c4' ? { ...fact, candidate: { ...fact.candidate, plan } } : fact,
    );
    await using view = await open({}, facts);
    const planned = view.page.getByRole('article', { name: 'Answer of maya' }).getByRole('list', { name: 'Planned beyond the folder' });
    expect(await planned.getByRole('listitem').allTextContents()).toEqual([
      'npm publish --tag next · planned, not done',
      'git push⟨202e⟩ origin v2 · planned, not done',
    ]);
    expect(await view.violations()).toEqual([]);
    await view.picture('review-plan');
    const action = { turn: 't1', candidate: 'c4', what: 'npm publish --tag next' };
    const started = nextFact(facts, { type: 'action.started', ...action });
    await view.send({ send: 'events', session: 's1', events: [started] });
    await planned.getByText('· under way').waitFor();
    const ended = nextFact([...facts, started], { type: 'action.ended', ...action, exitCode: 0 });
    await view.send({ send: 'events', session: 's1', events: [ended] });
    await planned.getByText('· done').waitFor();
    await planned.getByText('· planned, not done').waitFor();
  });

  test('are voted for with a reason, or picked over the agents’ heads', async () => {
    await using view = await open();
    await view.page.getByRole('button', { name: 'Vote for rin.1' }).click();
    await view.page.getByRole('textbox', { name: 'Why rin.1' }).fill('simpler');
    await view.page.keyboard.press('Enter');
    await view.page.getByRole('textbox').waitFor({ state: 'detached' });
    await view.page.getByRole('button', { name: 'Vote for otto.1' }).click();
    await view.page.getByRole('button', { name: 'Pick it' }).click();
    await expect
      .poll(() => view.said('intent').map(({ intent }) => intent))
      .toEqual([
        { do: 'vote', session: 's1', candidate: 'c1', reason: 'simpler' },
        { do: 'choose', session: 's1', candidate: 'c3', reason: '' },
      ]);
  });

  test('are said as they come, and another round is asked for with a remark', async () => {
    await using view = await open({}, running);
    await view.send({ send: 'events', session: 's1', events: whole.slice(running.length) });
    await view.page.getByText('“smallest change that passes both new tests”').waitFor();
    await view.page.getByRole('button', { name: 'Another round …' }).click();
    await view.page.getByRole('textbox', { name: 'What the agents should do better' }).fill('Keep the clock injectable');
    await view.page.getByRole('button', { name: 'Start the round' }).click();
    await expect
      .poll(() => view.said('intent')[0]?.intent)
      .toEqual({
        do: 'say',
        session: 's1',
        request: [{ type: 'text', text: 'Keep the clock injectable' }],
      });
  });

  test('are turned to when the sidebar names one, before the view is opened or after', async () => {
    await using view = await open();
    const viewed = (name: string) =>
      view.page
        .getByRole('article', { name: `Answer of ${name}` })
        .getByRole('button', { name, pressed: true })
        .first();
    await viewed('maya').waitFor();
    await view.send({ send: 'look', candidate: 'c1' });
    await viewed('rin').waitFor();
    await view.send(
      { send: 'open', opened: opened('review', undefined) },
      { send: 'look', candidate: 'c4' },
      { send: 'open', opened: opened('review', whole) },
    );
    await viewed('maya').waitFor();
  });

  test('are not there yet, or not at all', async () => {
    if (bench === undefined) return;
    await using view = await openView(bench, 'review', { opened: opened('review', running.slice(0, 8)) });
    await view.page.getByText('No answer yet.').waitFor();
    await using none = await openView(bench, 'review', { opened: opened('review', undefined) });
    await none.page.getByText('No session is open.').waitFor();
  });
});

describe('the diff', () => {
  test('says of each change who else made it, and compares with who made it otherwise', async () => {
    await using view = await open();
    await show(view, 'limiter.ts src');
    const diff = view.page.getByRole('region', { name: 'Changes of src/limiter.ts' });
    await diff.getByText('maya and otto agree, word for word').waitFor();
    await diff.getByText('only maya did this').waitFor();
    await diff.getByText('otto changed the same lines differently').waitFor();
    await diff.getByRole('button', { name: /^Compare/ }).click();
    await expect.poll(() => asked(view, 'hunks').at(-1)).toMatchObject({ candidate: 'c4', against: 'c3', path: 'src/limiter.ts' });
    expect(await diff.getByRole('checkbox').count()).toBe(0);
    await view.page.keyboard.press('Escape');
    await diff.getByRole('checkbox').first().waitFor();
  });

  test('is side by side, without whitespace, and against the folder as it is', async () => {
    await using view = await open();
    await show(view, 'limiter.ts src');
    await view.page.keyboard.press('v');
    await view.page.locator('.pair').first().waitFor();
    await view.page.getByRole('button', { name: 'Ignore whitespace (w)' }).click();
    await expect.poll(() => asked(view, 'hunks').at(-1)).toMatchObject({ ignoreWhitespace: true });
    await view.page.getByLabel('Compare with').selectOption('folder');
    await expect.poll(() => asked(view, 'hunks').at(-1)).toMatchObject({ against: 'folder' });
  });

  test('quotes a change in a remark that starts another round', async () => {
    await using view = await open();
    await show(view, 'limiter.ts src');
    await view.page.getByRole('button', { name: 'Remark on change 58,3' }).click();
    await view.page.getByRole('textbox').fill('Take the clock from the options');
    await view.page.keyboard.press('Control+Enter');
    await expect.poll(() => view.said('intent').length).toBe(1);
    const intent = view.said('intent')[0]?.intent;
    const part = intent?.do === 'say' ? intent.request[0] : undefined;
    const text = part?.type === 'text' ? part.text : '';
    expect(text).toMatch(
      /src\/limiter\.ts \(line 58\).*\+ {4}this\.refill\(this\.clock\.monotonic\(\)\);.*Take the clock from the options$/s,
    );
    // Agents do not know each other by name.
    expect(text).not.toMatch(/maya|otto|rin\b/);
  });
});

describe('the selection', () => {
  test('holds hunks, lines and files of several answers, and is applied together', async () => {
    await using view = await open();
    const { page } = view;
    await page.getByRole('checkbox', { name: 'Choose docs/limits.md of rin' }).click();
    await show(view, 'limiter.ts src');
    await page.getByRole('checkbox', { name: /^Choose change 41,3 of maya/ }).click();
    await page.getByRole('checkbox', { name: 'Choose added line 60' }).click();
    await page.getByRole('button', { name: 'Show the changes of rin' }).click();
    await page.getByRole('checkbox', { name: /^Choose change 90,0 of rin/ }).click();
    await foot(view).getByText('merges cleanly into your folder').waitFor();
    expect(await foot(view).textContent()).toMatch(/2 changes of rin, 2 changes of maya.*\(your own edits in 2 files are kept\)/s);
    expect(
      await page.getByRole('checkbox', { name: 'Choose src/limiter.ts of maya' }).evaluate((box: HTMLInputElement) => box.indeterminate),
    ).toBe(true);
    await page.getByRole('button', { name: 'Run checks on selection' }).click();
    await foot(view).locator('.chip', { hasText: 'test' }).waitFor();
    await page.getByRole('button', { name: 'Apply 4 changes' }).click();
    await foot(view).getByText('Nothing chosen').waitFor();
    expect(view.said('intent')[0]?.intent).toEqual({
      do: 'apply',
      session: 's1',
      chosen: [
        { candidate: 'c1', selection: [{ path: 'docs/limits.md' }, { path: 'src/limiter.ts' }] },
        { candidate: 'c4', selection: [{ path: 'src/limiter.ts', hunks: [1, { hunk: 2, lines: [2] }] }] },
      ],
    });
  });

  test('counts the changes of a file that is chosen unseen', async () => {
    const changes: FileDiff[] = [3, 0].map((hunks) => ({
      path: hunks > 0 ? 'many.ts' : 'logo.png',
      kind: 'modified',
      binary: hunks === 0,
      added: hunks,
      removed: 0,
      hunks,
      changedBy: ['c4'],
    }));
    await using view = await open({ answer: (query) => (query.get === 'files' && query.candidate === 'c4' ? changes : undefined) });
    await view.page.getByRole('checkbox', { name: 'Choose many.ts of maya' }).click();
    await foot(view).getByText('3 changes of maya').waitFor();
    await view.page.getByRole('checkbox', { name: 'Choose logo.png of maya' }).click();
    await foot(view).getByText('4 changes of maya').waitFor();
  });

  test('says what conflicts before anything is written, and can be written with markers', async () => {
    const conflicts = [{ path: 'src/limiter.ts', why: 'you changed these lines' }];
    const answer: ViewOptions['answer'] = (query) => (query.get === 'preview' ? { paths: [], conflicts, kept: 0 } : undefined);
    await using view = await open({ answer });
    await view.page.getByRole('checkbox', { name: 'Choose src/limiter.ts of maya' }).click();
    await foot(view).getByText('conflicts in 1 file').waitFor();
    await expect.poll(() => view.page.getByRole('list', { name: 'Conflicts' }).textContent()).toContain('you changed these lines');
    await expect.poll(() => view.page.getByRole('button', { name: /^Apply \d/ }).getAttribute('aria-disabled')).toBe('true');
    await view.page.getByRole('button', { name: 'Apply with markers' }).click();
    await expect.poll(() => view.said('intent')[0]?.intent).toMatchObject({ do: 'apply', markers: true });
  });

  test('survives a reload, and is not taken for another session', async () => {
    await using view = await open();
    await view.page.getByRole('checkbox', { name: 'Choose src/limiter.ts of maya' }).click();
    await expect
      .poll(() => view.said('draft').at(-1)?.draft)
      .toMatchObject({ session: 's1', choices: { c4: { 'src/limiter.ts': 'all' } } });
    await view.page.reload();
    await foot(view).getByText('of maya').waitFor();
    await view.page.getByRole('button', { name: 'Clear' }).click();
    await foot(view).getByText('Nothing chosen').waitFor();
  });

  test('of nothing offers the winner whole; what was applied can be undone', async () => {
    await using view = await open();
    await view.page.getByRole('button', { name: 'Apply all of maya.2' }).click();
    await expect.poll(() => view.said('intent')[0]?.intent).toMatchObject({ do: 'apply', chosen: [{ candidate: 'c4', selection: 'all' }] });
    const [started, done] = appliedOf(['a.ts']);
    await view.send({ send: 'events', session: 's1', events: [started, done] });
    await foot(view).getByText('Applied 1 file of maya.2').waitFor();
    await view.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => view.said('intent').at(-1)?.intent).toEqual({ do: 'undo', session: 's1' });
  });
});

describe('the keyboard', () => {
  test('goes through changes, lines, files and answers, chooses and applies', async () => {
    await using view = await open();
    const { page } = view;
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await show(view, 'limiter.ts src');
    await page.getByText('only maya did this').waitFor();
    await press('j', 'j', 'x', 'k', 'ArrowDown', 'x');
    await expect.poll(() => foot(view).textContent()).toContain('2 changes of maya');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Choose removed line 42');
    await press('n');
    await page.getByRole('region', { name: 'Changes of test/limiter.test.ts' }).waitFor();
    await press('f', 'p');
    await page.getByRole('region', { name: 'Changes of src/limiter.ts' }).waitFor();
    await press('3');
    await page.getByRole('article', { name: 'Answer of rin' }).getByRole('button', { pressed: true }).waitFor();
    await expect.poll(() => foot(view).textContent()).toContain('merges cleanly');
    await press('Control+Enter');
    await expect.poll(() => view.said('intent').length).toBe(1);
    expect(view.said('intent')[0]?.intent).toMatchObject({
      chosen: [{ selection: [{ path: 'src/limiter.ts', hunks: [{ hunk: 1, lines: [1] }, 2] }, { path: 'test/limiter.test.ts' }] }],
    });
    await press('e');
    await expect
      .poll(() => view.said('command').at(-1))
      .toMatchObject({ command: 'massgen.openDiff', args: ['s1', 'c1', 'src/limiter.ts'] });
  });

  test('gives the focus back, and never takes it because something comes into view', async () => {
    await using view = await open({ height: 620 });
    const { page } = view;
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName);
    await page.getByRole('button', { name: 'Vote for rin.1' }).click();
    await expect.poll(focused).toBe('Why rin.1');
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('Vote for rin.1');
    await show(view, 'limiter.ts src');
    await page.getByText('only maya did this').waitFor();
    await page.keyboard.press('j');
    await expect.poll(focused).toMatch(/^Choose change 41,3/);
    await page.getByRole('button', { name: 'Remark on change 58,3' }).click();
    await page.getByRole('textbox').pressSequentially('here');
    // A fact that comes draws all anew.
    await view.send({ send: 'events', session: 's1', events: [nextFact(whole, { type: 'session.resumed' })] });
    await page.getByRole('textbox').pressSequentially(' I am');
    await expect.poll(() => page.getByRole('textbox').inputValue()).toBe('here I am');
  });

  test('has its help, and leaves what is typed alone', async () => {
    await using view = await open();
    await view.page.keyboard.press('?');
    await view.page.getByRole('dialog', { name: 'Keys' }).getByText('Next change').waitFor();
    await view.picture('review-help');
    await view.page.keyboard.press('Escape');
    await view.page.getByRole('dialog').waitFor({ state: 'detached' });
    await view.page.getByRole('button', { name: 'Another round …' }).click();
    await view.page.getByRole('textbox').pressSequentially('jxv?');
    await expect.poll(() => view.page.getByRole('textbox').inputValue()).toBe('jxv?');
    await expect.poll(() => view.page.getByRole('dialog').count()).toBe(0);
  });
});

describe('much of it', () => {
  const many: FileDiff[] = Array.from({ length: 300 }, (_, at) => ({
    path: `src/module-${String(at).padStart(3, '0')}/index.ts`,
    kind: 'modified',
    binary: false,
    added: 1,
    removed: 1,
    changedBy: ['c4'],
  }));
  const long: HunkDiff = {
    number: 1,
    oldStart: 1,
    oldLines: 0,
    newStart: 1,
    newLines: 20_000,
    lines: Array.from({ length: 20_000 }, (_, at) => `+const value${at} = ${at};`),
    same: [],
    differently: [],
  };
  const answer: ViewOptions['answer'] = (query) =>
    query.get === 'files' ? (query.candidate === 'c4' ? many : []) : query.get === 'hunks' ? [long] : undefined;

  test('300 files and a file of 20,000 lines are drawn as far as they are seen', async () => {
    await using view = await open({ answer });
    const { page } = view;
    await page.getByText('value0 ').waitFor();
    const count = () => page.evaluate(() => document.querySelectorAll('*').length);
    expect(await count()).toBeLessThan(1500);
    await page.locator('.diff-rows').evaluate((box) => {
      box.scrollTop = 200_000;
    });
    await page.getByText('value10000 ').waitFor();
    expect(await count()).toBeLessThan(1500);
    await page.locator('.file-rows').evaluate((box) => {
      box.scrollTop = 5000;
    });
    await page.getByRole('button', { name: /module-200$/ }).click();
    await page.getByRole('region', { name: 'Changes of src/module-200/index.ts' }).waitFor();
    expect(await count()).toBeLessThan(1500);
    expect(await view.violations()).toEqual([]);
    await view.picture('review-many');
  });

  test('long lines side by side are moved together, and stay beside their numbers', async () => {
    const line = `+const table = [${Array.from({ length: 80 }, (_, at) => at).join(', ')}, 'the end'];`;
    const hunk: HunkDiff = { ...long, newLines: 1, lines: [line] };
    await using view = await open({ width: 900, answer: (query) => (query.get === 'hunks' ? [hunk] : undefined) });
    await show(view, 'limiter.ts src');
    await view.page.keyboard.press('v');
    const pair = view.page.locator('.pair', { hasText: 'the end' });
    await pair.waitFor();
    const number = pair.locator('.half.added .number');
    const end = pair.locator('.string', { hasText: 'the end' });
    const right = (await number.boundingBox())?.x;
    await view.page.locator('.diff-rows').evaluate((scroller) => {
      scroller.scrollLeft = scroller.scrollWidth;
    });
    await expect.poll(async () => (await end.boundingBox())?.x ?? 9999).toBeLessThan(880);
    expect((await number.boundingBox())?.x).toBeCloseTo(right ?? 0, -1);
    await view.picture('review-split-sideways');
  });
});

describe('everybody can use it', () => {
  const themed = Object.keys(themes) as Theme[];
  test.each(themed)('axe finds nothing, and the page breaks no policy: %s', async (theme) => {
    await using view = await open({ theme });
    await show(view, 'limiter.ts src');
    await view.page.getByText('only maya did this').waitFor();
    for (const key of ['j', 'x', 'j', 'ArrowDown', 'x']) await view.page.keyboard.press(key);
    await view.page.getByRole('button', { name: 'Show the changes of rin' }).click();
    await foot(view).getByText('merges cleanly').waitFor();
    expect(await view.violations()).toEqual([]);
    expect(view.complaints).toEqual([]);
    await view.picture(`review-${theme}`);
    await view.page.keyboard.press('v');
    await view.page.locator('.pair').first().waitFor();
    expect(await view.violations()).toEqual([]);
    await view.picture(`review-split-${theme}`);
  });

  test.each([240, 600, 900, 1100, 1800])('nothing is cut off at %i pixels', async (width) => {
    await using view = await open({ width });
    await show(view, 'limiter.ts src');
    await view.page.getByText('only maya did this').waitFor();
    expect(await view.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await view.page.locator('.diff-rows').evaluate((box) => box.clientHeight)).toBeGreaterThan(80);
    const tooWide = (cards: Element[]) => cards.filter((card) => card.scrollWidth > card.clientWidth).length;
    expect(await view.page.locator('.card').evaluateAll(tooWide)).toBe(0);
    const remark = await view.page.getByRole('button', { name: 'Remark on change 41,3' }).boundingBox();
    expect((remark?.x ?? width) + (remark?.width ?? 0)).toBeLessThanOrEqual(width);
    await view.picture(`review-${width}`);
  });

  test.each([true, false])('nothing moves by itself where that is not wanted (%s)', async (reducedMotion) => {
    const never = new Promise<never>(() => undefined);
    await using view = await open({ reducedMotion, answer: (query) => (query.get === 'hunks' ? never : undefined) });
    const name = await view.page
      .locator('.codicon-loading')
      .first()
      .evaluate((icon) => getComputedStyle(icon).animationName);
    expect(name).toBe(reducedMotion ? 'none' : 'turn');
  });
});

/** The sidebar in a browser, over the wire, as a person uses it. */
import { afterAll, test as base, describe, expect } from 'vitest';
import type { Event, FactEvent } from '../../src/protocol/events.js';
import type { Asking } from '../../src/protocol/wire.js';
import { type Bench, openBench, opened, openView, row, team, type View, type ViewOptions } from './fake-host.js';
import { appliedOf, nextFact, running, whole } from './story.js';
import { type Theme, themes } from './themes.js';

const bench: Bench | undefined = await openBench();
const test = base.skipIf(bench === undefined);
afterAll(() => bench?.close());

function open(facts: readonly FactEvent[] | undefined, more: Parameters<typeof opened>[2] = {}, options: ViewOptions = {}): Promise<View> {
  if (bench === undefined) throw new Error('there is no browser');
  return openView(bench, 'sidebar', { opened: opened('sidebar', facts, more), ...options });
}
const works = [row({ status: 'running' })];
const asking: Asking = {
  session: 's1',
  run: 'r6',
  call: 'k9',
  agent: 'otto',
  what: 'npm install sinon',
  why: 'writes, network',
  effect: 'run',
};

describe('the composer', () => {
  test('starts a session with the words, the team and the pattern', async () => {
    await using view = await open(undefined);
    const { page } = view;
    await page.getByRole('textbox', { name: 'What should be done' }).fill('Fix the burst');
    await page.getByLabel('How they deliberate').selectOption('relay');
    await expect.poll(() => page.getByText('about $0.30–0.60 · stops at $2.00').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    expect(view.said('intent')[0]?.intent).toEqual({
      do: 'start',
      request: [{ type: 'text', text: 'Fix the burst' }],
      team: 'team',
      pattern: 'relay',
    });
  });

  test.each(['begins', 'is refused'])('keeps what is typed while a task is sent, whether that %s', async (end) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const refuse = (): void => {
      if (end === 'is refused') throw new Error('no');
    };
    await using view = await open(undefined, {}, { intend: () => promise.then(refuse) });
    const box = view.page.getByRole('textbox', { name: 'What should be done' });
    await box.fill('Fix the burst');
    await box.press('Control+Enter');
    await expect.poll(() => box.inputValue()).toBe('');
    await box.fill('And then');
    resolve();
    if (end === 'is refused') await view.page.getByRole('alert').waitFor();
    await expect.poll(() => box.inputValue()).toBe(end === 'begins' ? 'And then' : 'Fix the burst\nAnd then');
  });

  test('names files with @, by the keyboard alone, and Ctrl+Enter starts', async () => {
    await using view = await open(undefined);
    const { page } = view;
    const box = page.getByRole('textbox', { name: 'What should be done' });
    await box.pressSequentially('Look at @');
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    await expect.poll(() => page.getByRole('listbox').getByRole('option', { selected: true }).textContent()).toContain('limiter.ts');
    await box.press('ArrowDown');
    await box.press('Enter');
    await expect.poll(() => box.inputValue()).toBe('Look at @src/limiter.ts#L41-L45 ');
    await expect.poll(() => page.getByRole('listbox').count()).toBe(0);
    await box.press('Control+Enter');
    await expect.poll(() => view.said('intent').length).toBe(1);
  });

  test('attaches what is chosen or pasted, and keeps it and the words over a reload', async () => {
    await using view = await open(undefined);
    const { page } = view;
    await page.locator('input[type=file]').setInputFiles({ name: 'shot.png', mimeType: 'image/png', buffer: Buffer.from('png') });
    await page.getByText('shot.png').waitFor();
    expect(view.said('query').find(({ query }) => query.get === 'attach')?.query).toMatchObject({
      base64: Buffer.from('png').toString('base64'),
    });
    await page.getByRole('textbox', { name: 'What should be done' }).fill('Like this');
    await expect.poll(() => view.said('draft').at(-1)?.draft).toMatchObject({ text: 'Like this', parts: [{ name: 'shot.png' }] });
    await page.reload();
    await page.getByText('shot.png').waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'What should be done' }).inputValue()).toBe('Like this');
  });

  test('keeps the words where the host refuses, and says why', async () => {
    const failure = { code: 'auth', message: 'The key of maya is gone.', retryable: false, hint: 'Set it again.' } as const;
    const refuse = () => {
      throw Object.assign(new Error(failure.message), { failure });
    };
    await using view = await open(undefined, {}, { intend: refuse });
    await view.page.getByRole('textbox', { name: 'What should be done' }).fill('Fix it');
    await view.page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => view.page.getByRole('alert').textContent()).toContain('The key of maya is gone.');
    await expect.poll(() => view.page.getByRole('textbox', { name: 'What should be done' }).inputValue()).toBe('Fix it');
  });

  test('takes what a command puts in, and the focus only if that is asked for', async () => {
    await using view = await open(undefined);
    await view.send({ send: 'compose', text: 'src/a.ts', focus: false });
    await view.page.waitForFunction(() => document.querySelector('textarea')?.value === 'src/a.ts');
    expect(await view.page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await view.send({ send: 'compose', text: 'src/b.ts', focus: true });
    await view.page.waitForFunction(() => document.querySelector('textarea')?.value === 'src/a.ts src/b.ts');
    expect(await view.page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  });

  test('speaks to the session that is shown, or begins a new one', async () => {
    await using view = await open(whole);
    const { page } = view;
    await page.getByRole('textbox', { name: 'What should be done' }).fill('Now the docs');
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    await page.getByRole('button', { name: 'New session' }).click();
    await page.getByRole('textbox', { name: 'What should be done' }).fill('Another thing');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'New session' }).waitFor();
    await expect
      .poll(() => view.said('intent').map(({ intent }) => [intent.do, 'session' in intent ? intent.session : undefined]))
      .toEqual([
        ['say', 's1'],
        ['start', undefined],
      ]);
  });

  test('without a team says what to do', async () => {
    await using view = await open(undefined, { teams: [] });
    await view.page.getByRole('button', { name: 'Play the demo' }).click();
    await view.page.getByRole('button', { name: 'Set an API key …' }).click();
    await expect.poll(() => view.said('command').map((one) => one.command)).toEqual(['massgen.demo', 'massgen.setApiKey']);
  });

  test('with a team that cannot start, or in a window that is not trusted, does not start', async () => {
    const failure = { code: 'auth', message: 'OPENAI_API_KEY is not set.', retryable: false } as const;
    await using view = await open(undefined, { teams: [{ ...team, failure }] });
    await view.page.getByRole('textbox', { name: 'What should be done' }).fill('Fix it');
    await expect.poll(() => view.page.getByRole('alert').textContent()).toContain('OPENAI_API_KEY is not set.');
    await expect.poll(() => view.page.getByRole('button', { name: 'Start' }).getAttribute('aria-disabled')).toBe('true');
    await using other = await open(undefined, { trusted: false });
    await expect.poll(() => other.page.getByRole('note').textContent()).toContain('not trusted');
  });
});

describe('a turn that runs', () => {
  test('has a lane for each agent, the answers with their evidence, and what happened', async () => {
    await using view = await open(running, { rows: works });
    const { page } = view;
    const lanes = page.getByRole('region', { name: /^Now/ });
    expect(await lanes.getByRole('listitem').first().textContent()).toContain('maya');
    expect(await lanes.textContent()).toContain('42 k · $0.11');
    expect(await page.getByRole('region', { name: 'Answers' }).textContent()).toMatch(
      /maya\.2.*✓ 128 tests, \+2.*otto\.1.*✗ 1 newly failing.*rin\.1/s,
    );
    await page.getByRole('button', { name: 'All 5 events' }).click();
    await expect.poll(() => page.getByRole('list', { name: 'What happened' }).getByRole('listitem').count()).toBe(5);
    await page.getByRole('button', { name: 'Review 3 answers' }).click();
    await expect.poll(() => view.said('command')).toEqual([{ send: 'command', command: 'massgen.review', args: ['s1'] }]);
  });

  test('is followed fact by fact, and tells milestones to who listens', async () => {
    await using view = await open(running, { rows: works });
    await view.send({ send: 'events', session: 's1', events: whole.slice(running.length) });
    await view.page.getByText('2 of 3 votes, quorum 2').waitFor();
    expect(await view.page.getByRole('list', { name: 'Other votes' }).textContent()).toBe(
      'maya for rin.1 “honest and small, but callers can forget it” ',
    );
    await view.page.getByText('The answers stayed as alike as they were: 33 %').waitFor();
    await expect.poll(() => view.page.getByRole('log').textContent()).toContain('rin voted for maya.2');
    await expect.poll(() => view.page.getByText('otto changed its mind: maya.2').count()).toBe(1);
  });

  test('shows what is said as it is said, and only the end of it', async () => {
    await using view = await open(running, { rows: works });
    const last = running.length;
    const events: Event[] = ['All ', 'tests pass.'].map((text, at) => ({
      type: 'text.delta',
      run: 'r6',
      text,
      after: last,
      n: at + 1,
      at: Date.now(),
    }));
    await view.send({ send: 'events', session: 's1', events });
    await view.page.getByText('All tests pass.').waitFor();
  });

  test('asks to be opened anew where a fact is missing, and is then whole', async () => {
    await using view = await open(running, { rows: works });
    await view.send({ send: 'events', session: 's1', events: whole.slice(running.length + 2) });
    await expect.poll(() => view.said('resync')).toEqual([{ send: 'resync', seq: running.length }]);
  });

  test('is drawn once a frame, however many events come', async () => {
    await using view = await open(running, { rows: works });
    const { page } = view;
    const drawn = await page.evaluate(async (last) => {
      let changes = 0;
      let frames = 0;
      let going = true;
      new MutationObserver(() => {
        changes += 1;
      }).observe(document.querySelector('.lanes') ?? document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
      const count = (): void => {
        frames += 1;
        if (going) requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
      for (let n = 1; n <= 2000; n += 1) {
        const events = [{ type: 'text.delta', run: 'r6', text: `word${n} `, after: last, n, at: Date.now() }];
        window.postMessage({ send: 'events', session: 's1', events }, '*');
        if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      going = false;
      return { changes, frames };
    }, running.length);
    expect(drawn.changes).toBeGreaterThan(0);
    // One batch of changes a frame, and one more for a second of the clock that passes meanwhile.
    expect(drawn.changes).toBeLessThanOrEqual(drawn.frames + 2);
    await page.getByText('word2000').waitFor();
  });

  test('is stopped, and asked to go on after it was cut off', async () => {
    await using view = await open(running, { rows: works });
    await view.page.getByRole('button', { name: 'Stop' }).click();
    await view.send({ send: 'rows', rows: [row({ status: 'cut-off' })] });
    await view.page.getByText('Going on spends again: at most $1.79 more.').waitFor();
    await expect.poll(() => view.page.locator('.lane .what').allTextContents()).toContain('cut off');
    await view.page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => view.said('intent').map(({ intent }) => intent.do)).toEqual(['stop', 'resume']);
  });

  test('that failed, or came to nothing, says so', async () => {
    const failure = { code: 'auth', message: 'The key was refused.', retryable: false, hint: 'Set another one.' } as const;
    const none = { turn: 't1', standings: [], ballots: { live: 0, needed: 2 } };
    const failed = [...running, nextFact(running, { type: 'turn.ended', outcome: 'failed', failure, ...none })];
    await using view = await open(failed);
    expect(await view.page.getByRole('region', { name: 'Outcome' }).textContent()).toMatch(
      /Failed.*The key was refused\..*Set another one\./s,
    );
    const undecided = [...running, nextFact(running, { type: 'turn.ended', outcome: 'undecided', cause: 'time', ...none })];
    await using other = await open(undecided);
    await expect.poll(() => other.page.getByRole('region', { name: 'Outcome' }).textContent()).toMatch(/Undecided.*the time was over/s);
  });
});

test('an agent is allowed what it asks, as far as the person says', async () => {
  await using view = await open(running, { rows: works, asking: [asking] });
  const { page } = view;
  const question = page.getByRole('group', { name: 'otto asks: run a command' });
  expect(await question.textContent()).toContain('npm install sinon');
  for (const name of ['Once', 'Session', 'Always', 'Deny']) await question.getByRole('button', { name, exact: true }).click();
  await expect
    .poll(() => view.said('intent').map(({ intent }) => intent.do === 'permit' && intent.permission))
    .toEqual(['once', 'session', 'always', 'deny']);
  await view.send({ send: 'asking', asking: [] });
  await question.waitFor({ state: 'detached' });
});

test('what was applied, and rejected of it, can be undone', async () => {
  const [started, done] = appliedOf(['a.ts', 'b.ts']);
  await using view = await open([...whole, started, done]);
  await view.page.getByText('Applied 2 files of maya.2', { exact: true }).waitFor();
  const tree = 'b'.repeat(40);
  const rejected = { apply: 'a1', selection: [{ path: 'a.ts', hunks: [2] }], paths: ['a.ts'], from: tree, to: tree };
  const fact = nextFact([...whole, started, done], { type: 'changes.rejected', ...rejected });
  await view.send({ send: 'events', session: 's1', events: [fact] });
  await view.page.getByText('Applied 2 files of maya.2 · 1 change rejected').waitFor();
  await view.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => view.said('intent')[0]?.intent).toEqual({ do: 'undo', session: 's1' });
});

test('a later turn says what it is about, and of which turn is what was applied', async () => {
  const first = whole.find((event) => event.type === 'turn.started');
  if (first === undefined) throw new Error('the story has no turn');
  const before = [...whole, ...appliedOf(['a.ts'])];
  const next = nextFact(before, { ...first, turn: 't2', request: [{ type: 'text', text: 'Now the README' }] });
  await using view = await open([...before, next]);
  await view.page.getByText('Now the README').waitFor();
  await view.page.getByText('Applied 1 file of maya.2 · Turn 1', { exact: true }).waitFor();
});

describe('the history', () => {
  test('says of a session that is worked on, or was cut off, that it is, whatever was applied of it', async () => {
    const all = [row({ status: 'running', applied: 2 }), row({ id: 's2', status: 'cut-off', applied: 2 }), row({ id: 's3', applied: 2 })];
    await using view = await open(undefined, { rows: all });
    const said = await view.page.getByRole('region', { name: 'Sessions' }).locator('.item').allTextContents();
    expect(said.map((one) => /working|cut off|applied 2 files/.exec(one)?.[0])).toEqual(['working', 'cut off', 'applied 2 files']);
  });

  const rows = [row(), row({ id: 's2', title: 'Migrate to zod', applied: 9 })];

  test('opens, renames, exports, and deletes only after it has asked', async () => {
    await using view = await open(undefined, { rows });
    const { page } = view;
    await page.getByRole('button', { name: /^Migrate to zod/ }).click();
    await page.getByRole('button', { name: 'Export Migrate to zod' }).click();
    await page.getByRole('button', { name: 'Rename Migrate to zod' }).click();
    await page.getByRole('textbox', { name: 'Rename Migrate to zod' }).fill('Zod');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete Migrate to zod' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => view.said('intent').map(({ intent }) => intent)).toEqual([{ do: 'rename', session: 's2', title: 'Zod' }]);
    await page.getByRole('button', { name: 'Delete Migrate to zod' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => view.said('intent').at(-1)?.intent).toEqual({ do: 'remove', session: 's2' });
    expect(view.said('command').map(({ command, args }) => [command, ...args])).toEqual([
      ['massgen.openSession', 's2'],
      ['massgen.exportSession', 's2'],
    ]);
  });

  test('is searched by the host', async () => {
    await using view = await open(undefined, { rows }, { answer: (query) => (query.get === 'search' ? rows.slice(1) : undefined) });
    await view.page.getByRole('searchbox').fill('zod');
    await view.page.getByText('Token bucket').waitFor({ state: 'detached' });
    await expect.poll(() => view.page.getByText('Migrate to zod').count()).toBe(1);
  });
});

describe('everybody can use it', () => {
  const themed = Object.keys(themes) as Theme[];
  test.each(themed)('axe finds nothing, and the page breaks no policy: %s', async (theme) => {
    await using view = await open(running, { rows: works, asking: [asking] }, { theme });
    await view.page.getByText('wants to run').waitFor();
    expect(await view.violations()).toEqual([]);
    expect(view.complaints).toEqual([]);
    await view.picture(`sidebar-${theme}`);
  });

  test.each([240, 340, 900])('nothing is cut off at %i pixels', async (width) => {
    await using view = await open(running, { rows: works, asking: [asking] }, { width });
    await view.page.getByText('wants to run').waitFor();
    expect(await view.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await view.picture(`sidebar-${width}`);
  });

  test.each(['en', 'de'])('the winner is marked however narrow it is: %s', async (locale) => {
    await using view = await open(whole, { rows: [row()], locale }, { width: 240 });
    const badge = view.page.getByRole('region', { name: /Answers|Antworten/ }).locator('.badge');
    await badge.waitFor();
    const isSeen = () =>
      badge.evaluate((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        return [left + 2, right - 2].every((x) => document.elementFromPoint(x, (top + bottom) / 2) === one);
      });
    expect(await isSeen()).toBe(true);
    await view.picture(`sidebar-winner-${locale}`);
  });

  test('in German, where the editor is', async () => {
    await using view = await open(running, { rows: works, locale: 'de' });
    await view.page.getByRole('button', { name: '3 Antworten durchsehen' }).waitFor();
    await expect.poll(() => view.page.locator('html').getAttribute('lang')).toBe('de');
    await view.picture('sidebar-de');
  });

  test('agents’ words bring in no images, scripts or styles', async () => {
    const words =
      '<img src=x onerror=alert(1)> <b style="position:fixed">bold</b> [link](javascript:alert(1)) ![x](https://example.com/x.png)';
    const said = nextFact(running, { type: 'message.completed', run: 'r6', parts: [{ type: 'text', text: words }] });
    const answer: ViewOptions['answer'] = (query) => (query.get === 'transcript' ? { facts: [said], more: false } : undefined);
    await using view = await open(running, { rows: works }, { answer });
    await view.page.locator('summary', { hasText: 'otto' }).click();
    const html = await view.page.locator('.markdown').innerHTML();
    expect(html).not.toMatch(/<(?:img|b)\b|javascript/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(view.complaints).toEqual([]);
  });
});

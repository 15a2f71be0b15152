import { describe, expect, test } from 'vitest';
import { droppedPaths } from '../../src/webview/sidebar/attach.js';
import { draftOf, mentionAt, noDraft, requestOf, withMention } from '../../src/webview/sidebar/draft.js';

describe('a mention', () => {
  test.each([
    ['Fix @src/li', 11, { from: 4, typed: 'src/li' }],
    ['@', 1, { from: 0, typed: '' }],
    ['(@a', 3, { from: 1, typed: 'a' }],
    ['ada@example', 11, undefined],
    ['Fix @src more', 13, undefined],
  ])('in %j at %i', (text, caret, expected) => expect(mentionAt(text, caret)).toEqual(expected));

  test('takes the place of what was typed, and the caret goes on behind it', () => {
    expect(withMention('Fix @li now', { from: 4, typed: 'li' }, 'src/limiter.ts')).toEqual({ text: 'Fix @src/limiter.ts now', caret: 20 });
    expect(withMention('@', { from: 0, typed: '' }, '@problems')).toEqual({ text: '@problems ', caret: 10 });
  });
});

test.each([undefined, 3, { text: 5, parts: 'x' }])('a draft of another shape is none: %j', (kept) =>
  expect(draftOf(kept)).toEqual(noDraft),
);

test('a request is its words, if there are any, and what is attached', () => {
  const image = { type: 'image' as const, name: 'a.png', mime: 'image/png', blob: 'b', bytes: 3 };
  expect(requestOf({ text: '  Fix it ', parts: [image] })).toEqual([{ type: 'text', text: 'Fix it' }, image]);
  expect(requestOf({ text: ' ', parts: [] })).toEqual([]);
});

test('what the explorer drags is a path of the folder, or the whole path', () => {
  const data = (list: string) => ({ getData: (type: string) => (type === 'text/uri-list' ? list : '') });
  expect(droppedPaths(data('file:///home/a/src/b%20c.ts\r\nfile:///etc/hosts\r\n# no\r\nwords'), '/home/a')).toEqual([
    'src/b c.ts',
    '/etc/hosts',
  ]);
  const onWindows = 'file:///c%3A/Users/A/p/src/b.ts\nfile:///D:/x.ts\nfile://server/share/p/y.ts';
  expect(droppedPaths(data(onWindows), 'C:\\Users\\A\\p')).toEqual(['src/b.ts', 'D:/x.ts', '//server/share/p/y.ts']);
  expect(droppedPaths(data(onWindows), '\\\\server\\share\\p')[2]).toBe('y.ts');
  expect(droppedPaths(null, '/home/a')).toEqual([]);
});

/** What the models of a faulted turn say: functions of what they are sent, so that a call that is made again gets the same reply. */
import type { ModelCall, ModelReply } from '../fixtures/model-server.js';

/** The person's folder, as committed; `mine.txt` and the change of `a.txt` are not. */
export const files: Readonly<Record<string, string>> = {
  'sum.js': 'export const sum = (numbers) => numbers.reduce((total, one) => total + one, 1);\n',
  'docs/old.md': 'The sum starts at 1.\n',
  'a.txt': 'one\n',
  'tool.sh': '#!/bin/sh\necho 1\n',
  'check.sh': 'sleep 0.1\ngrep -q "one, 0)" sum.js\n',
};

const RIGHT = 'export const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);\n';
const WRONG = files['sum.js']?.replace('1);', '2);') ?? '';

export type Asked = [name: string, args: Record<string, unknown>];
const calls = (...list: Asked[]): ModelReply => ({ toolCalls: list.map(([name, args]) => ({ name, arguments: args })) });

interface Said {
  role: string;
  text: string;
  calls: { id: string; name: string; arguments: string }[];
  answers?: string;
}

interface Block {
  type?: string;
  text?: string;
  id?: string;
  name?: string;
  input?: unknown;
  tool_use_id?: string;
  content?: unknown;
}

const wordsOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content ?? ''));

/** Of either wire format. */
function conversation(call: ModelCall): Said[] {
  return call.messages.flatMap((message): Said[] => {
    const { role, content } = message;
    const blocks = (Array.isArray(content) ? content : []) as Block[];
    const results = blocks.filter(({ type }) => type === 'tool_result');
    if (results.length > 0)
      return [
        ...results.map((one) => ({ role: 'tool', text: wordsOf(one.content), calls: [], answers: one.tool_use_id ?? '' })),
        { role, text: wordsOf(blocks.filter(({ type }) => type === 'text')), calls: [] },
      ];
    const uses = blocks.filter(({ type }) => type === 'tool_use');
    const calls = (message.tool_calls ?? []) as { id: string; function: { name: string; arguments: string } }[];
    return [
      {
        role,
        text: wordsOf(content),
        calls: [
          ...calls.map((one) => ({ id: one.id, ...one.function })),
          ...uses.map(({ id = '', name = '', input }) => ({ id, name, arguments: JSON.stringify(input) })),
        ],
        ...(typeof message.tool_call_id === 'string' && { answers: message.tool_call_id }),
      },
    ];
  });
}

/** Nobody knows whether it was done: a good model makes it again, and what these do is the same twice. */
const UNKNOWN = 'outcome is not known';

const steps: Record<string, (background: Asked, tries: readonly Asked[]) => Asked[][]> = {
  right: (background) => [
    [background, ['read_file', { path: 'sum.js' }], ['run_command', { command: 'cat a.txt' }]],
    [
      ['run_command', { command: 'rm -f docs/old.md; sleep 0.1; echo gone' }],
      ['write_file', { path: 'sum.js', content: RIGHT }],
      ['write_file', { path: 'tool.sh', content: '#!/bin/sh\necho 0\n' }],
      ['write_file', { path: 'sub/dir/new.txt', content: 'new\n' }],
    ],
    [['new_answer', { content: 'The sum starts at 0.' }]],
  ],
  // What is tried with tools, this one tries: that is to change nothing for the other.
  mistaken: (_, tries) => [[...tries, ['write_file', { path: 'sum.js', content: WRONG }]], [['new_answer', { content: 'It works.' }]]],
};

const BACKGROUND: Asked = ['run_command', { command: 'sleep 60', background: true }];

/** `tries`: what the mistaken agent calls beside, in its first reply. */
export function replyTo(call: ModelCall, tries: readonly Asked[] = []): ModelReply {
  const said = conversation(call);
  if (!call.tools.includes('new_answer') && !call.tools.includes('vote')) return { text: 'The sum starts at 0 now.' };
  const last = said.findLast((one) => one.role === 'assistant');
  const unknown = last?.calls.filter(({ id }) => said.some((one) => one.answers === id && one.text.includes(UNKNOWN))) ?? [];
  if (unknown.length > 0) return { toolCalls: unknown.map(({ name, arguments: args }) => ({ name, arguments: args })) };
  const answers = said.map((one) => one.text).join('\n');
  const shown = [...answers.matchAll(/<answer label=\\?"(\w+)\\?" yours=\\?"(\w+)\\?"[^>]*>(?:\s|\\n)*(The sum starts at 0)?/g)];
  const right = shown.findLast(([, , , words]) => words !== undefined);
  // Who is left alone with an answer of its own votes for it.
  const alone = shown.every(([, , yours]) => yours === 'yes') ? shown.at(-1) : undefined;
  const label = (right ?? alone)?.[1];
  if (call.tools.includes('vote') && label !== undefined) return calls(['vote', { agent_id: label, reason: 'Its check passes.' }]);
  const agent = call.model.replace('model-of-', '');
  const own = steps[agent]?.(BACKGROUND, tries) ?? [];
  const done = new Set(said.flatMap((one) => one.calls.map(({ name }) => name)));
  const at = own.findIndex((step) => !step.every(([name]) => done.has(name)));
  return calls(...(own[at] ?? own.at(-1) ?? []));
}

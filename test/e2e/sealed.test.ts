/** What a vendor seals goes back to it from the log, after a crash as before. */
import { afterAll, expect, test } from 'vitest';
import { createSession, openSession } from '../../src/engine/session.js';
import { isFact } from '../../src/protocol/events.js';
import { type ModelCall, startModelServer } from '../fixtures/model-server.js';
import { removeFolders, repository, testHost } from '../fixtures/team.js';
import { answer, calls, KEY, modelsOf, offers, vote } from './play.js';

afterAll(removeFolders);

const thoughtsIn = ({ body }: ModelCall): unknown[] =>
  (body.messages as { role: string; content: { type: string }[] }[])
    .filter(({ role }) => role === 'assistant')
    .flatMap(({ content }) => content)
    .filter(({ type }) => type.includes('thinking'));

test('signed and encrypted thoughts come back unchanged with the results of their calls, in a resumed run too; one that held a key does not', async () => {
  const server = await startModelServer((call) => {
    if (call.n === 0) return { reasoning: 'Grüße', signature: `sig+/${'='.repeat(2)}`, redacted: 'enc==', ...calls(['list_files', {}]) };
    if (call.n === 1) return { reasoning: `The key is ${KEY}.`, signature: 'sig-of-a-key', ...calls(['read_file', { path: 'a.txt' }]) };
    if (call.n === 2) return { hang: 'body' };
    return offers(call, 'new_answer') && !offers(call, 'vote') ? answer('done') : offers(call, 'vote') ? vote('agent1') : { text: 'Done.' };
  });
  const host = testHost({ ...process.env, TEST_KEY: KEY });
  const folder = repository({ 'a.txt': 'one\n' });
  const session = await createSession({ folder, host });
  const twice = new Promise<void>((resolve) => {
    let returned = 0;
    session.subscribe((event) => {
      if (isFact(event) && event.type === 'tool.returned' && ++returned === 2) setTimeout(resolve, 50);
    });
  });
  const cut = session
    .turn([{ type: 'text', text: 'Go.' }], modelsOf(['a'], server.baseUrl, { mixed: true }))
    .catch((error: unknown) => error);
  await twice;
  await session[Symbol.asyncDispose]();
  expect(await cut).toBeInstanceOf(Error);
  await using again = await openSession({ folder, host, id: session.id });
  expect(await again.resume()).toMatchObject({ outcome: 'decided' });
  await server.stop();
  const kept = [
    { type: 'thinking', thinking: 'Grüße', signature: 'sig+/==' },
    { type: 'redacted_thinking', data: 'enc==' },
  ];
  const [, second, third, resumed] = server.calls;
  for (const call of [second, third, resumed]) expect(call === undefined ? [] : thoughtsIn(call)).toEqual(kept);
  expect(resumed?.body.messages).toEqual(third?.body.messages);
});

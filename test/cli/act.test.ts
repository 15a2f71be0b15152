import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, massgen, projects } from './massgen.js';
import { CTRL_C, ENTER, hasTerminal, terminals } from './terminal.js';

const project = projects();
const onTerminal = terminals();

const planning = (line: string) => `
agents:
  '*':
    work:
      - call: [{ write_file: { path: src/new.txt, content: new } }, { run_command: { command: ${JSON.stringify(line)} } }]
        answer: Ready to go out.
      - vote: { for: Ready }
    present:
      - say: Ready.
`;

const line = 'env > seen.txt; git push -q origin HEAD:refs/heads/released';

describe('what an answer planned beyond the folder', () => {
  it('is not done where nobody can be asked, and that is said; on a terminal it is, by a yes to the whole line', async () => {
    const folder = await project(planning(line));
    const remote = path.join(path.dirname(folder), 'remote.git');
    const released = async () => (await git(remote, ['log', '-1', '--format=%s', 'released'])).stdout.trim();
    await git(folder, ['init', '-q', '--bare', remote]);
    await git(folder, ['remote', 'add', 'origin', remote]);
    await writeFile(path.join(folder, '.env'), 'PLANTED=by the folder\n');
    expect((await massgen(folder, ['run', 'Release it.'])).stderr).toContain('nobody can be asked here');

    const before = await massgen(folder, ['act', 'latest']);
    expect([before.code, before.stdout]).toEqual([1, `denied      ${line}  (the answer is not applied)\n`]);
    expect((await massgen(folder, ['apply', 'latest'])).code).toBe(0);
    const { code, stdout, stderr } = await massgen(folder, ['act', 'latest']);
    expect([code, stdout]).toEqual([1, `denied      ${line}\n`]);
    expect(stderr).toContain('Nothing was done: it needs a terminal to ask you on.');
    expect(await released()).toBe('');
    if (!hasTerminal) return;

    const asked = async (keys: string) => {
      const it = onTerminal(folder, ['act', 'latest']);
      const question = await it.until('[n] ');
      it.type(keys);
      return { it, question };
    };
    const no = await asked(`n${ENTER}`);
    expect(no.question).toContain(`Beyond your folder, and not to be taken back:  ${line}`);
    expect(no.question).toContain(`in ${folder}, as you`);
    expect(await no.it.ended()).toBe(1);
    const interrupted = await asked(CTRL_C);
    expect(await interrupted.it.ended()).toBe(130);
    expect(await released()).toBe('');
    const yes = await asked(`y${ENTER}`);
    await yes.it.until(`done        ${line}`);
    expect(await yes.it.ended()).toBe(0);
    expect(await released()).toBe('first');
    // As if it were typed there: what the folder sets for models is no part of it.
    const seen = readFileSync(path.join(folder, 'seen.txt'), 'utf8');
    expect([seen.includes('HOME='), seen.includes('PLANTED')]).toEqual([true, false]);
  });
});

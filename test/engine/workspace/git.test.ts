import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runGit } from '../../../src/engine/workspace/git.js';
import { scratchFolder } from './scratch.js';

test.skipIf(process.platform === 'win32')(
  'a repository that says how to fetch what it lacks is not obeyed, by a git that would fetch either',
  async () => {
    const folder = await scratchFolder();
    const [gitDir, program, mark] = [join(folder, 'r.git'), join(folder, 'fetch'), join(folder, 'ran')];
    await writeFile(program, `#!/bin/sh\ntouch '${mark}'\nexit 1\n`);
    await chmod(program, 0o755);
    await runGit(['init', '-q', '--bare', gitDir]);
    await writeFile(
      join(gitDir, 'config'),
      `[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = x\n[remote "x"]\n\tpromisor = true\n\turl = ext::${program}\n[protocol "ext"]\n\tallow = always\n`,
    );
    const ask = (env: Record<string, string>) =>
      runGit(['cat-file', '-p', 'a'.repeat(40)], { gitDir, env: { GIT_NO_LAZY_FETCH: '0', ...env } });
    expect((await ask({})).code).not.toBe(0);
    expect(existsSync(mark)).toBe(false);
    // It would be run otherwise.
    await ask({ GIT_ALLOW_PROTOCOL: 'ext' });
    expect(existsSync(mark)).toBe(true);
  },
);

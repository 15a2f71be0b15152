/** An agent's command that tries the walls from inside a session of the editor, and what is seen of it from outside. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CANARY = 'CANARY-of-the-editor';

export interface Walls extends AsyncDisposable {
  /** For bash, in the agent's copy of the folder; it prints what it reached. */
  script: string;
  /** What got out, `said` being what it printed, and `folder` what is open. */
  harm(said: string, folder: string): string[];
}

/** `home` is that of the editor's extension host. */
export async function openWalls(home = homedir()): Promise<Walls> {
  const hidden = mkdtempSync(join(home, '.massgen-walls-'));
  const shared = mkdtempSync('/var/tmp/massgen-walls-');
  mkdirSync(join(hidden, 'keys'));
  writeFileSync(join(hidden, 'keys/id'), CANARY);
  let reached = 0;
  const server = createServer((socket) => {
    reached += 1;
    socket.on('error', () => undefined); // Who tried has gone.
    socket.end(CANARY);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const outside = [join(shared, 'written'), join(hidden, 'written'), join(home, 'massgen-walls-written')];
  const script = [
    'echo mine > inside.txt && cat inside.txt',
    ...outside.map((path) => `echo x > '${path}'`),
    'echo x > ../../../../written',
    `cat '${join(hidden, 'keys/id')}'`,
    `node -e "fetch('http://127.0.0.1:${port}').then((r) => r.text()).then(console.log, (e) => console.log(e.message))"`,
    `(exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3)`,
    'env',
    'true',
  ].join('\n');
  return {
    script,
    harm: (said, folder) => [
      ...(said.includes('mine') ? [] : ['the command did nothing where it may']),
      ...[...outside, join(folder, 'written')].filter((path) => existsSync(path)).map((path) => `written: ${path}`),
      ...(said.includes(CANARY) ? ['a secret was read'] : []),
      ...(reached > 0 ? [`${reached} connections`] : []),
      ...(said.match(/^(VSCODE|ELECTRON|SSH_AUTH|GIT_ASKPASS|XDG_RUNTIME)\w*/gm) ?? []).map((name) => `the editor's ${name}`),
    ],
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
      for (const path of [hidden, shared, ...outside]) rmSync(path, { recursive: true, force: true });
    },
  };
}

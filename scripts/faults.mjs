// Bundles the program and the faults, and plays them: `npm run faults`, or `npm run faults -- log: "full disk"` for those with these words.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { cli } from '../esbuild.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Gives the folder of what was built. */
export async function buildFaults(outdir, entries = {}) {
  await esbuild.build({
    ...cli,
    absWorkingDir: root,
    entryPoints: { ...cli.entryPoints, hits: 'test/faults/hits.ts', ...entries },
    outdir,
    outExtension: { '.js': '.mjs' },
  });
  return outdir;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outdir = await buildFaults(`${root}node_modules/.massgen-faults`, { run: 'test/faults/run.ts' });
  // A small file system that is full needs a mount, which nobody else sees in a namespace of our own.
  const alone = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/tmp']).status === 0;
  const [program, ...args] = [...(alone ? ['unshare', '-rm'] : []), process.execPath, '--enable-source-maps', `${outdir}/run.mjs`];
  const env = { ...process.env, MASSGEN_FAULTS_MOUNT: alone ? 'yes' : 'no' };
  const { status } = spawnSync(program, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env });
  process.exit(status ?? 1);
}

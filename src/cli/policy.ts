/** `massgen policy`: what the person allowed for good in this folder, and taking it back. */
import path from 'node:path';
import { forget, permissionsIn, policyFile } from '../engine/permissions.js';
import { exactly } from '../protocol/exactly.js';
import { folderOf, type Options } from './args.js';
import { err, json, out } from './output.js';

export async function policy(options: Options): Promise<number> {
  const home = path.join(await folderOf(options), '.massgen');
  const always = options.forget === undefined ? await permissionsIn(home) : await forget(home, options.forget);
  if (options.json) json({ file: policyFile(home), always });
  else if (always.length === 0) err('Nothing is allowed for good in this folder: what the policy asks about is asked.');
  else out(always.map(({ command, since }) => `${since.slice(0, 10)}  ${exactly(command)}`).join('\n'));
  return 0;
}

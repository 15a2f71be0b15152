import { realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { personsRepository, stateOf } from './person.js';
import { put } from './scratch-store.js';

test('Composer’s autoloader looks for the folder’s classes from where it is: in the workspace; packages are linked', async () => {
  const root = await personsRepository({ '.gitignore': 'vendor/\n', 'composer.json': '{}', 'src/Sum.php': '<?php\n' });
  await put(root, {
    'vendor/autoload.php': "<?php require __DIR__ . '/composer/autoload_real.php';\n",
    'vendor/composer/autoload_real.php': '<?php $base = dirname(dirname(__DIR__));\n',
    // What lists every class is large, and is found from where it is as the rest.
    'vendor/composer/autoload_static.php': `<?php // ${'x'.repeat(2 << 20)}\n`,
    'vendor/acme/lib/Lib.php': '<?php\n',
    'vendor/bin/tool': { content: '#!/usr/bin/env php\n', mode: 'executable' },
  });
  const theirs = stateOf(join(root, 'vendor'));
  await using store = await openStore(root);
  const { tree } = await store.capture();
  await using workspace = await store.fork({ session: 's', name: 'one', tree });
  // PHP's __DIR__ is the real folder of a file.
  for (const file of ['vendor/autoload.php', 'vendor/composer/autoload_real.php', 'vendor/composer/autoload_static.php', 'vendor/bin/tool'])
    expect(realpathSync(join(workspace.root, file))).toBe(join(workspace.root, file));
  expect(realpathSync(join(workspace.root, 'vendor/acme/lib'))).toBe(join(root, 'vendor/acme/lib'));
  await writeFile(join(workspace.root, 'vendor/composer/autoload_real.php'), 'other');
  expect(stateOf(join(root, 'vendor'))).toEqual(theirs);
  expect(await readFile(join(workspace.root, 'vendor/acme/lib/Lib.php'), 'utf8')).toBe('<?php\n');
});

/** The workflows that would run elsewhere: what they name is there. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.github', 'workflows');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

const step = z.strictObject({
  name: z.string().optional(),
  if: z
    .string()
    .regex(/^runner\.os == '(Linux|macOS|Windows)'$/)
    .optional(),
  uses: z
    .string()
    .regex(/^[\w-]+\/[\w-]+@v\d+$/)
    .optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
  shell: z.enum(['bash', 'pwsh', 'sh', 'cmd']).optional(),
});
const job = z.strictObject({
  'runs-on': z.string(),
  'timeout-minutes': z.number().max(60),
  strategy: z.object({ 'fail-fast': z.boolean(), matrix: z.record(z.string(), z.array(z.unknown())) }).optional(),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.literal(['read', 'none'])),
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }).optional(),
  jobs: z.record(z.string(), job),
});

const all = readdirSync(folder).map((name) => {
  const document = parseDocument(readFileSync(join(folder, name), 'utf8'), { uniqueKeys: true });
  return { name, errors: [...document.errors, ...document.warnings], read: () => workflow.parse(document.toJS()) };
});

describe.each(all)('$name', ({ errors, read }) => {
  test('is a workflow', () => {
    expect(errors).toEqual([]);
    for (const { steps } of Object.values(read().jobs))
      for (const one of steps) expect([one.uses, one.run].filter(Boolean)).toHaveLength(1);
  });

  test('runs scripts and test folders that there are', () => {
    const lines = Object.values(read().jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => (run === undefined ? [] : run.split('\n'))));
    for (const line of lines) {
      const [, script] = /^npm run (\S+)/.exec(line) ?? [];
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
      for (const [path] of line.matchAll(/(?<=\s)test\/\S+/g)) expect(statSync(join(root, path)).isDirectory()).toBe(true);
      if (line.startsWith('.')) expect(existsSync(join(root, line))).toBe(true);
    }
    expect(lines.length).toBeGreaterThan(3);
  });

  test('installs so that a package of another platform may be missing in the lockfile', () => {
    expect(JSON.stringify(read())).not.toMatch(/npm (ci|clean-install)/);
  });

  test('names in its matrix what it uses', () => {
    for (const one of Object.values(read().jobs)) {
      const used = [...JSON.stringify(one).matchAll(/\$\{\{ matrix\.(\w+) \}\}/g)].map(([, name]) => name ?? '');
      for (const name of used) expect(Object.keys(one.strategy?.matrix ?? {})).toContain(name);
    }
  });
});

test('the checks run on Linux, macOS and Windows', () => {
  const systems = all.flatMap(({ read }) => Object.values(read().jobs).flatMap(({ strategy }) => strategy?.matrix.os ?? []));
  expect(new Set(systems)).toEqual(new Set(['ubuntu-latest', 'macos-latest', 'windows-latest']));
});

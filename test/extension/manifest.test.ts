/** package.json is held to the extension's tables, and what the editor and the person read is there in each language. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/extension/commands.js';
import { manifest } from '../../src/extension/manifest.js';

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const packageJson = json('package.json');
const made = manifest();

describe('package.json', () => {
  test('contributes what the tables say (npm run manifest writes it)', () => {
    expect(packageJson.contributes).toEqual(made.contributes);
    expect(packageJson.capabilities).toEqual(made.capabilities);
    expect(json('package.nls.json')).toEqual(made.texts);
  });

  test('names files that are there', () => {
    const named = JSON.stringify([packageJson, made.texts, json('package.nls.de.json')]).match(/media\/[\w/.-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('wakes the extension for what is used of it, at the start only where sessions have left something to show', () => {
    expect(
      packageJson.activationEvents.filter((event: string) =>
        /^(\*|onStartupFinished|workspaceContains:(?!\.massgen\/sessions$))/.test(event),
      ),
    ).toEqual([]);
  });

  test('asks for no newer editor than its types know', () => {
    expect(packageJson.engines.vscode).toBe(`^${packageJson.devDependencies['@types/vscode']}`);
  });
});

describe('the commands', () => {
  test('have ids of their own, and keys of their own', () => {
    const keys = commands.flatMap((row) => ('key' in row ? [row.key] : []));
    expect(new Set(commands.map(({ command }) => command)).size).toBe(commands.length);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('docs/vscode.md names every key, and no other', () => {
  const named = [...readFileSync('docs/vscode.md', 'utf8').matchAll(/^\| (`[\w+]+`(?: \/ `[\w+]+`)*) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/[\w+]+/g) ?? [],
  );
  expect(named.sort()).toEqual(commands.flatMap((row) => ('key' in row ? [row.key] : [])).sort());
});

describe.each(readdirSync('.').filter((name) => /^package\.nls\.\w+\.json$/.test(name)))('%s', (file) => {
  test('has every text', () => expect(Object.keys(json(file)).sort()).toEqual(Object.keys(made.texts).sort()));
});

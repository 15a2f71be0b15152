import { describe, expect, test } from 'vitest';
import { findProgram, startedAs, systemProgram } from '../../../src/engine/process/programs.js';

const having =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file);

describe('a program', () => {
  test('is found in the folders of a search path, in their order, never in one that is relative', () => {
    const runs = having('/usr/bin/git', '/opt/bin/git', 'bin/git');
    expect(findProgram('git', 'bin:.::/nowhere:/opt/bin:/usr/bin', { platform: 'linux', runs })).toBe('/opt/bin/git');
    expect(findProgram('git', 'bin:', { platform: 'linux', runs })).toBeUndefined();
    expect(findProgram('git', undefined, { platform: 'linux', runs })).toBeUndefined();
  });

  test('is started on Windows by where it is: by its name Windows would look in the folder of the agent first', () => {
    const on = { platform: 'win32' as const, env: { Path: 'C:\\no;.;D:\\Git\\cmd' }, runs: having('D:\\Git\\cmd\\git.exe', '.\\git.exe') };
    expect(startedAs('git', on)).toBe('D:\\Git\\cmd\\git.exe');
    expect(startedAs('hg', on)).toBe('hg');
    expect(startedAs('git', { ...on, platform: 'darwin' })).toBe('git');
  });

  test('of Windows itself is where Windows is', () => {
    expect(systemProgram('taskkill.exe', { env: { SystemRoot: 'E:\\WIN' } })).toBe('E:\\WIN\\System32\\taskkill.exe');
  });
});

import { describe, expect, test } from 'vitest';
import { renameOver } from '../../../src/engine/process/rename-over.js';

const busy = (code: string) => Object.assign(new Error(code), { code });

/** A file that is held for a while. */
function held(platform: NodeJS.Platform, times: number, code = 'EPERM') {
  const asked: string[] = [];
  const rename = async (from: string, to: string) => {
    asked.push(`${from} ${to}`);
    if (asked.length <= times) throw busy(code);
  };
  return { ports: { platform, rename }, asked };
}

describe('a rename', () => {
  test('on Windows waits for who holds the file, but not for ever', async () => {
    const short = held('win32', 2, 'EBUSY');
    await renameOver('a', 'b', short.ports);
    expect(short.asked).toEqual(['a b', 'a b', 'a b']);
    await expect(renameOver('a', 'b', held('win32', 1000).ports)).rejects.toThrow('EPERM');
  });

  test('says at once what waiting does not mend, and everything elsewhere', async () => {
    const gone = held('win32', 1, 'ENOENT');
    await expect(renameOver('a', 'b', gone.ports)).rejects.toThrow('ENOENT');
    const linux = held('linux', 1);
    await expect(renameOver('a', 'b', linux.ports)).rejects.toThrow('EPERM');
    expect([gone.asked.length, linux.asked.length]).toEqual([1, 1]);
  });
});

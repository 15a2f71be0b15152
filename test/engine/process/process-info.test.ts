import { afterEach, expect, test, vi } from 'vitest';
import { psStartTime, startTimeOf } from '../../../src/engine/process/process-info.js';
import { findProgram } from '../../../src/engine/process/programs.js';

afterEach(() => vi.unstubAllEnvs());

/** Linux needs none, and small systems have none. */
const isPsHere = findProgram('ps', process.env.PATH) !== undefined;

test.skipIf(process.platform === 'win32' || !isPsHere)('the start of a process is told alike in every language and zone', () => {
  const told = psStartTime(process.ppid);
  expect(told).toMatch(/\d\d:\d\d:\d\d/);
  vi.stubEnv('TZ', 'Asia/Kathmandu');
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  expect(psStartTime(process.ppid)).toBe(told);
});

test('the own start is what it was, another process has another', () => {
  expect(startTimeOf(process.pid)).toBe(startTimeOf(process.pid));
  expect(startTimeOf(process.pid)).toBeDefined();
  expect(startTimeOf(2 ** 22 + 5)).toBeUndefined();
});

/** The JSON of RSpec, and of Jest, which Vitest writes too. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { plainPath } from '../parsers/ruby.js';
import type { Outcome, Tally } from './tally.js';

const JEST = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      assertionResults: z.array(z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() })),
    }),
  ),
});

const RSPEC = z.object({
  examples: z.array(z.object({ full_description: z.string(), file_path: z.string(), status: z.string() })),
  messages: z.array(z.string()).optional(),
});

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Cut off, or no JSON at all: it is as if there were none.
    return undefined;
  }
}

const outcomeOf = (status: string): Outcome => (status === 'passed' || status === 'failed' ? status : 'skipped');

/** `root`: absolute paths are told from there. */
export async function readJest(file: string, into: Tally, root: string): Promise<boolean> {
  const { success, data } = JEST.safeParse(await jsonIn(file));
  if (!success) return false;
  for (const { name, status, assertionResults } of data.testResults) {
    const path = name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name;
    for (const { ancestorTitles, title, status: result } of assertionResults)
      into.add([path, ...ancestorTitles.filter((one) => one !== ''), title].join(' > '), outcomeOf(result));
    // A file that could not be loaded has no tests.
    if (status === 'failed' && assertionResults.length === 0) into.add(path, 'failed');
  }
  return true;
}

export async function readRspec(file: string, into: Tally): Promise<boolean> {
  const { success, data } = RSPEC.safeParse(await jsonIn(file));
  if (!success) return false;
  for (const { full_description: name, file_path: path, status } of data.examples)
    into.add(`${plainPath(path)} > ${name}`, outcomeOf(status));
  for (const message of data.messages ?? []) {
    const broken = /An error occurred while loading (.+?)\.$/m.exec(message)?.[1];
    if (broken !== undefined) into.add(plainPath(broken), 'failed');
  }
  return true;
}

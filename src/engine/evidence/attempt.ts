/** One run of one check's command, and all that can be read from it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult, CommandSpec, Commands } from '../process/commands.js';
import { cappedOutput } from '../process/output-cap.js';
import type { Checkout, Store } from '../workspace/store.js';
import { type CachePlaces, cacheVariables } from './caches.js';
import { parseTests, plainText } from './parse.js';
import type { ParsedTests } from './parsers/parser.js';
import { askForReport, type Reporting } from './reports/reporting.js';
import type { CheckSpec } from './spec.js';

export interface AttemptOptions {
  store: Store;
  commands: Commands;
  checkout: Checkout;
  privateDir: string;
  caches: CachePlaces;
  network: CommandSpec['network'];
  signal: AbortSignal;
  timeoutMs: number;
  /** A name of its own for each attempt in one checkout. */
  id: string;
  show: ((text: string) => void) | undefined;
  /** Makes of the command, asked for its report, one that runs only some tests. */
  narrow?: (asked: Reporting) => { command?: string; env?: Record<string, string> };
}

export interface Attempt {
  result: CommandResult;
  /** What it printed, capped, with paths relative to the checkout. */
  output: string;
  parsed: ParsedTests | undefined;
  asked: Reporting;
}

const OUTPUT_BYTES = 256 * 1024;
const NAME_LENGTH = 300;

export async function attempt(spec: CheckSpec, options: AttemptOptions): Promise<Attempt> {
  const { checkout, commands, show } = options;
  const [root, cwd] = [checkout.root, join(checkout.root, spec.cwd)];
  const reports = join(options.privateDir, 'reports', options.id);
  await mkdir(reports, { recursive: true });
  const asked = await askForReport(spec, { root, cwd, reports });
  const { live } = asked;
  const narrowed = options.narrow?.(asked);
  const readable = cappedOutput(OUTPUT_BYTES);
  const take = (text: string): void => {
    const said = live === undefined ? text : live.push(text);
    readable.push(Buffer.from(said));
    if (said !== '') show?.(said);
  };
  const result = await commands.run({
    command: narrowed?.command ?? asked.command,
    cwd,
    env: { ...cacheVariables(options.caches, options.network === 'none'), ...asked.env, ...checkout.env, ...narrowed?.env },
    writable: [root, reports],
    readOnly: [...checkout.linkedRoots, options.caches.kept],
    // Peers' workspaces and the store are nothing that a check may look at.
    unreadable: [options.store.home],
    network: options.network,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    maxOutputBytes: OUTPUT_BYTES,
    privateDir: options.privateDir,
    ...((live !== undefined || show !== undefined) && { onOutput: take }),
  });
  if (live !== undefined) readable.push(Buffer.from(live.end()));
  const output = withoutRoot(plainText(live === undefined ? result.output : readable.text()), root);
  const reported = live?.parsed() ?? (await asked.collect());
  return { result, output, asked, parsed: named(better(reported, parseTests(output)), root) };
}

/** Where a report misses what was printed (of two runners only one writes reports), or is cut off, what was printed counts. */
function better(report: ParsedTests | undefined, printed: ParsedTests | undefined): ParsedTests | undefined {
  const known = ({ tests, failing }: ParsedTests): number => (tests ? tests.passed + tests.failed + tests.skipped : failing.length);
  if (report === undefined || printed === undefined) return report ?? printed;
  const isLess = printed.tests !== undefined && known(printed) > known(report);
  return isLess ? printed : report;
}

function named(parsed: ParsedTests | undefined, root: string): ParsedTests | undefined {
  const name = (test: string): string => withoutRoot(test, root).slice(0, NAME_LENGTH);
  return parsed && { ...parsed, failing: parsed.failing.map(name), ...(parsed.flaky && { flaky: parsed.flaky.map(name) }) };
}

/** Paths relative to the checkout: its place is random, and names of tests must be the same from run to run. */
function withoutRoot(output: string, root: string): string {
  return output.replaceAll(`${root}/`, '').replaceAll(root, '.');
}

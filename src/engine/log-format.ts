/** What the bytes of a log mean: complete lines of facts, a torn end, or why it can only be read. */
import { type FactEvent, LOG_VERSION } from '../protocol/events.js';
import { type Failure, fail } from '../protocol/failure.js';
import { stateOf } from '../protocol/reduce.js';
import { emptyState, type SessionState } from '../protocol/state.js';
import { misnamedIn } from './fact-names.js';
import { isFactType } from './fact-types.js';
import { type FactsOfLog, openFacts } from './facts.js';
import { linesOf } from './log-lines.js';

export interface Format {
  version: number;
  /** From a version to the next one, event by event; the version in `session.started` is raised without its help. */
  migrations: Readonly<Record<number, (event: unknown) => unknown>>;
}

/** Version 1 is the first. */
export const current: Format = { version: LOG_VERSION, migrations: {} };

export interface Parsed {
  /** As of the format's version; up to the first line that could not be understood. */
  facts: FactsOfLog;
  /** What they come to. */
  state: SessionState;
  /** The version that the file is written in. */
  version: number;
  /** Where the last complete line that was understood ends. */
  end: number;
  readOnly?: Failure;
}

/**
 * Invariant: `facts` are exactly the complete lines before the first bad one, numbered from 1 without gaps.
 * Only the envelope is looked at, and names that reach git or the disk: a log may have 200,000 lines.
 */
export function parseLog(path: string, format: Format): Parsed {
  let migrate = (event: unknown): unknown => event;
  const facts = openFacts(path, (written) => migrate(written));
  const parsed: Parsed = { facts, state: emptyState, version: format.version, end: 0 };
  const place = (): string => `${path}, line ${facts.length + 1}`;
  function* understood(): Generator<FactEvent> {
    for (const { text, end, isLast } of linesOf(path)) {
      const written = parseLine(text);
      if (written === undefined) {
        // What was not written whole can only be the last line.
        if (!isLast) parsed.readOnly ??= badLine(`${place()}: it is not JSON.`);
        return;
      }
      if (parsed.end === 0) {
        parsed.version = versionOf(written) ?? format.version;
        if (parsed.version > format.version) parsed.readOnly = newer(path, parsed.version, format.version);
        const way = wayFrom(parsed.version, format);
        if (way === undefined) {
          parsed.readOnly = tooOld(path, parsed.version);
          return;
        }
        migrate = way;
      }
      const event = migrate(written);
      const misplaced = misplacedAs(event, facts.length + 1);
      if (misplaced !== undefined) {
        parsed.readOnly ??= isUnknown(event) ? unknownFact(place(), event.type) : badLine(`${place()}: ${misplaced}.`);
        return;
      }
      parsed.end = end;
      facts.pass(event as FactEvent, end);
      yield event as FactEvent;
    }
  }
  parsed.state = stateOf(understood());
  return parsed;
}

export function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON never is undefined: the caller tells by it.
    return undefined;
  }
}

/** Why an event cannot be the line of this number; undefined where it can. */
export function misplacedAs(event: unknown, seq: number): string | undefined {
  if (typeof event !== 'object' || event === null) return 'it is not a fact';
  const { type, seq: own, at } = event as Partial<Record<'type' | 'seq' | 'at', unknown>>;
  if (!isFactType(type)) return `its type is ${JSON.stringify(type)}`;
  if (own !== seq) return `it is numbered ${JSON.stringify(own)} where ${seq} was due`;
  if (!Number.isFinite(at)) return 'it has no time';
  const misnamed = misnamedIn(type, event);
  if (misnamed !== undefined) return misnamed;
  if (seq > 1) return type === 'session.started' ? 'the session has started already' : undefined;
  if (type !== 'session.started') return `the first fact must be session.started and is ${type}`;
  return versionOf(event) === undefined ? 'it names no version of the log' : undefined;
}

function isUnknown(event: unknown): event is { type: string } {
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
  return typeof type === 'string' && !isFactType(type);
}

function versionOf(event: unknown): number | undefined {
  const version = typeof event === 'object' && event !== null && 'version' in event ? event.version : undefined;
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 ? version : undefined;
}

/** What brings an event of an older version to this one; undefined where a step is missing. */
function wayFrom(version: number, format: Format): ((event: unknown) => unknown) | undefined {
  if (version >= format.version) return (event) => event;
  const step = format.migrations[version];
  const rest = wayFrom(version + 1, format);
  if (step === undefined || rest === undefined) return undefined;
  return (event) => rest(raised(step(event), version + 1));
}

function raised(event: unknown, version: number): unknown {
  const isFirst = typeof event === 'object' && event !== null && 'type' in event && event.type === 'session.started';
  return isFirst ? { ...event, version } : event;
}

const UPDATE = 'Update MassGen to go on with this session; nothing in it was changed.';
const KEPT = 'What comes before it can be read; nothing in it was changed.';

const badLine = (message: string): Failure => fail('log', message, { hint: KEPT }).failure;

const unknownFact = (place: string, type: string): Failure =>
  fail('log', `${place}: a newer MassGen wrote the fact ${JSON.stringify(type)}, which this one does not know.`, { hint: UPDATE }).failure;

const newer = (path: string, version: number, known: number): Failure =>
  fail('log', `A newer MassGen wrote ${path}: its version is ${version}, and this one reads up to ${known}.`, { hint: UPDATE }).failure;

const tooOld = (path: string, version: number): Failure =>
  fail('log', `${path} is of version ${version}, which this MassGen can no longer read.`, { hint: 'Open it with an older one.' }).failure;

/** What facts name that reaches git or the file system: objects of the store, and labels, which are names of folders. */
import type { Fact } from '../protocol/events.js';

type Fields = Readonly<Record<string, unknown>>;

const OBJECT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const LABEL = /^agent\d{1,9}$/;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const each = (list: unknown): Fields[] => (Array.isArray(list) ? list.map(fieldsOf) : []);
const blobsIn = (parts: unknown): unknown[] => each(parts).map(({ blob }) => blob);
const labelsIn = ({ shown }: Fields): unknown[] => each(shown).map(({ label }) => label);

/** By the types of facts that name any. A field that is not there is none. */
const OBJECTS: Partial<Record<Fact['type'], (fact: Fields) => unknown[]>> = {
  'turn.started': ({ base, request }) => [base, ...blobsIn(request)],
  'message.completed': ({ parts }) => blobsIn(parts),
  'candidate.submitted': ({ candidate }) => [fieldsOf(candidate).tree, ...blobsIn(fieldsOf(candidate).words)],
  'check.started': ({ tree }) => [tree],
  'evidence.recorded': ({ tree, checks }) => [tree, ...each(checks).map(({ output }) => output)],
  'apply.started': ({ before, after }) => [before, after],
  'changes.rejected': ({ from, to }) => [from, to],
};
const LABELS: Partial<Record<Fact['type'], (fact: Fields) => unknown[]>> = { 'run.started': labelsIn, 'candidates.shown': labelsIn };

const isAs =
  (pattern: RegExp) =>
  (name: unknown): boolean =>
    name === undefined || (typeof name === 'string' && pattern.test(name));

/**
 * What is wrong with a name in a fact of this type; undefined where nothing is.
 * Invariant: whatever a log says, one that came along with a folder too, no name of it is an option to git, a second line of its input, or a way
 * out of a folder.
 */
export function misnamedIn(type: Fact['type'], fact: object): string | undefined {
  if (OBJECTS[type]?.(fact as Fields).every(isAs(OBJECT)) === false) return 'it names a tree or a file by what is no id';
  if (LABELS[type]?.(fact as Fields).every(isAs(LABEL)) === false) return 'it labels an answer by what is no label';
  return undefined;
}

/** A candidate's change as a person reads it, beside what the others did: values for every front, computed by git. */
import type { CandidateId, TreeId } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { FileDiff, HunkDiff } from '../protocol/review.js';
import { standing } from '../protocol/standing.js';
import type { CandidateState, SessionState, TurnState } from '../protocol/state.js';
import type { Against } from '../protocol/wire.js';
import { candidateIn } from './applying.js';
import { agreement, blocksOf } from './workspace/agreement.js';
import { changes } from './workspace/changes.js';
import { fileHunks, type TextHunk } from './workspace/file-hunks.js';
import { patchOf } from './workspace/patch.js';
import { type RawChange, rawChanges } from './workspace/raw.js';
import { remembering } from './workspace/remember.js';
import type { Store } from './workspace/store.js';
import { numbered } from './workspace/without-whitespace.js';

export interface Review {
  /** Against the folder: of the files that the candidate changes, those that differ from the folder as it is now. */
  files(candidate: CandidateId, against: Against): Promise<FileDiff[]>;
  /** Throws `not-found` where the file is not changed. Against the folder: as it was when its files were last asked for. */
  hunks(candidate: CandidateId, against: Against, path: string, options: { ignoreWhitespace: boolean }): Promise<HunkDiff[]>;
}

/** Diffs that are remembered. */
const REMEMBERED = 256;
/** What is longer of one line is not shown. */
const LONGEST = 20_000;

export function openReview(store: Pick<Store, 'gitDir' | 'capture'>, state: () => SessionState): Review {
  const { gitDir } = store;
  const raws = remembering<RawChange[]>(REMEMBERED);
  const texts = remembering<TextHunk[]>(REMEMBERED);
  let folder: TreeId | undefined;

  const rawOf = (from: TreeId, to: TreeId) => raws(`${from} ${to}`, () => rawChanges(gitDir, from, to));
  const hunksOf = (change: Pick<RawChange, 'old' | 'new'>, ignoreWhitespace = false) =>
    texts(`${change.old?.mode} ${change.old?.id} ${change.new?.mode} ${change.new?.id} ${ignoreWhitespace}`, () =>
      fileHunks(gitDir, change, { ignoreWhitespace }),
    );
  const treeOf = async (turn: TurnState, against: Against, anew: boolean): Promise<TreeId> => {
    if (against === 'base') return turn.base;
    if (against !== 'folder') return candidateIn(state(), against).candidate.tree;
    if (anew || folder === undefined) folder = (await store.capture()).tree;
    return folder;
  };
  /** The change of another candidate to the file that `change` is about. */
  const sameFile = async (turn: TurnState, other: CandidateState, change: RawChange) =>
    (await rawOf(turn.base, other.tree)).find(
      (one) => inBase(one) === inBase(change) && (one.old === undefined) === (change.old === undefined),
    );

  return {
    async files(id, against) {
      const { turn, candidate } = candidateIn(state(), id);
      const from = await treeOf(turn, against, true);
      const own = await rawOf(turn.base, candidate.tree);
      const mine = new Set(own.flatMap((change) => [change.path, inBase(change)]));
      const files = (await changes(gitDir, from, candidate.tree)).filter((change) => against !== 'folder' || mine.has(change.path));
      const others = await Promise.all(
        withOwn(turn, candidate).map(async (other) => ({
          id: other.id,
          paths: new Set((await rawOf(turn.base, other.tree)).flatMap((change) => [change.path, inBase(change)])),
        })),
      );
      const patch = against === 'base' ? await patchOf(gitDir, from, candidate.tree) : undefined;
      const hunks = new Map(patch?.files.map((file) => [file.path, file.hunks.length]));
      return files.map((change) => ({
        ...change,
        ...(patch && { hunks: hunks.get(change.path) ?? 0 }),
        changedBy: others.filter(({ paths }) => paths.has(change.from ?? change.path)).map((other) => other.id),
      }));
    },
    async hunks(id, against, path, { ignoreWhitespace }) {
      const { turn, candidate } = candidateIn(state(), id);
      const from = await treeOf(turn, against, false);
      const change = (await rawOf(from, candidate.tree)).find((one) => one.path === path);
      if (change === undefined) throw fail('not-found', `${path} is not changed.`);
      const real = await hunksOf(change);
      const shown = ignoreWhitespace ? numbered(await hunksOf(change, true), real) : real;
      const others = against === 'base' ? withOwn(turn, candidate).filter((other) => other.id !== id) : [];
      const theirs = await Promise.all(
        others.map(async (other) => {
          const same = await sameFile(turn, other, change);
          return { id: other.id, blocks: same === undefined ? [] : (await hunksOf(same)).flatMap(blocksOf) };
        }),
      );
      return shown.map((hunk) => {
        // What the others did is told of the real change, with its whitespace.
        const blocks = blocksOf(real.find((one) => one.number === hunk.number) ?? hunk);
        const agreeing = (how: string) => theirs.filter((other) => agreement(blocks, other.blocks) === how).map((other) => other.id);
        return { ...hunk, lines: hunk.lines.map(shortened), same: agreeing('same'), differently: agreeing('differently') };
      });
    },
  };
}

const inBase = (change: RawChange): string => change.from ?? change.path;

/** The latest of each agent, with this one in the place of its agent's. */
function withOwn(turn: TurnState, candidate: CandidateState): CandidateState[] {
  return standing(turn).map((one) => (one.agent === candidate.agent ? candidate : one));
}

const shortened = (line: string): string => (line.length <= LONGEST ? line : `${line.slice(0, LONGEST)} […]`);

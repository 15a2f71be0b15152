/** What a person looks at and has chosen in the review, and what follows from it; drawn by the components, moved by the keys. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { CandidateId } from '../../protocol/events.js';
import type { FileDiff, HunkDiff, Preview } from '../../protocol/review.js';
import { chosenOf as bestOf } from '../../protocol/standing.js';
import type { CandidateState, TurnState } from '../../protocol/state.js';
import type { Against, Answers } from '../../protocol/wire.js';
import type { App } from '../app.js';
import { failureFrom } from '../host.js';
import { answersOf } from '../turn.js';
import { type FileRow, fileRows, shownOf } from './files.js';
import { type Loaded, resources } from './resources.js';
import type { Group, Rows } from './rows.js';
import { type Choices, choicesFrom, chosenIn, type HunkAt, nothing } from './selection.js';

export interface Review {
  turn: ReadonlySignal<TurnState | undefined>;
  /** Each agent's answer that stands. */
  answers: ReadonlySignal<CandidateState[]>;
  /** The answer in view. */
  viewed: ReadonlySignal<CandidateState | undefined>;
  files: ReadonlySignal<{ rows: FileRow[]; loading: boolean }>;
  /** The file in view, and whose change of it. */
  file: ReadonlySignal<{ row: FileRow; candidate: CandidateId } | undefined>;
  view: Signal<View>;
  choices: Signal<Choices>;
  preview: ReadonlySignal<Loaded<Preview> | undefined>;
  checks: Signal<Loaded<Answers['checks']> | undefined>;
  /** The hunk that a remark is being written on. */
  remark: Signal<string | undefined>;
  /** Where the keys are: a row of the diff. `seen` grows with each move, so that the same row can be come back to. */
  cursor: Signal<{ row: number; moved: number }>;
  /** True once for each move: the row where the keys are takes the focus then, and not whenever it comes into view. */
  claimFocus(): boolean;
  help: Signal<boolean>;
  /** The rows of the diff as they were drawn last: what the keys move over. */
  rows: Rows;
  show(more: Partial<View>): void;
  hunksOf(candidate: CandidateId, path: string): ReadonlySignal<Loaded<HunkDiff[]>>;
  /** How many changes a file has; 0 where it is changed as a whole. */
  countOf(candidate: CandidateId, path: string): number | undefined;
  placeOf(path: string, group: Group, hunk: HunkDiff): HunkAt;
  /** After an apply or an undo: what was said about the folder does not hold any more. */
  folderChanged(): void;
}

export interface View {
  /** The number of the turn from 1; absent: the last. */
  turn?: number | undefined;
  candidate?: CandidateId | undefined;
  path?: string | undefined;
  against: Against;
  mode: 'unified' | 'split';
  ignoreWhitespace: boolean;
  /** Cards small, for the sake of the diff. */
  compact: boolean;
}

const PREVIEW_MS = 200;
/** In smaller panels the cards begin small, for the sake of the diff. */
const SMALL = 620;

export const ReviewContext = createContext<Review | undefined>(undefined);

export function useReview(): Review {
  const review = useContext(ReviewContext);
  if (review === undefined) throw new Error('rendered outside of the review');
  return review;
}

export function createReview({ store, host }: App): Review {
  const view = signal<View>({
    against: 'base',
    mode: 'unified',
    ignoreWhitespace: false,
    compact: window.innerHeight < SMALL || window.innerWidth < SMALL,
  });
  const choices = signal<Choices>(nothing);
  const preview = signal<Loaded<Preview> | undefined>(undefined);
  const checks = signal<Loaded<Answers['checks']> | undefined>(undefined);
  const remark = signal<string | undefined>(undefined);
  const cursor = signal({ row: -1, moved: 0 });
  let focused = 0;
  const fileAnswers = resources<FileDiff[]>();
  const hunkAnswers = resources<HunkDiff[]>();
  const id = computed(() => store.session.value?.state.id ?? '');

  const turn = computed(() => {
    const turns = store.session.value?.state.turns ?? [];
    return turns[(view.value.turn ?? turns.length) - 1] ?? turns.at(-1);
  });
  // Deltas and most facts leave the turn's candidates alone: what hangs on them is not made anew then.
  const answers = computed<CandidateState[]>(
    (() => {
      let last: CandidateState[] = [];
      return () => {
        const next = turn.value === undefined ? [] : answersOf(turn.value);
        if (next.length !== last.length || next.some((one, at) => one !== last[at])) last = next;
        return last;
      };
    })(),
  );
  const viewed = computed(() => {
    const best = turn.value && bestOf(turn.value);
    const find = (wanted: CandidateId | undefined) => answers.value.find((one) => one.id === wanted);
    return find(view.value.candidate) ?? find(best) ?? answers.value[0];
  });
  const files = computed(() => {
    const session = id.value;
    const all = answers.value.map((one) => {
      const loaded = fileAnswers.get(`${session} ${one.id}`, () =>
        host.ask({ get: 'files', session, candidate: one.id, against: 'base' }),
      ).value;
      return { id: one.id, loaded };
    });
    return {
      rows: fileRows(all.map((one) => [one.id, one.loaded.is === 'there' ? one.loaded.value : []] as const)),
      loading: all.some((one) => one.loaded.is === 'loading'),
    };
  });
  const file = computed(() => {
    const { path, against } = view.value;
    const answer = viewed.value;
    if (answer === undefined) return undefined;
    const { rows } = files.value;
    const row = rows.find((one) => one.path === path) ?? rows.find((one) => one.by.has(answer.id)) ?? rows[0];
    return row && { row, candidate: against === 'base' ? shownOf(row, answer.id) : answer.id };
  });

  const askHunks = async (candidate: CandidateId, path: string, against: Against, ignoreWhitespace: boolean): Promise<HunkDiff[]> => {
    const session = id.peek();
    if (against !== 'base') {
      // Only a file that differs has hunks; and of the folder, this is when it is looked at.
      const differing = await host.ask({ get: 'files', session, candidate, against });
      if (!differing.some((one) => one.path === path)) return [];
    }
    return host.ask({ get: 'hunks', session, candidate, against, path, ignoreWhitespace });
  };
  const hunksOf = (candidate: CandidateId, path: string): ReadonlySignal<Loaded<HunkDiff[]>> => {
    const { against, ignoreWhitespace } = view.value;
    return hunkAnswers.get(`${against} ${candidate} ${ignoreWhitespace} ${path}`, () =>
      askHunks(candidate, path, against, ignoreWhitespace),
    );
  };

  const show = (more: Partial<View>): void =>
    batch(() => {
      if (more.path !== undefined || more.candidate !== undefined || more.mode !== undefined)
        cursor.value = { row: -1, moved: cursor.peek().moved + 1 };
      remark.value = undefined;
      view.value = { ...view.peek(), ...more };
    });
  watch({ store, host }, { view, choices, preview, checks, id });
  turnTo(store, show);
  return {
    turn,
    answers,
    viewed,
    files,
    file,
    view,
    choices,
    preview,
    checks,
    remark,
    cursor,
    help: signal(false),
    claimFocus() {
      const { moved } = cursor.peek();
      if (moved === focused) return false;
      focused = moved;
      return true;
    },
    rows: { rows: [], tops: new Float64Array(1), widest: 0 },
    show,
    hunksOf,
    countOf: (candidate, path) => files.value.rows.find((row) => row.path === path)?.by.get(candidate)?.hunks,
    placeOf: (path, { candidate, hunks }, hunk) => ({
      candidate,
      path,
      hunk,
      // Without whitespace some hunks are not there, so what is seen is not all.
      all: view.peek().ignoreWhitespace ? undefined : hunks.map((one) => one.number),
    }),
    folderChanged() {
      hunkAnswers.forget((key) => key.startsWith('folder '));
      choices.value = { ...choices.value };
    },
  };
}

/** The answer that the host names comes into view, of whichever turn it is, once its session is there. */
function turnTo({ session, look }: App['store'], show: Review['show']): void {
  effect(() => {
    const turns = session.value?.state.turns ?? [];
    const at = turns.findIndex((turn) => turn.candidates.some(({ id }) => id === look.value));
    if (at === -1) return;
    show({ turn: at === turns.length - 1 ? undefined : at + 1, candidate: look.peek() });
    look.value = undefined;
  });
}

interface Watched {
  view: Signal<View>;
  choices: Signal<Choices>;
  preview: Signal<Loaded<Preview> | undefined>;
  checks: Signal<Loaded<Answers['checks']> | undefined>;
  id: ReadonlySignal<string>;
}

/** Keeps what is chosen over a reload, and asks what an apply of it would do. */
function watch({ store, host }: App, { view, choices, preview, checks, id }: Watched): void {
  let session = '';
  effect(() => {
    if (id.value === session) return;
    session = id.value;
    const kept = (store.draft.peek() ?? {}) as { session?: unknown; choices?: unknown; view?: Partial<View> };
    const mine = kept.session === session;
    batch(() => {
      choices.value = mine ? choicesFrom(kept.choices) : nothing;
      if (mine && typeof kept.view === 'object') view.value = { ...view.peek(), ...kept.view };
    });
  });
  effect(() => {
    if (id.value === '') return;
    host.keep({ session: id.value, choices: choices.value, view: view.value });
  });
  let asked = 0;
  effect(() => {
    const chosen = chosenIn(choices.value);
    asked += 1;
    const mine = asked;
    checks.value = undefined;
    if (chosen.length === 0) {
      preview.value = undefined;
      return;
    }
    preview.value = { is: 'loading' };
    const timer = setTimeout(() => {
      host.ask({ get: 'preview', session: id.peek(), chosen }).then(
        (value) => {
          if (mine === asked) preview.value = { is: 'there', value };
        },
        (error: unknown) => {
          if (mine === asked) preview.value = { is: 'failed', failure: failureFrom(error) };
        },
      );
    }, PREVIEW_MS);
    return () => clearTimeout(timer);
  });
}

/** All sessions of one folder as this window has them: what they are, what is asked of them, and what comes of it. */
import { previewOf } from '../../engine/applying.js';
import { attachment } from '../../engine/attachment.js';
import type { StartedTeam } from '../../engine/consenting.js';
import type { Host } from '../../engine/host.js';
import { FOUND, type Offer, offeredTeams } from '../../engine/offers.js';
import { type Overrule, overruled } from '../../engine/overrule.js';
import type { Pending } from '../../engine/pending.js';
import { pendingOf } from '../../engine/rejecting.js';
import { openReview, type Review } from '../../engine/review.js';
import { openCatalogue, removeSession, searchSessions } from '../../engine/sessions.js';
import { type Pruned, type PruneOptions, prune } from '../../engine/storage.js';
import { openStore } from '../../engine/workspace/open-store.js';
import type { Store } from '../../engine/workspace/store.js';
import type { Part } from '../../protocol/content.js';
import type { ApplyId, Chosen, Event, Selection, SessionId, Team, TreeId } from '../../protocol/events.js';
import { fail, failureOf } from '../../protocol/failure.js';
import type { Intent } from '../../protocol/intents.js';
import type { Preview } from '../../protocol/review.js';
import { currentTurn } from '../../protocol/state.js';
import type { Answers, Asking, SessionRow, TeamChoice } from '../../protocol/wire.js';
import { openDesk } from './asking.js';
import type { Clock } from './editor.js';
import { openLive } from './live.js';
import { begun, conflictsOf, until } from './outcomes.js';
import { type FolderPending, openPendings } from './pendings.js';
import { openWatching, type Watch } from './watching.js';

export type Change = { of: 'event'; session: SessionId; event: Event } | { of: 'rows' | 'asking' | 'teams' };

export interface OpenSessions extends AsyncDisposable {
  readonly folder: string;
  /** Calls back for events of watched sessions, and when one of the lists is another; gives back what ends that. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Newest first. */
  rows(): Promise<SessionRow[]>;
  teams(): Promise<TeamChoice[]>;
  /** Keys or configurations are others now: teams are looked for anew. */
  refreshTeams(): void;
  asking(): Asking[];
  /** From now on the session's events are told. Throws `not-found`. */
  watch(id: SessionId): Watch;
  /** Does what the person asks; gives the session that it is about. Resolves once it is done, of a turn once it has begun. Throws a Failure that says why not. */
  intend(intent: Intent): Promise<SessionId>;
  /** The diffs of a session that is watched. */
  review(watch: Watch): Promise<Review>;
  preview(watch: Watch, chosen: readonly Chosen[]): Promise<Preview>;
  /** What of an apply that stands (the last where none is named) is neither accepted nor rejected yet. Throws `not-found` where none stands. */
  pending(watch: Watch, apply?: ApplyId): Promise<Pending>;
  /** The person keeps it; `selection` is of the apply's own change, as `pending` numbers it. */
  accept(id: SessionId, apply: ApplyId, selection: Selection): Promise<void>;
  /** Takes exactly that out of the folder again, or throws `conflict` and changes nothing. */
  reject(id: SessionId, apply: ApplyId, selection: Selection): Promise<void>;
  /** Runs the folder's checks on what is chosen, and records what they say. */
  checks(id: SessionId, chosen: readonly Chosen[]): Promise<Answers['checks']>;
  /** What is pending of all sessions of the folder; nothing where it is not trusted, for it takes git to tell. From now on those sessions' events are told. */
  allPending(): Promise<FolderPending>;
  /** A file of a tree of the store; undefined where it has none. */
  read(tree: TreeId, path: string): Promise<Uint8Array | undefined>;
  search(text: string): Promise<SessionRow[]>;
  attach(name: string, bytes: Uint8Array): Promise<Part>;
  /** The text of a blob: what a check printed. */
  output(blob: string): Promise<string>;
  /** Removes old sessions and what none needs, or says what would go. What is under way, cut off or pending stays. */
  prune(options: PruneOptions): Promise<Pruned>;
  /** Whether this window works on a turn of the session now. */
  works(id: SessionId): boolean;
}

export interface OpenSessionsOptions {
  folder: string;
  host: Omit<Host, 'approve'>;
  clock: Clock;
  /** Whether the window is trusted to run things. */
  trusted(): boolean;
  /** Who can be started; what the folder and the machine offer where absent. */
  offers?(): Promise<Offer[]>;
  /** What the person says over whichever team works next, that of a session's last turn too. */
  over?(): Overrule;
}

/** After these facts a list of sessions says something else. */
const LISTED: ReadonlySet<string> = new Set<Event['type']>([
  'session.started',
  'session.resumed',
  'session.renamed',
  'turn.started',
  'turn.ended',
  'changes.applied',
  'changes.undone',
]);

export function openSessions(options: OpenSessionsOptions): OpenSessions {
  const { folder, host, clock, trusted, over = () => ({}) } = options;
  const findOffers = options.offers ?? (() => offeredTeams({ folder, env: host.env, probes: { editor: host.models } }));
  const listeners = new Set<(change: Change) => void>();
  const working = new Set<SessionId>();
  /** Diffs are remembered as long as somebody watches. */
  const reviews = new WeakMap<Watch, Review>();
  const catalogue = openCatalogue(folder);
  let offers: Promise<Offer[]> | undefined;
  let opening: Promise<Store> | undefined;

  const publish = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const watching = openWatching({
    folder,
    clock,
    publish(session, event) {
      publish({ of: 'event', session, event });
      if (LISTED.has(event.type)) publish({ of: 'rows' });
    },
  });
  const desk = openDesk(() => publish({ of: 'asking' }));
  const live = openLive({ folder, host, desk, watching, clock });
  const store = (): Promise<Store> => {
    opening ??= openStore(folder);
    return opening;
  };
  const pendings = openPendings({ store, rows: () => catalogue.rows(), watch: (id) => watching.watch(id) });
  const offered = (): Promise<Offer[]> => {
    offers ??= findOffers();
    return offers;
  };

  const requireTrust = (): void => {
    if (trusted()) return;
    throw fail('usage', 'This window is not trusted, so nothing is run in it.', { hint: 'Workspaces: Manage Workspace Trust' });
  };
  const teamFor = async (id: string | undefined, pattern: string | undefined, before?: Team): Promise<StartedTeam> => {
    const all = await offered();
    const offer =
      id === undefined
        ? all.find(({ choice }) => choice.failure === undefined && choice.id !== FOUND)
        : all.find(({ choice }) => choice.id === id);
    const team = id === undefined ? (before ?? offer?.team) : offer?.team;
    if (team === undefined)
      throw fail(
        'config',
        id === undefined ? 'No team is chosen.' : (offer?.choice.failure?.message ?? 'This team is not there any more.'),
        {
          hint: offer?.choice.failure?.hint ?? 'Choose a team, or write massgen.yaml.',
        },
      );
    const said = overruled(team, over());
    if (pattern !== undefined && pattern !== 'consensus' && pattern !== 'relay') throw fail('usage', `There is no pattern "${pattern}".`);
    return pattern === undefined ? said : { ...said, pattern: { ...said.pattern, id: pattern } };
  };
  /** Holds the session as long as its turn is worked on; resolves once the turn has begun. */
  const work = (held: (turn: (id: SessionId) => void) => Promise<unknown>): Promise<void> =>
    begun(
      (hasBegun) => {
        let id: SessionId | undefined;
        return held((session) => {
          id = session;
          working.add(session);
          hasBegun();
        }).finally(() => {
          if (id !== undefined) working.delete(id);
          publish({ of: 'rows' });
        });
      },
      (error) => host.log('warn', failureOf(error).message),
    );

  const start = async (intent: Extract<Intent, { do: 'start' }>): Promise<SessionId> => {
    const team = await teamFor(intent.team, intent.pattern);
    let id = '';
    await work((turn) =>
      live.create((session) => {
        id = session.id;
        return until(session, 'turn.started', turn, session.turn(intent.request, team));
      }),
    );
    return id;
  };
  const say = ({ session: id, request, team: named, pattern }: Extract<Intent, { do: 'say' }>): Promise<void> =>
    work((turn) =>
      live.use(id, async (session) => {
        const team = await teamFor(named, pattern, currentTurn(session.state));
        return until(session, 'turn.started', turn, session.turn(request, team));
      }),
    );
  const resume = (id: SessionId): Promise<void> =>
    work((turn) => live.use(id, (session) => until(session, 'session.resumed', turn, session.resume())));

  return {
    folder,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    rows: () => catalogue.rows(),
    teams: async () => (await offered()).map((offer) => offer.choice),
    refreshTeams() {
      offers = undefined;
      publish({ of: 'teams' });
    },
    asking: () => desk.asking(),
    watch: (id) => watching.watch(id),
    works: (id) => working.has(id),
    async intend(intent) {
      switch (intent.do) {
        case 'start':
          requireTrust();
          return start(intent);
        case 'say':
          requireTrust();
          await say(intent);
          break;
        case 'resume':
          requireTrust();
          await resume(intent.session);
          break;
        case 'stop':
          if (!working.has(intent.session)) await live.use(intent.session, () => undefined);
          if (!working.has(intent.session)) throw fail('usage', 'Nothing is under way in this session.');
          await live.use(intent.session, (session) => session.stop());
          break;
        case 'permit':
          desk.permit(intent);
          break;
        case 'vote':
          await live.use(intent.session, (session) => void session.vote(intent.candidate, intent.reason));
          break;
        case 'choose':
          await live.use(intent.session, (session) => session.choose(intent.candidate, intent.reason));
          break;
        case 'apply': {
          const { chosen, markers = false } = intent;
          conflictsOf(await live.use(intent.session, (session) => session.apply({ chosen, markers })));
          break;
        }
        case 'undo':
          conflictsOf(await live.use(intent.session, (session) => session.undo()));
          break;
        case 'rename':
          await live.use(intent.session, (session) => session.rename(intent.title));
          publish({ of: 'rows' });
          break;
        case 'remove':
          if (working.has(intent.session)) throw fail('usage', 'A turn is under way in this session.', { hint: 'Stop it first.' });
          await live.leave(intent.session);
          await removeSession(folder, intent.session);
          publish({ of: 'rows' });
          break;
      }
      return intent.session;
    },
    async review(watch) {
      const known = reviews.get(watch) ?? openReview(await store(), () => watch.now().state);
      reviews.set(watch, known);
      return known;
    },
    preview: async (watch, chosen) => previewOf(await store(), watch.now().state, chosen),
    pending: async (watch, apply) => pendingOf(await store(), watch.now().state, apply),
    accept: (id, apply, selection) => live.use(id, (session) => session.accept(apply, selection)),
    async reject(id, apply, selection) {
      conflictsOf(await live.use(id, (session) => session.reject(apply, selection)));
    },
    async checks(id, chosen) {
      requireTrust();
      const results = await live.use(id, (session) => session.check(chosen));
      return results.map(({ name, status, newlyFailing = [], flaky = [], why }) => ({
        name,
        status,
        newlyFailing,
        flaky,
        ...(why !== undefined && { why }),
      }));
    },
    async prune(options) {
      requireTrust();
      // Those that nobody uses any more are not in the way.
      for (const { id } of await catalogue.rows()) await live.leave(id);
      const pruned = await prune(folder, options);
      if (!options.dryRun) publish({ of: 'rows' });
      return pruned;
    },
    allPending: async () => (trusted() ? pendings.all() : { root: '', changes: [] }),
    read: async (tree, path) => (await (await store()).read(tree, [path])).get(path),
    search: async (text) => (await searchSessions(folder, text)).map(({ matches: _, ...row }) => row),
    attach: async (name, bytes) => attachment(await store(), name, bytes),
    output: async (blob) => Buffer.from(await (await store()).getBlob(blob)).toString('utf8'),
    async [Symbol.asyncDispose]() {
      pendings.end();
      watching.end();
      await live[Symbol.asyncDispose]();
      await (await opening)?.[Symbol.asyncDispose]();
    },
  };
}

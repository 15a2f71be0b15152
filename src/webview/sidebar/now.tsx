/** The live turn: a lane for each agent, and what has happened so far. */
import { textOf } from '../../protocol/content.js';
import type { Live, LiveRun } from '../../protocol/live.js';
import { plain } from '../../protocol/plain.js';
import { workedMs } from '../../protocol/standing.js';
import type { RunState, SessionState, TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { clock, cost, inline, tokens } from '../format.js';
import type { Shown } from '../incoming.js';
import { t } from '../l10n.js';
import { Dot } from '../parts/bits.js';
import { useClock } from '../parts/clock.js';
import { authorOf, labelOf, nameOf, phaseOf } from '../turn.js';
import { Milestones } from './milestones.js';
import { Transcript } from './transcript.js';

export function Now({ shown: { state, live }, turn }: { shown: Shown; turn: TurnState }) {
  const { store } = useApp();
  const running = phaseOf(state, store.rows.value) === 'running';
  const now = useClock(running);
  const worked = running ? Math.max(workedMs(turn), now.value - turn.startedAt - turn.pausedMs) : workedMs(turn);
  return (
    <section class="section" aria-labelledby="now">
      <h2 id="now">
        {running ? t('now') : t('turn', state.turns.length)} · <span role="timer">{clock(worked)}</span>
      </h2>
      {state.turns.length > 1 && <Request turn={turn} />}
      <ul class="lanes">
        {turn.agents.map((agent) => (
          <Lane key={agent.id} state={state} turn={turn} agent={agent.id} live={live} running={running} now={now.value} />
        ))}
      </ul>
      <Milestones turn={turn} />
    </section>
  );
}

/** The session is called by what was asked first: of a later turn it says what it is about. */
function Request({ turn }: { turn: TurnState }) {
  const words = inline(textOf(turn.request));
  return (
    <p class="dim clip" title={words}>
      {words}
    </p>
  );
}

interface LaneProps {
  state: SessionState;
  turn: TurnState;
  agent: string;
  live: Live;
  running: boolean;
  now: number;
}

function Lane({ state, turn, agent, live, running, now }: LaneProps) {
  const runs = turn.runs.filter((run) => run.agent === agent);
  const open = running ? runs.find((run) => run.ended === undefined) : undefined;
  const usage = state.usage[agent];
  const act = open && live[open.id];
  const words = wordsOf(act);
  const doing = doingOf(turn, agent, open, act, now);
  return (
    <li>
      <details class="lane">
        <summary>
          <Dot turn={turn} agent={agent} />
          <b class="name">{labelOf(turn, agent)}</b>
          <span class="dim small nowrap">{usage === undefined ? '' : `${tokens(usage.input + usage.output)} · ${cost(usage)}`}</span>
          <span class={`what ${doing.tone}`} title={doing.words}>
            {doing.words}
          </span>
          {words !== '' && <span class={`said ${act?.text ? 'flows' : ''}`}>{words}</span>}
        </summary>
        <Transcript session={state.id} runs={runs} seq={state.seq} />
      </details>
    </li>
  );
}

/** The end of what it says, in whole words: text that grows should settle and not jump. */
function wordsOf(act: LiveRun | undefined): string {
  if (act === undefined) return '';
  const text = (act.text !== '' ? act.text : act.said).trim();
  const lines = plain(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const last = lines.at(-1) ?? '';
  return last.length <= 160 ? last : `…${last.slice(-160).replace(/^\S*\s/, ' ')}`;
}

/** An agent that does one thing for longer is shown with how long. */
const LONG_MS = 10_000;

function doingOf(
  turn: TurnState,
  agent: string,
  open: RunState | undefined,
  act: LiveRun | undefined,
  now: number,
): { words: string; tone: string } {
  const aside = turn.setAside[agent];
  if (aside !== undefined) return { words: t('lane.aside', inline(aside.message)), tone: 'bad' };
  if (open !== undefined) {
    const long = act === undefined ? 0 : now - act.since;
    const words = actWords(turn, open, act);
    return { words: long < LONG_MS ? words : `${words} · ${clock(long)}`, tone: 'dim' };
  }
  const ballot = turn.ballots.findLast((one) => one.voter === agent);
  if (ballot !== undefined) {
    const own = authorOf(turn, ballot.choice) === agent;
    const reason = inline(ballot.reason);
    return { words: own ? t('lane.voted-own', reason) : t('lane.voted', nameOf(turn, ballot.choice), reason), tone: 'dim' };
  }
  const last = turn.runs.findLast((run) => run.agent === agent);
  const failed = last?.ended;
  if (failed?.reason === 'failed') return { words: t('lane.failed', inline(failed.failure?.message ?? '')), tone: 'bad' };
  const answers = turn.candidates.filter((one) => one.agent === agent).length;
  const isCutOff = last !== undefined && turn.decision === undefined && (failed === undefined || failed.reason === 'interrupted');
  if (isCutOff) return { words: t('row.cut-off'), tone: 'dim' };
  if (answers > 0) return { words: t('lane.answered', answers), tone: 'dim' };
  if (turn.runs.some((run) => run.agent === agent && run.ended === undefined)) return { words: t('row.cut-off'), tone: 'dim' };
  return { words: turn.decision === undefined ? t('lane.waits') : t('lane.nothing'), tone: 'dim' };
}

function actWords(turn: TurnState, open: RunState, act: LiveRun | undefined): string {
  if (act?.act.does === 'calls') {
    const { tool, about } = act.act;
    return about === undefined ? t('tool', tool) : `${t('tool', tool)} ${inline(about)}`;
  }
  if (act !== undefined && act.act.does !== 'starts') return t(`act.${act.act.does}`);
  if (open.purpose === 'present') return t('act.presents', open.presents === undefined ? '' : nameOf(turn, open.presents));
  return t('act.starts');
}

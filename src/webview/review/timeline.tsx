/** The turn as a picture: a lane for each agent, its answers, and where its votes went. The list beside it is for readers. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { workedMs } from '../../protocol/standing.js';
import type { BallotState, TurnState } from '../../protocol/state.js';
import { clock, inline } from '../format.js';
import { t } from '../l10n.js';
import { authorOf, hueOf, labelOf, nameOf, votesOf } from '../turn.js';

const LANE = 18;
const EDGE = 10;
/** Left and right of the picture, as review.css has it. */
const PADDING = 32;

export function Timeline({ turn }: { turn: TurnState }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const box = place.current;
    if (box === null) return;
    const watcher = new ResizeObserver(() => setWidth(box.clientWidth - PADDING));
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  const height = turn.agents.length * LANE + 8;
  return (
    <div class="time" ref={place}>
      {width > 0 && <Picture turn={turn} width={width} height={height} />}
    </div>
  );
}

function Picture({ turn, width, height }: { turn: TurnState; width: number; height: number }) {
  const last = Math.max(workedMs(turn) + turn.pausedMs, 1);
  const x = (at: number): number => EDGE + Math.max(0, Math.min(1, (at - turn.startedAt) / last)) * (width - 2 * EDGE);
  const y = (agent: string): number => 4 + LANE / 2 + turn.agents.findIndex((one) => one.id === agent) * LANE;
  const live = new Set(
    votesOf(turn)
      .filter((vote) => vote.counts)
      .map((vote) => vote.ballot),
  );
  return (
    <svg width={width} height={height} role="img" aria-label={t('time.label', turn.candidates.length, turn.ballots.length)}>
      {turn.agents.map((agent) => (
        <line key={agent.id} class="lane-line" x1={0} x2={width} y1={y(agent.id)} y2={y(agent.id)} />
      ))}
      {turn.runs.map((run) => (
        <line
          key={run.id}
          class={`run hue-${hueOf(turn, run.agent)}`}
          x1={x(run.startedAt)}
          x2={x(run.ended?.at ?? turn.startedAt + last)}
          y1={y(run.agent)}
          y2={y(run.agent)}
        />
      ))}
      {turn.ballots.map((ballot) => (
        <Vote key={`${ballot.seq}`} turn={turn} ballot={ballot} live={live.has(ballot)} x={x} y={y} height={height} />
      ))}
      {turn.candidates.map((one) => (
        <circle key={one.id} class={`answer hue-${hueOf(turn, one.agent)}`} cx={x(one.at)} cy={y(one.agent)} r={5}>
          <title>{`${clock(one.at - turn.startedAt)} ${nameOf(turn, one.id)}`}</title>
        </circle>
      ))}
    </svg>
  );
}

interface VoteProps {
  turn: TurnState;
  ballot: BallotState;
  live: boolean;
  x(at: number): number;
  y(agent: string): number;
  height: number;
}

function Vote({ turn, ballot, live, x, y, height }: VoteProps) {
  const candidate = turn.candidates.find((one) => one.id === ballot.choice);
  const author = authorOf(turn, ballot.choice);
  if (candidate === undefined || author === undefined) return null;
  const [x1, y1] = [x(ballot.at), ballot.voter === 'you' ? height - 2 : y(ballot.voter)];
  const [x2, y2] = [x(candidate.at), y(author)];
  const bend = Math.max(16, Math.abs(x1 - x2) / 3);
  return (
    <g class={`vote ${live ? '' : 'void'} ${ballot.voter === 'you' ? 'you' : `hue-${hueOf(turn, ballot.voter)}`}`}>
      <title>{`${clock(ballot.at - turn.startedAt)} ${t('mile.voted', labelOf(turn, ballot.voter), nameOf(turn, ballot.choice))}: ${inline(ballot.reason)}`}</title>
      <path d={`M${x1} ${y1}C${x1 + 10} ${(y1 + y2) / 2} ${x2 + bend} ${y2} ${x2 + 6} ${y2}`} />
      <circle cx={x1} cy={y1} r={2.5} />
    </g>
  );
}

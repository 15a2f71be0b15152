/** What a terminal shows of a turn at one moment: the team, a line for each agent, a line for each candidate. A pure function. */
import { duration, inline } from '../../engine/export/names.js';
import type { Act, Live } from '../../protocol/live.js';
import type { RunState, SessionState, TurnState } from '../../protocol/state.js';
import { VERBS } from '../../protocol/verbs.js';
import { baseText, failureText, teamText } from './lines.js';
import { type Colours, candidateRows, clip, cost, hueOf, nameOf, oneLine, pad, padStart, shorten, tokens, widest } from './words.js';

export interface Look {
  colours: Colours;
  /** Columns of the terminal. */
  width: number;
  /** Lines that there is room for. */
  height: number;
  now: number;
}

/** Columns of an agent's line: what it has spent stands near what it does. */
const WIDEST = 100;

/** An agent that does one thing for longer is shown with how long. */
const LONG_MS = 10_000;

export function block(state: SessionState, turn: TurnState, live: Live, notes: readonly string[], look: Look): string[] {
  const inner = look.width - 1;
  const head = [heading('team', teamText(turn), inner, look), heading('base', baseText(turn), inner, look)];
  const lanes = lanesOf(state, turn, live, look, Math.min(inner, WIDEST));
  const candidates = candidateRows(turn, look.colours, inner);
  const said = notes.map((note) => clip(`  ${look.colours.yellow('!')} ${note}`, inner));
  const fixed = ['', ...head, '', ...lanes, ...(said.length > 0 ? ['', ...said] : []), ''];
  const room = look.height - fixed.length - 1;
  const shown = latest(candidates, room, look.colours);
  return [...fixed.slice(0, -1), ...(shown.length > 0 ? ['', ...shown] : []), ''].slice(0, Math.max(1, look.height));
}

const heading = (name: string, text: string, width: number, { colours }: Look): string =>
  `  ${colours.dim(name)}  ${shorten(text, width - 8)}`;

/** Where there are too many lines for the terminal, the first ones go: a block that does not fit cannot be redrawn in place. */
function latest(lines: readonly string[], room: number, colours: Colours): string[] {
  if (lines.length <= room) return [...lines];
  if (room < 2) return [];
  return [colours.dim(`  … ${lines.length - room + 1} earlier`), ...lines.slice(lines.length - room + 1)];
}

function lanesOf(state: SessionState, turn: TurnState, live: Live, look: Look, width: number): string[] {
  const names = Math.min(widest(turn.agents.map((agent) => inline(agent.label))), Math.floor(width / 3));
  const used = turn.agents.map(({ id }) => state.usage[id]);
  const counts = used.map((usage) => (usage === undefined ? '' : tokens(usage.input + usage.output)));
  const costs = used.map((usage) => (usage === undefined ? '' : cost(usage)));
  const right = counts.map((count, index) => `${padStart(count, Math.max(4, widest(counts)))}  ${pad(costs[index] ?? '', widest(costs))}`);
  return turn.agents.map((agent, index) => {
    const hue = hueOf(turn, agent.id, look.colours);
    const { at, words } = standing(turn, agent.id, live, look.now);
    const bar = width >= 60 ? `${hue('█'.repeat(at))}${look.colours.dim('░'.repeat(8 - at))}  ` : '';
    const name = hue(pad(shorten(inline(agent.label), names), names));
    const room = Math.max(8, width - names - 6 - (bar === '' ? 0 : 10) - widest([right[index] ?? '']));
    return clip(`  ${name}  ${bar}${pad(shorten(words, room), room)}  ${right[index]}`.trimEnd(), width);
  });
}

/** How far an agent has come, in eighths, and in words. */
function standing(turn: TurnState, agent: string, live: Live, now: number): { at: number; words: string } {
  const aside = turn.setAside[agent];
  if (aside !== undefined) return { at: 0, words: `set aside: ${failureText(aside)}` };
  const runs = turn.runs.filter((run) => run.agent === agent);
  const open = runs.find((run) => run.ended === undefined);
  const answers = turn.candidates.filter((one) => one.agent === agent).length;
  const ballot = turn.ballots.findLast((one) => one.voter === agent);
  const said = saidText(turn, answers, ballot?.choice);
  if (open !== undefined) {
    const act = actText(turn, open, live, now);
    return { at: progress(open, answers), words: said === '' ? act : `${pad(said, 12)} ${act}` };
  }
  const last = runs.at(-1);
  if (last?.ended?.reason === 'failed' && turn.decision === undefined)
    return { at: 1, words: `failed: ${failureText(last.ended.failure)}` };
  return { at: ballot !== undefined ? 8 : answers > 0 ? 5 : 0, words: said || (turn.decision === undefined ? 'waits' : 'no answer') };
}

/** A ballot or an answer, whichever came last. */
function saidText(turn: TurnState, answers: number, choice: string | undefined): string {
  if (choice !== undefined) return `voted ${nameOf(turn, choice)}`;
  return answers > 0 ? `answered ${answers}` : '';
}

function actText(turn: TurnState, open: RunState, live: Live, now: number): string {
  const act = live[open.id];
  const words = wordsFor(turn, open, act?.act);
  const long = now - (act?.since ?? open.startedAt);
  return long < LONG_MS ? words : `${words} ${duration(long)}`;
}

function wordsFor(turn: TurnState, open: RunState, act: Act = { does: 'starts' }): string {
  if (act.does === 'calls') return toolWords(act);
  if (act.does === 'asks-again') return 'asks its model again';
  if (act.does !== 'starts') return act.does;
  if (open.purpose === 'present') return `presents ${open.presents === undefined ? 'the winner' : nameOf(turn, open.presents)}`;
  return 'starts';
}

const progress = (open: RunState, answers: number): number =>
  open.purpose === 'present' ? 8 : answers > 0 ? Math.min(7, 5 + open.calls) : Math.min(4, 1 + open.calls);

function toolWords({ tool, about }: Extract<Act, { does: 'calls' }>): string {
  const verb = VERBS[tool] ?? inline(tool);
  return about === undefined ? verb : `${verb} ${oneLine(about, 80)}`;
}

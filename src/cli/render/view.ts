/** A turn before the person's eyes: a block that is redrawn in place on a terminal, plain lines elsewhere. */
import stringWidth from 'string-width';
import { type Event, isFact } from '../../protocol/events.js';
import { currentTurn, type RunState, type SessionState, type TurnState } from '../../protocol/state.js';
import { baseText, lineOf, teamText } from './lines.js';
import {
  type Colours,
  coloursOf,
  cost,
  evidenceText,
  hueOf,
  nameOf,
  pad,
  padStart,
  plural,
  safe,
  shorten,
  sizeOf,
  tokens,
  votersOf,
} from './words.js';

export interface ViewOptions {
  mode: 'live' | 'plain';
  verbosity: 'quiet' | 'normal' | 'verbose';
  write(text: string): void;
  columns(): number;
  colour: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  state(): SessionState;
}

export interface View {
  event(event: Event): void;
  /** The view is left standing as it is. */
  end(): void;
}

const REDRAW_MS = 100;

export function openView(options: ViewOptions): View {
  return options.mode === 'live' && options.verbosity !== 'quiet' ? liveView(options) : plainView(options);
}

function plainView({ write, state, verbosity }: ViewOptions): View {
  return {
    event(event) {
      const line = isFact(event) ? lineOf(event, state(), verbosity) : undefined;
      if (line !== undefined) write(`${line}\n`);
    },
    end: () => undefined,
  };
}

/** What an agent does at this moment, by the deltas and tool calls that came last. */
type Doing = Map<string, string>;

function liveView(options: ViewOptions): View {
  const { write, state, columns } = options;
  const colours = coloursOf(options.colour);
  const doing: Doing = new Map();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    timer = undefined;
    const turn = currentTurn(state());
    if (turn === undefined) return;
    const lines = block(state(), turn, doing, colours, Math.max(40, columns()));
    const back = drawn > 0 ? `\u001b[${drawn}A` : '\u001b[?25l';
    write(`${back}${lines.map((line) => `\u001b[2K${line}\n`).join('')}${drawn > lines.length ? '\u001b[0J' : ''}`);
    drawn = lines.length;
  };
  const restore = (): void => write('\u001b[?25h');
  process.once('exit', restore);
  return {
    event(event) {
      note(event, doing);
      timer ??= setTimeout(draw, REDRAW_MS);
    },
    end() {
      clearTimeout(timer);
      draw();
      restore();
      process.off('exit', restore);
    },
  };
}

function note(event: Event, doing: Doing): void {
  if (event.type === 'tool.called') doing.set(event.run, toolWords(event.tool, event.input));
  else if (event.type === 'text.delta') doing.set(event.run, 'writes');
  else if (event.type === 'reasoning.delta') doing.set(event.run, 'thinks');
  else if (event.type === 'tool.returned') doing.set(event.run, 'thinks');
}

const VERBS: Readonly<Record<string, string>> = {
  read_file: 'reads',
  list_files: 'looks around',
  search: 'searches',
  write_file: 'writes',
  edit_file: 'edits',
  delete_file: 'removes',
  move_file: 'moves',
  run_command: 'runs',
  run_checks: 'runs the checks',
  new_answer: 'answers',
  vote: 'votes',
};

function toolWords(tool: string, input: unknown): string {
  const get = (key: string): string => {
    const value = typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined;
    return typeof value === 'string' ? ` ${safe(value).split('\n')[0]}` : '';
  };
  const what =
    tool === 'run_command'
      ? get('command')
      : tool === 'search'
        ? get('pattern')
        : tool === 'new_answer' || tool === 'vote'
          ? ''
          : get('path');
  return `${VERBS[tool] ?? tool}${what}`;
}

function block(state: SessionState, turn: TurnState, doing: Doing, colours: Colours, width: number): string[] {
  const inner = width - 3;
  const head = [
    `  ${colours.dim('team')}  ${shorten(teamText(turn).slice(5), inner - 6)}`,
    `  ${colours.dim('base')}  ${shorten(baseText(turn).slice(5), inner - 6)}`,
  ];
  const names = Math.max(...turn.agents.map((agent) => stringWidth(safe(agent.label))));
  const lanes = turn.agents.map((agent) => lane(state, turn, agent.id, doing, colours, { names, width: inner }));
  const widest = Math.max(0, ...turn.candidates.map((one) => nameOf(turn, one.id).length));
  const candidates = turn.candidates.map((candidate) => {
    const voters = votersOf(turn, candidate.id);
    const name = hueOf(turn, candidate.agent, colours)(pad(nameOf(turn, candidate.id), widest));
    const evidence = evidenceText(turn, candidate, colours);
    const votes = voters.length === 0 ? '' : `   votes  ${voters.join(', ')}`;
    const files = width >= 70 ? `  ${pad(plural(candidate.size.files, 'file'), 8)}` : '';
    return clip(`  ${name}  ${padStart(sizeOf(candidate), 8)}${files}  ${evidence}${votes}`, inner);
  });
  return ['', ...head, '', ...lanes, ...(candidates.length > 0 ? ['', ...candidates] : []), ''];
}

/** Cuts a line that has colours in it; where it is too long, the colours go. */
function clip(line: string, width: number): string {
  return stringWidth(line) <= width ? line : shorten(safe(line), width);
}

function lane(
  state: SessionState,
  turn: TurnState,
  agent: string,
  doing: Doing,
  colours: Colours,
  room: { names: number; width: number },
): string {
  const spec = turn.agents.find((one) => one.id === agent);
  const usage = state.usage[agent];
  const right = usage === undefined ? '' : `${padStart(tokens(usage.input + usage.output), 5)} ${cost(usage)}`;
  const hue = hueOf(turn, agent, colours);
  const { at, words } = standing(turn, agent, doing);
  const bar = room.width >= 60 ? `${hue('█'.repeat(at))}${colours.dim('░'.repeat(8 - at))}  ` : '';
  const used = room.names + 6 + (bar === '' ? 0 : 10) + stringWidth(right);
  return `  ${hue(pad(safe(spec?.label ?? agent), room.names))}  ${bar}${pad(shorten(words, Math.max(8, room.width - used)), Math.max(8, room.width - used))} ${right}`;
}

/** How far an agent has come, in eighths, and in words. */
function standing(turn: TurnState, agent: string, doing: Doing): { at: number; words: string } {
  const aside = turn.setAside[agent];
  if (aside !== undefined) return { at: 0, words: `set aside: ${safe(aside.message)}` };
  const runs = turn.runs.filter((run) => run.agent === agent);
  const open = runs.find((run) => run.ended === undefined);
  const answers = turn.candidates.filter((one) => one.agent === agent).length;
  const ballot = turn.ballots.filter((one) => one.voter === agent).at(-1);
  const said = ballot !== undefined ? `voted ${nameOf(turn, ballot.choice)}` : answers > 0 ? `answered ${answers}` : '';
  if (open === undefined) {
    const last = runs.at(-1);
    if (last?.ended?.reason === 'failed') return { at: 1, words: `failed: ${safe(last.ended.failure?.message ?? '')}` };
    return { at: ballot !== undefined ? 8 : answers > 0 ? 5 : 0, words: said || 'waits' };
  }
  const now = doing.get(open.id) ?? (open.purpose === 'present' ? 'presents' : 'starts');
  return { at: progress(open, answers), words: said === '' ? now : `${said}   ${now}` };
}

const progress = (open: RunState, answers: number): number =>
  open.purpose === 'present' ? 8 : answers > 0 ? Math.min(7, 5 + open.calls) : Math.min(4, 1 + open.calls);

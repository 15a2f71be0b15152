/** A turn before the person's eyes: a block that is redrawn in place on a terminal, plain lines elsewhere. */
import stringWidth from 'string-width';
import { inline } from '../../engine/export/names.js';
import { type Event, isFact } from '../../protocol/events.js';
import { follow, noLive } from '../../protocol/live.js';
import { currentTurn, type SessionState } from '../../protocol/state.js';
import { block } from './block.js';
import { deniedText, lineOf } from './lines.js';
import { candidateRows, coloursOf } from './words.js';

export interface ViewOptions {
  mode: 'live' | 'plain';
  verbosity: 'quiet' | 'normal' | 'verbose';
  write(text: string): void;
  columns(): number;
  /** Lines of the terminal; those of stderr where absent. */
  rows?(): number;
  colour: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  state(): SessionState;
}

export interface View {
  event(event: Event): void;
  /** Takes what is drawn off the terminal, for a question; what it gives brings it back. */
  hold(): () => void;
  /** What the turn came to is left standing. */
  end(): void;
}

/** At most so often a picture. */
const REDRAW_MS = 100;
/** And so often without any news, for what takes long. */
const TICK_MS = 1000;
const NARROWEST = 40;
/** Notes that are kept below the agents. */
const NOTES = 3;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_BELOW = '\u001b[0J';
const ERASE_REST = '\u001b[K';
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');

export function openView(options: ViewOptions): View {
  if (options.verbosity === 'quiet') return { event: () => undefined, hold: () => () => undefined, end: () => undefined };
  return options.mode === 'live' ? liveView(options) : plainView(options);
}

function plainView({ write, state, verbosity, colour }: ViewOptions): View {
  const asked = new Map<string, string>();
  return {
    event(event) {
      if (!isFact(event)) return;
      if (event.type === 'approval.requested') asked.set(event.call, event.what);
      const line = lineOf(event, state(), verbosity, asked);
      if (line !== undefined) write(`${line}\n`);
    },
    hold: () => () => undefined,
    end() {
      const turn = currentTurn(state());
      if (turn !== undefined && turn.candidates.length > 0) write(`\n${candidateRows(turn, coloursOf(colour)).join('\n')}\n\n`);
    },
  };
}

function liveView({ write, state, columns, rows = () => process.stderr.rows || Number.POSITIVE_INFINITY, colour, now }: ViewOptions): View {
  const colours = coloursOf(colour);
  let live = noLive;
  const asked = new Map<string, string>();
  const notes: string[] = [];
  let drawn: { lines: string[]; width: number } = { lines: [], width: 0 };
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let held = false;

  const draw = (height: number): void => {
    clearTimeout(timer);
    timer = undefined;
    const turn = currentTurn(state());
    if (turn === undefined || held) return;
    last = now();
    const width = Math.max(NARROWEST, columns());
    const lines = block(state(), turn, live, notes, { colours, width, height, now: last });
    if (width === drawn.width && lines.length === drawn.lines.length && lines.every((line, at) => line === drawn.lines[at])) return;
    write(picture(lines, drawn, width, columns()));
    drawn = { lines, width };
  };
  // The last line of the terminal is the cursor's.
  const redraw = (): void => draw(rows() - 1);
  const soon = (): void => {
    timer ??= setTimeout(redraw, Math.max(0, REDRAW_MS - (now() - last)));
  };
  const ticking = setInterval(soon, TICK_MS).unref();
  const restore = (): void => write(drawn.lines.length > 0 ? SHOW_CURSOR : '');
  process.once('exit', restore);
  return {
    event(event) {
      live = follow(live, event);
      if (event.type === 'approval.requested') asked.set(event.call, inline(event.what));
      if (event.type === 'approval.answered' && event.answer === 'denied') keep(notes, deniedText(event, state(), asked));
      soon();
    },
    hold() {
      held = true;
      const high = heightOf(drawn.lines, columns());
      if (high > 0) write(`${up(high)}${ERASE_BELOW}${SHOW_CURSOR}`);
      drawn = { lines: [], width: 0 };
      return () => {
        held = false;
        soon();
      };
    },
    end() {
      held = false;
      clearInterval(ticking);
      // It is not redrawn any more, so it may be longer than the terminal is high.
      draw(Number.POSITIVE_INFINITY);
      restore();
      process.off('exit', restore);
    },
  };
}

function keep(notes: string[], text: string): void {
  if (notes.includes(text)) return;
  notes.push(text);
  if (notes.length > NOTES) notes.shift();
}

/** Lines of a terminal that so many columns take. */
const heightOf = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / Math.max(1, columns))), 0);

/** Writes over what was drawn. A terminal that became narrower has wrapped it, so there is more of it to go up. */
function picture(lines: readonly string[], drawn: { lines: readonly string[]; width: number }, width: number, columns: number): string {
  const high = heightOf(drawn.lines, columns);
  const narrower = width < drawn.width;
  const start = drawn.lines.length === 0 ? HIDE_CURSOR : `${up(high)}${narrower ? ERASE_BELOW : ''}`;
  return `${start}${lines.map((line) => `${line}${ERASE_REST}\n`).join('')}${high > lines.length ? ERASE_BELOW : ''}`;
}

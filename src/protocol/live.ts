/** What each run does at this moment: a fold of facts and deltas, for what is shown and never kept. */
import { textOf } from './content.js';
import type { Event, RunId } from './events.js';

/** What a run is at; `about` is the argument of a tool that says the most: a path, a command. */
export type Act = { does: 'starts' | 'thinks' | 'writes' | 'asks-again' } | { does: 'calls'; tool: string; about?: string };

export interface LiveRun {
  act: Act;
  /** When it began with that. */
  since: number;
  /** The words of the reply that is under way; its end, where it is long. */
  text: string;
  /** The words of the last completed message that had any. */
  said: string;
  /** The end of what the tool that runs has printed. */
  output: string;
}

/** The runs of the current turn. */
export type Live = Readonly<Record<RunId, LiveRun>>;

export const noLive: Live = {};

/** Invariant: what is kept of a stream is bounded, however long it is. */
const KEPT = 4000;
const end = (text: string): string => (text.length > KEPT ? text.slice(-KEPT) : text);

export function follow(live: Live, event: Event): Live {
  switch (event.type) {
    case 'turn.started':
      return noLive;
    case 'run.started':
      return { ...live, [event.run]: { act: { does: 'starts' }, since: event.at, text: '', said: '', output: '' } };
    case 'text.delta':
      return change(live, event.run, event.at, { does: 'writes' }, (run) => ({ text: end(run.text + event.text) }));
    case 'tool.delta':
      return change(live, event.run, event.at, { does: 'writes' });
    case 'reasoning.delta':
      return change(live, event.run, event.at, { does: 'thinks' });
    case 'output.delta':
      return change(live, event.run, event.at, undefined, (run) => ({ output: end(run.output + event.text) }));
    case 'reply.restarted':
      return change(live, event.run, event.at, { does: 'asks-again' }, () => ({ text: '' }));
    case 'message.completed': {
      const said = textOf(event.parts).trim();
      return change(live, event.run, event.at, undefined, (run) => ({ text: '', said: said === '' ? run.said : said }));
    }
    case 'tool.called': {
      const about = aboutOf(event.tool, event.input);
      return change(live, event.run, event.at, { does: 'calls', tool: event.tool, ...(about !== undefined && { about }) }, () => ({
        output: '',
      }));
    }
    case 'tool.returned':
      return change(live, event.run, event.at, { does: 'thinks' }, () => ({ output: '' }));
    default:
      return live;
  }
}

function change(live: Live, run: RunId, at: number, act?: Act, more: (run: LiveRun) => Partial<LiveRun> = () => ({})): Live {
  const before = live[run] ?? { act: { does: 'starts' }, since: at, text: '', said: '', output: '' };
  const same = act === undefined || sameAct(before.act, act);
  return { ...live, [run]: { ...before, ...(same ? {} : { act, since: at }), ...more(before) } };
}

const sameAct = (a: Act, b: Act): boolean =>
  a.does === b.does && (a.does !== 'calls' || (b.does === 'calls' && a.tool === b.tool && a.about === b.about));

/** The argument of each tool that says the most about a call of it. */
const SAYS_MOST: Readonly<Record<string, string>> = {
  read_file: 'path',
  list_files: 'path',
  search: 'pattern',
  view_media: 'path',
  write_file: 'path',
  edit_file: 'path',
  delete_file: 'path',
  move_file: 'from',
  run_command: 'command',
};

function aboutOf(tool: string, input: unknown): string | undefined {
  const argument = SAYS_MOST[tool];
  const value: unknown = argument !== undefined && typeof input === 'object' && input !== null ? Reflect.get(input, argument) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

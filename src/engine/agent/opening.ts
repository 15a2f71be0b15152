/** The first message of a run: what was before, what is asked now, and the answers that the run begins with. */
import type { Part } from '../../protocol/content.js';
import type { Shown } from '../../protocol/events.js';
import type { RunState, SessionState, TurnState } from '../../protocol/state.js';
import type { Store } from '../workspace/store.js';
import { answersText, type ShownTo } from './answers.js';
import { historyText } from './history.js';

export interface OpeningFrom {
  store: Store;
  /** The session as it was when the run started. */
  state: SessionState;
  turn: TurnState;
  run: RunState;
  shown: readonly Shown[];
  pathOf: ShownTo['pathOf'];
  closing(run: string): string;
}

export async function openingOf(from: OpeningFrom): Promise<Part[]> {
  const { turn, run, store, shown } = from;
  const history = await historyText(from.state, from.closing, (before, after, paths) => store.diff(before, after, { paths }));
  const parts: Part[] = [];
  if (history !== '') parts.push(text(`# Earlier in this conversation\n\n${history}\n\nThe folder is now as the workspace shows it.\n\n`));
  parts.push(text('# What the person asks now\n\n'), ...turn.request);
  if (shown.length > 0) {
    const answers = await answersText(store, shown, { voter: run.agent, turn, pathOf: from.pathOf });
    parts.push(text(`\n\n# ${run.purpose === 'present' ? 'The answers of this turn' : 'Answers so far'}\n\n${answers}`));
  }
  if (run.purpose === 'present') parts.push(text(presenting(turn, run)));
  return parts;
}

function presenting(turn: TurnState, run: RunState): string {
  const label = turn.shown.findLast((one) => one.voter === run.agent && one.candidate === run.presents)?.label;
  const reasons = turn.ballots
    .filter((ballot) => ballot.choice === run.presents && ballot.voter !== run.agent)
    .map((ballot) => ballot.reason);
  const said = reasons.length === 0 ? '' : `\nWhat voters said of it:\n${reasons.map((reason) => `- ${reason}`).join('\n')}\n`;
  return `\n\nYour answer${label === undefined ? '' : `, ${label},`} was chosen.${said}\nWrite the closing words for the person.`;
}

const text = (content: string): Part => ({ type: 'text', text: content });

/** The first message of a run: what was before, what is asked now, and the answers that the run begins with. */

import type { ActState } from '../../protocol/acts.js';
import type { Part } from '../../protocol/content.js';
import type { Shown } from '../../protocol/events.js';
import type { RunState, SessionState, TurnState } from '../../protocol/state.js';
import type { Store } from '../workspace/store.js';
import { answersText, inert, type ShownTo } from './answers.js';
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
  return `\n\nYour answer${label === undefined ? '' : `, ${label},`} was chosen.${said}${carriedOut(turn, run)}\nWrite the closing words for the person.`;
}

/** What has become of its plan, as far as it was asked for. */
function carriedOut(turn: TurnState, run: RunState): string {
  const plan = turn.candidates.find((one) => one.id === run.presents)?.plan ?? [];
  if (plan.length === 0) return '';
  const lines = plan.map(({ what }) => {
    const act = turn.acts.find((one) => one.run === run.id && one.what === what);
    return `- ${what}\n  ${act === undefined ? 'not done, as what comes before it was not done' : `${fates[act.status]}${act.said === undefined ? '' : `: ${inert(act.said.slice(0, 2000))}`}`}`;
  });
  return `\nWhat it planned was asked for, and this has become of it:\n${lines.join('\n')}\nSay so in the closing words. Do not do any of it again.\n`;
}

const fates: Readonly<Record<ActState['status'], string>> = {
  asked: 'not answered',
  'under-way': 'begun',
  done: 'done',
  failed: 'tried, and it failed',
  denied: 'not allowed, so not done',
  unanswered: 'not answered, so not done',
  unknown: 'begun; whether it was done is not known',
};

const text = (content: string): Part => ({ type: 'text', text: content });

/** How a turn was decided, in words. */
import { byMoreThanChoices } from '../../protocol/standing.js';
import type { TurnState } from '../../protocol/state.js';
import { t } from '../l10n.js';

/** `2 of 3 votes, quorum 2`, and why it ended where that was not by votes. */
export function decidedHow(turn: TurnState): string {
  const { decision } = turn;
  if (decision === undefined) return '';
  if (turn.chosen !== undefined) return t('how.you');
  const voters = decision.standings.find((one) => one.candidate === decision.winner)?.voters ?? [];
  const agents = voters.filter((one) => one !== 'you').length;
  return [
    ...(decision.winner === undefined ? [] : [t('how.votes', agents, decision.ballots.live)]),
    ...(turn.pattern.quorum === undefined ? [] : [t('how.quorum', turn.pattern.quorum)]),
    ...(byMoreThanChoices(turn) ? [t('how.ahead')] : []),
    ...(decision.tie === undefined ? [] : [t(`how.tie.${decision.tie}`)]),
    ...(decision.cause === undefined ? [] : [t(`how.${decision.cause}`)]),
    ...(voters.includes('you') ? [t('how.and-you')] : []),
  ].join(', ');
}

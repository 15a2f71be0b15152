/** Who voted for another answer than the one that won, and why. */
import { dissentOf } from '../../protocol/dissent.js';
import type { TurnState } from '../../protocol/state.js';
import { t } from '../l10n.js';
import { labelOf, nameOf } from '../turn.js';
import { Dot, Quote } from './bits.js';

export function Minority({ turn }: { turn: TurnState }) {
  const dissent = dissentOf(turn);
  if (dissent.length === 0) return null;
  return (
    <ul class="minority" aria-label={t('dissent')}>
      {dissent.map(({ voter, choice, reason, place }) => (
        <li key={voter}>
          <Dot turn={turn} agent={voter} />
          <span>
            <b>{labelOf(turn, voter)}</b> <span class="dim">{t('dissent.for', nameOf(turn, choice))}</span>{' '}
            {reason !== '' && <Quote text={reason} />} {place !== undefined && <span class="dim">{t('dissent.place', place)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

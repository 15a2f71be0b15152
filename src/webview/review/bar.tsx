/** The head of the review: the task, how it was decided, what it took; another round, export. */
import { useRef, useState } from 'preact/hooks';
import { textOf } from '../../protocol/content.js';
import { workedMs } from '../../protocol/standing.js';
import type { TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { cost, duration, inline, tokens, total } from '../format.js';
import type { Shown } from '../incoming.js';
import { t } from '../l10n.js';
import { Button, IconButton } from '../parts/button.js';
import { decidedHow } from '../parts/decided.js';
import { useReturnFocus } from '../parts/return-focus.js';
import { phaseOf } from '../turn.js';
import { useReview } from './model.js';
import { RemarkForm } from './remark.js';

export function Bar({ shown: { state, title }, turn }: { shown: Shown; turn: TurnState }) {
  const { store, host } = useApp();
  const review = useReview();
  const [asking, setAsking] = useState(false);
  const place = useRef<HTMLElement>(null);
  useReturnFocus(asking, place, '.button');
  const spent = total(state.usage);
  const last = turn === state.turns.at(-1);
  const phase = last ? phaseOf(state, store.rows.value) : (turn.decision?.outcome ?? 'cut-off');
  const number = state.turns.indexOf(turn) + 1;
  const { compact } = review.view.value;
  return (
    <header class="bar" ref={place}>
      <div class="row wrap">
        <h1 class="row grow" title={inline(textOf(turn.request))}>
          <span class="clip">{title === '' ? inline(textOf(turn.request)) : title}</span>{' '}
          <span class="dim nowrap">
            · {state.turns.length > 1 ? <Turns count={state.turns.length} number={number} /> : t('turn', number)}
          </span>
        </h1>
        <span class="nowrap">
          <b>{phase === 'none' ? '' : t(`phase.${phase}`)}</b> <span class="dim">{decidedHow(turn)}</span>
        </span>
        <span class="dim nowrap">{[duration(workedMs(turn)), t('tokens', tokens(spent.tokens)), cost(spent)].join(' · ')}</span>
        <span class="row">
          <Button disabled={phase === 'running' || !store.trusted.value} onClick={() => setAsking(!asking)}>
            {t('round')}
          </Button>
          <Button onClick={() => host.command('massgen.exportSession', state.id)}>{t('export')}</Button>
          <IconButton
            icon={compact ? 'unfold' : 'fold'}
            label={t('compact')}
            pressed={compact}
            onClick={() => review.show({ compact: !compact })}
          />
          <IconButton icon="keyboard" label={t('help')} onClick={() => (review.help.value = true)} />
        </span>
      </div>
      {asking && <RemarkForm label={t('round.label')} about={undefined} onDone={() => setAsking(false)} />}
    </header>
  );
}

function Turns({ count, number }: { count: number; number: number }) {
  const review = useReview();
  return (
    <select
      aria-label={t('turn.choose')}
      value={number}
      onChange={(event) => review.show({ turn: Number(event.currentTarget.value), candidate: undefined, path: undefined })}
    >
      {Array.from({ length: count }, (_, at) => (
        <option key={at + 1} value={at + 1}>
          {t('turn', at + 1)}
        </option>
      ))}
    </select>
  );
}

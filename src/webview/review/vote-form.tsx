/** The person's vote: with a reason, changed at any time; or a decision over the agents' heads. */
import { useEffect, useRef } from 'preact/hooks';
import type { CandidateState, TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { FailureView } from '../parts/bits.js';
import { Button } from '../parts/button.js';
import { nameOf } from '../turn.js';

interface VoteProps {
  session: string;
  turn: TurnState;
  candidate: CandidateState;
  onDone(): void;
}

export function VoteForm({ session, turn, candidate, onDone }: VoteProps) {
  const { host } = useApp();
  const box = useRef<HTMLInputElement>(null);
  const send = useAction(async (kind: 'vote' | 'choose') => {
    const reason = box.current?.value.trim() ?? '';
    await host.intend({ do: kind, session, candidate: candidate.id, reason });
    onDone();
  });
  useEffect(() => box.current?.focus(), []);
  return (
    <form
      class="remark"
      onSubmit={(event) => {
        event.preventDefault();
        void send.run('vote');
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onDone();
      }}
    >
      <input ref={box} type="text" aria-label={t('vote.reason', nameOf(turn, candidate.id))} placeholder={t('vote.why')} />
      <span class="row wrap">
        <Button primary disabled={send.busy} onClick={() => void send.run('vote')}>
          {t('vote')}
        </Button>
        <Button disabled={send.busy} title={t('pick.title')} onClick={() => void send.run('choose')}>
          {t('pick')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
      </span>
      <FailureView failure={send.failure} />
    </form>
  );
}

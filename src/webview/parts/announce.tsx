/** Milestones for who listens to the screen: an answer, a vote, an end, a question. Never tokens. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionState } from '../../protocol/state.js';
import type { Asking } from '../../protocol/wire.js';
import { t } from '../l10n.js';
import { labelOf, nameOf } from '../turn.js';

export function Announce({ state, asking }: { state: SessionState | undefined; asking: readonly Asking[] }) {
  const [words, setWords] = useState('');
  const before = useRef<{ seq: number; calls: Set<string> } | undefined>(undefined);
  useEffect(() => {
    const last = before.current;
    before.current = { seq: state?.seq ?? 0, calls: new Set(asking.map((one) => one.call)) };
    if (last === undefined) return;
    const news = [
      ...milestones(state, last.seq),
      ...asking.filter((one) => !last.calls.has(one.call)).map((one) => t('say.asks', one.agent)),
    ];
    if (news.length > 0) setWords(news.join('. '));
  }, [state, asking]);
  return (
    <div class="sr" aria-live="polite" role="log" aria-label={t('say.label')}>
      {words}
    </div>
  );
}

function milestones(state: SessionState | undefined, after: number): string[] {
  const turn = state?.turns.at(-1);
  if (turn === undefined) return [];
  return [
    ...turn.candidates.filter((one) => one.seq > after).map((one) => t('say.answered', labelOf(turn, one.agent))),
    ...turn.ballots.filter((one) => one.seq > after).map((one) => t('say.voted', labelOf(turn, one.voter), nameOf(turn, one.choice))),
    ...(turn.decision !== undefined && (state?.seq ?? 0) > after ? [t(`phase.${turn.decision.outcome}`)] : []),
  ];
}

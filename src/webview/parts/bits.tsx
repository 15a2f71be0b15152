/** The small things that stand everywhere: an agent's dot, marks of who did it, chips of checks, sizes, failures. */
import type { ComponentChildren } from 'preact';
import type { Failure } from '../../protocol/failure.js';
import { plain } from '../../protocol/plain.js';
import type { CandidateState, TurnState } from '../../protocol/state.js';
import { inline } from '../format.js';
import { t } from '../l10n.js';
import { type Chip, hueOf, labelOf } from '../turn.js';

export function Dot({ turn, agent }: { turn: Pick<TurnState, 'agents'>; agent: string }) {
  return <span class={`dot ${agent === 'you' ? 'you' : `hue-${hueOf(turn, agent)}`}`} aria-hidden="true" />;
}

/** One mark for each agent of the turn, filled for those who did it. In words for who cannot see it. */
export function Marks({ turn, agents, label }: { turn: TurnState; agents: readonly string[]; label?: string }) {
  const words =
    label ??
    turn.agents
      .filter((one) => agents.includes(one.id))
      .map((one) => labelOf(turn, one.id))
      .join(', ');
  return (
    <span class="marks" role="img" aria-label={words} title={words}>
      {turn.agents.map((one) => (
        <i key={one.id} class={agents.includes(one.id) ? `hue-${hueOf(turn, one.id)}` : 'none'} />
      ))}
    </span>
  );
}

export function ChipView({ chip }: { chip: Chip }) {
  return (
    <span class={`chip ${chip.tone}`} title={chip.title || undefined}>
      <span aria-hidden="true">{chip.sign} </span>
      <span class="sr">{chip.sign === '✓' ? t('passed') : chip.sign === '✗' ? t('failed') : ''} </span>
      {chip.words}
    </span>
  );
}

export function Size({ size }: { size: CandidateState['size'] }) {
  return (
    <span class="size mono" role="img" aria-label={t('size.label', size.added, size.removed)}>
      <span class="ok">+{size.added}</span> <span class="bad">−{size.removed}</span>
    </span>
  );
}

export function FailureView({ failure, children }: { failure: Failure | undefined; children?: ComponentChildren }) {
  if (failure === undefined) return null;
  return (
    <div class="notice bad-notice" role="alert">
      <p>{plain(failure.message)}</p>
      {failure.hint !== undefined && <p class="dim">{plain(failure.hint)}</p>}
      {children}
    </div>
  );
}

export function Agent({ turn, agent }: { turn: TurnState; agent: string }) {
  return (
    <span class="agent">
      <Dot turn={turn} agent={agent} /> <b>{labelOf(turn, agent)}</b>
    </span>
  );
}

export function Quote({ text }: { text: string }) {
  return <span class="quote">{t('quote', inline(text))}</span>;
}

export function Loading({ words }: { words: string }) {
  return (
    <p class="loading dim" role="status">
      <span class="codicon codicon-loading" aria-hidden="true" /> {words}
    </p>
  );
}

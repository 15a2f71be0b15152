/** What agents ask to be allowed: what, where, and how far a yes reaches. */
import { exactly } from '../../protocol/exactly.js';
import type { Permission } from '../../protocol/intents.js';
import type { Asking } from '../../protocol/wire.js';
import { useApp } from '../app.js';
import { inline } from '../format.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { Dot, FailureView } from '../parts/bits.js';
import { Button } from '../parts/button.js';

export function Approvals() {
  const { store } = useApp();
  if (store.asking.value.length === 0) return null;
  return (
    <section class="section" aria-label={t('asks')}>
      {store.asking.value.map((asking) => (
        <Approval key={`${asking.run} ${asking.call}`} asking={asking} />
      ))}
    </section>
  );
}

function Approval({ asking }: { asking: Asking }) {
  const { store, host } = useApp();
  const turn = store.session.value?.state.turns.at(-1);
  const permit = useAction((permission: Permission) =>
    host.intend({ do: 'permit', session: asking.session, run: asking.run, call: asking.call, permission }),
  );
  const button = (permission: Permission, primary = false) => (
    <Button
      primary={primary}
      disabled={permit.busy}
      class={permission}
      onClick={() => void permit.run(permission)}
      title={t(`permit.${permission}.title`)}
    >
      {t(`permit.${permission}`)}
    </Button>
  );
  const agent = inline(asking.agent);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form; this is a question with its answers.
    <div class="ask" role="group" aria-label={t('asks.label', agent, t(`effect.${asking.effect}`))}>
      <span>
        {turn !== undefined && <Dot turn={turn} agent={asking.agent} />} <b>{agent}</b>{' '}
        {asking.once ? t('wants.beyond') : t(`wants.${asking.effect}`)}
      </span>
      <code class="mono">{exactly(asking.what)}</code>
      <span class="dim small">
        {t('asks.where')} · {exactly(asking.why)}
      </span>
      <div class="row wrap">
        {button('once', true)}
        {!asking.once && button('session')}
        {!asking.once && button('always')}
        {button('deny')}
      </div>
      {asking.once && <span class="dim small">{t('asks.beyond')}</span>}
      <FailureView failure={permit.failure} />
    </div>
  );
}

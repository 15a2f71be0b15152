/** The foot: what the selection holds, what an apply of it would do, and the apply. */
import type { Chosen } from '../../protocol/events.js';
import { chosenOf as bestOf } from '../../protocol/standing.js';
import type { TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { inline } from '../format.js';
import { failureFrom } from '../host.js';
import type { Shown } from '../incoming.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { ChipView, FailureView } from '../parts/bits.js';
import { Button } from '../parts/button.js';
import { appliedWords, authorOf, labelOf, nameOf } from '../turn.js';
import { useReview } from './model.js';
import { chosenIn, countsOf, nothing } from './selection.js';

export function Foot({ shown: { state }, turn }: { shown: Shown; turn: TurnState }) {
  const { store, host } = useApp();
  const review = useReview();
  const choices = review.choices.value;
  const counts = countsOf(choices, review.countOf);
  const count = counts.reduce((sum, [, one]) => sum + one, 0);
  const apply = useAction(async (chosen: Chosen[], markers: boolean) => {
    await host.intend({ do: 'apply', session: state.id, chosen, ...(markers && { markers }) });
    review.choices.value = nothing;
    review.folderChanged();
  });
  const undo = useAction(async () => {
    await host.intend({ do: 'undo', session: state.id });
    review.folderChanged();
  });
  const preview = review.preview.value;
  const conflicts = preview?.is === 'there' ? preview.value.conflicts : [];
  const best = bestOf(turn) ?? review.viewed.value?.id;
  const applied = state.applies.at(-1);
  const trusted = store.trusted.value;
  return (
    <section class="foot" aria-label={t('selection')}>
      <FailureView failure={apply.failure ?? undo.failure} />
      <Conflicts conflicts={conflicts} />
      <Checks />
      <div class="row wrap">
        <p class="grow" role="status">
          <b>{t('selection')}</b>{' '}
          {count === 0 ? (
            <span class="dim">{applied?.status === 'applied' ? appliedWords(state, applied) : t('selection.none')}</span>
          ) : (
            <>
              {counts.map(([id, one]) => t('selection.of', one, labelOf(turn, authorOf(turn, id) ?? ''))).join(', ')} · <PreviewWords />
            </>
          )}
        </p>
        {count === 0 ? (
          <span class="row">
            {applied?.status === 'applied' && (
              <Button disabled={undo.busy} onClick={() => void undo.run()}>
                {t('undo')}
              </Button>
            )}
            {best !== undefined && (
              <Button
                primary={applied?.status !== 'applied'}
                disabled={apply.busy || !trusted}
                title={t('apply.whole.title')}
                onClick={() => void apply.run([{ candidate: best, selection: 'all' }], false)}
              >
                {t('apply.whole', nameOf(turn, best))}
              </Button>
            )}
          </span>
        ) : (
          <span class="row wrap">
            <RunChecks session={state.id} />
            <Button
              onClick={() => {
                review.choices.value = nothing;
              }}
            >
              {t('clear')}
            </Button>
            {conflicts.length > 0 && (
              <Button
                disabled={apply.busy || !trusted}
                title={t('apply.markers.title')}
                onClick={() => void apply.run(chosenIn(choices), true)}
              >
                {t('apply.markers')}
              </Button>
            )}
            <Button
              primary
              class="apply"
              disabled={apply.busy || !trusted || preview?.is !== 'there' || conflicts.length > 0}
              title={t('apply.title')}
              onClick={() => void apply.run(chosenIn(choices), false)}
            >
              {t('apply', count)}
            </Button>
          </span>
        )}
      </div>
    </section>
  );
}

function PreviewWords() {
  const preview = useReview().preview.value;
  if (preview === undefined || preview.is === 'loading') return <span class="dim">{t('preview.loading')}</span>;
  if (preview.is === 'failed') return <span class="bad">{inline(preview.failure.message)}</span>;
  const { conflicts, kept } = preview.value;
  if (conflicts.length > 0) return <span class="bad">{t('preview.conflicts', conflicts.length)}</span>;
  return (
    <>
      <span class="ok">{t('preview.clean')}</span> {kept > 0 && <span class="dim">{t('preview.kept', kept)}</span>}
    </>
  );
}

function Conflicts({ conflicts }: { conflicts: readonly { path: string; why: string }[] }) {
  const review = useReview();
  if (conflicts.length === 0) return null;
  return (
    <ul class="conflicts" aria-label={t('conflicts')}>
      {conflicts.map((one) => (
        <li key={one.path}>
          <button type="button" class="link mono" onClick={() => review.show({ path: one.path, against: 'folder' })}>
            {inline(one.path)}
          </button>{' '}
          <span class="dim">{inline(one.why)}</span>
        </li>
      ))}
    </ul>
  );
}

function RunChecks({ session }: { session: string }) {
  const { host } = useApp();
  const review = useReview();
  const run = (): void => {
    review.checks.value = { is: 'loading' };
    const chosen = review.choices.value;
    host.ask({ get: 'checks', session, chosen: chosenIn(chosen) }).then(
      (value) => {
        if (review.choices.value === chosen) review.checks.value = { is: 'there', value };
      },
      (error: unknown) => {
        if (review.choices.value === chosen) review.checks.value = { is: 'failed', failure: failureFrom(error) };
      },
    );
  };
  return (
    <Button disabled={review.checks.value?.is === 'loading'} onClick={run}>
      {t('checks.run')}
    </Button>
  );
}

function Checks() {
  const checks = useReview().checks.value;
  if (checks === undefined) return null;
  if (checks.is === 'loading')
    return (
      <p class="dim" role="status">
        {t('checks.running')}
      </p>
    );
  if (checks.is === 'failed') return <FailureView failure={checks.failure} />;
  return (
    <p class="row wrap" role="status">
      <span class="sr">{t('checks.selection')}</span>
      {checks.value.map((check) => {
        const passed = check.status === 'passed';
        const newly = check.newlyFailing.length;
        const words = passed
          ? check.name
          : check.status === 'not-run'
            ? t('checks.not-run', check.name)
            : check.status === 'timed-out'
              ? t('checks.timed-out', check.name)
              : newly > 0
                ? t('checks.newly', newly)
                : t('checks.failing', check.name);
        const flaky = check.flaky.length === 0 ? '' : `, ${t('checks.flaky', check.flaky.length)}`;
        const about = [check.why ?? '', ...check.newlyFailing, ...check.flaky.map((one) => t('checks.flaky-test', one))];
        const sign = passed ? '✓' : check.status === 'not-run' ? '–' : '✗';
        const tone = passed ? 'ok' : check.status === 'not-run' ? 'dim' : 'bad';
        return (
          <ChipView
            key={check.name}
            chip={{ sign, tone, words: `${words}${flaky}`, title: about.filter((one) => one !== '').join('\n') }}
          />
        );
      })}
    </p>
  );
}

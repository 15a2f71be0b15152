/** Nothing is set up yet: what to do about it. */
import { useApp } from '../app.js';
import { t } from '../l10n.js';
import { Button } from '../parts/button.js';

export function FirstRun() {
  const { host } = useApp();
  return (
    <section class="section first-run" aria-labelledby="first-run">
      <h2 id="first-run" class="plain">
        {t('first.title')}
      </h2>
      <p>{t('first.what')}</p>
      <div class="stack">
        <Button primary onClick={() => host.command('massgen.demo')}>
          {t('demo')}
        </Button>
        <p class="dim small">{t('first.demo')}</p>
        <Button onClick={() => host.command('massgen.setApiKey')}>{t('key.set')}</Button>
        <Button onClick={() => host.command('massgen.chooseTeam')}>{t('team.choose')}</Button>
        <p class="dim small">{t('first.key')}</p>
      </div>
    </section>
  );
}

/** The keys, on one page. */
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../l10n.js';
import { IconButton } from '../parts/button.js';
import { keys } from './keys.js';

export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const rows = new Map<string, string[]>();
  for (const { keys: names, shown, words } of keys) rows.set(t(words), [...(rows.get(t(words)) ?? []), shown ?? names.join(' ')]);
  return (
    <dialog ref={dialog} class="help" aria-label={t('help')} onClose={onClose}>
      <div class="row">
        <h2 class="plain grow">{t('help')}</h2>
        <IconButton icon="close" label={t('close')} onClick={onClose} />
      </div>
      <dl>
        {[...rows].map(([words, names]) => (
          <div key={words}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Ctrl Enter</kbd>
          </dt>
          <dd>{t('key.apply')}</dd>
        </div>
      </dl>
    </dialog>
  );
}

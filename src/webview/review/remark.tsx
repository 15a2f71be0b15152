/** A remark that starts another round: to all agents, about a hunk or the whole. */
import { useEffect, useRef } from 'preact/hooks';
import { useApp } from '../app.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { FailureView } from '../parts/bits.js';
import { Button } from '../parts/button.js';

interface RemarkProps {
  label: string;
  /** What it is about, as the agents are to read it: no agent's name, which they do not know. */
  about: string | undefined;
  onDone(): void;
}

export function RemarkForm({ label, about, onDone }: RemarkProps) {
  const { store, host } = useApp();
  const box = useRef<HTMLTextAreaElement>(null);
  const send = useAction(async () => {
    const text = box.current?.value.trim() ?? '';
    const session = store.session.value?.state.id;
    if (text === '' || session === undefined) return box.current?.focus();
    await host.intend({ do: 'say', session, request: [{ type: 'text', text: about === undefined ? text : `${about}\n\n${text}` }] });
    onDone();
  });
  useEffect(() => box.current?.focus(), []);
  return (
    <form
      class="remark"
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send.run();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <textarea ref={box} rows={2} aria-label={label} placeholder={label} />
      <span class="row">
        <Button primary disabled={send.busy} onClick={() => void send.run()}>
          {t('round.start')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
        <span class="dim small clip">{t('round.cost')}</span>
      </span>
      <FailureView failure={send.failure} />
    </form>
  );
}

/** Where a task is written: its words, what is attached, who works on it, and what it may cost. */
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Part } from '../../protocol/content.js';
import { useApp } from '../app.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { FailureView } from '../parts/bits.js';
import { Button, IconButton, Link } from '../parts/button.js';
import { phaseOf } from '../turn.js';
import { attachmentsOf, droppedPaths } from './attach.js';
import { type ComposerDraft, draftOf, noDraft, requestOf } from './draft.js';
import { FirstRun } from './first-run.js';
import { useMentions } from './mentions.js';
import { Pickers, teamOf } from './pickers.js';

export function Composer() {
  const { store, host } = useApp();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const draft = draftOf(store.draft.value);
  const change = (more: Partial<ComposerDraft>): void => {
    const next = { ...draftOf(store.draft.value), ...more };
    store.draft.value = next;
    host.keep(next);
  };
  const mentions = useMentions(area, (text) => change({ text }));
  const attach = useAction(async (files: readonly File[]) => {
    for (const one of files) {
      const part = await host.ask({ get: 'attach', ...(await attachmentsOf(one)) });
      change({ parts: [...draftOf(store.draft.value).parts, part] });
    }
  });

  const shown = store.session.value;
  const session = draft.fresh ? undefined : shown;
  const phase = phaseOf(session?.state, store.rows.value);
  const team = teamOf(store.teams.value, draft.team);
  const send = useAction(async () => {
    const now = draftOf(store.draft.value);
    const request = requestOf(now);
    if (request.length === 0 || team === undefined) return area.current?.focus();
    const with_ = { request, team: team.id, ...(now.pattern !== undefined && { pattern: now.pattern }) };
    // What is typed from now on is the next task; what could not be sent comes back.
    change({ text: '', parts: [] });
    try {
      await host.intend(session === undefined ? { do: 'start', ...with_ } : { do: 'say', session: session.state.id, ...with_ });
    } catch (error) {
      const since = draftOf(store.draft.value);
      change({ text: [now.text, since.text].filter((one) => one !== '').join('\n'), parts: [...now.parts, ...since.parts] });
      throw error;
    }
    change({ fresh: false });
  });
  const stop = useAction(async () => {
    if (session !== undefined) await host.intend({ do: 'stop', session: session.state.id });
  });
  useCompose(area, change);

  const running = phase === 'running';
  const ready = requestOf(draft).length > 0 && team !== undefined && team.failure === undefined && store.trusted.value;
  if (store.teams.value.length === 0) return <FirstRun />;
  const keys = (event: KeyboardEvent): void => {
    if (mentions.onKeyDown(event)) return;
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (ready && !running) void send.run();
  };
  const take = (files: FileList | undefined, event: Event): void => {
    if (files === undefined || files.length === 0) return;
    event.preventDefault();
    void attach.run([...files]);
  };
  return (
    <section class="section composer" aria-label={t('composer')}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here can be attached by the button and by paste too. */}
      <div
        class="box"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          take(event.dataTransfer?.files, event);
          const paths = droppedPaths(event.dataTransfer, session?.state.folder);
          if (paths.length === 0) return;
          event.preventDefault();
          change({ text: [draft.text, ...paths].filter((one) => one !== '').join(' ') });
        }}
      >
        <textarea
          ref={area}
          value={draft.text}
          rows={2}
          aria-label={t('composer.label')}
          placeholder={session === undefined ? t('composer.first') : t('composer.next')}
          title={t('composer.keys')}
          {...mentions.attributes}
          onInput={(event) => {
            change({ text: event.currentTarget.value });
            mentions.onInput();
          }}
          onKeyDown={keys}
          onBlur={mentions.close}
          onPaste={(event) => take(event.clipboardData?.files, event)}
        />
        {mentions.popup}
        <Parts parts={draft.parts} onRemove={(part) => change({ parts: draft.parts.filter((one) => one !== part) })} />
        <div class="row wrap">
          <Pickers teams={store.teams.value} team={team} pattern={draft.pattern} onChange={change} />
          <span class="row do">
            <IconButton icon="attach" label={t('attach')} onClick={() => file.current?.click()} />
            <input
              ref={file}
              id={`${id}-file`}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                take(event.currentTarget.files ?? undefined, event);
                event.currentTarget.value = '';
              }}
            />
            {running ? (
              <Button onClick={() => void stop.run()} disabled={stop.busy} title={t('stop.title')}>
                {t('stop')}
              </Button>
            ) : (
              <Button primary={phase !== 'cut-off'} onClick={() => void send.run()} disabled={!ready || send.busy} title={t('start.title')}>
                {session === undefined ? t('start') : t('say')}
              </Button>
            )}
          </span>
        </div>
      </div>
      {shown !== undefined && (
        <p class="row small">
          <span class="dim grow clip">{draft.fresh ? t('fresh.is') : t('fresh.not', shown.title)}</span>
          <Link onClick={() => change({ fresh: !draft.fresh })}>{draft.fresh ? t('fresh.back') : t('fresh.new')}</Link>
        </p>
      )}
      <FailureView failure={send.failure ?? stop.failure ?? attach.failure} />
    </section>
  );
}

function Parts({ parts, onRemove }: { parts: readonly Part[]; onRemove(part: Part): void }) {
  if (parts.length === 0) return null;
  return (
    <ul class="parts" aria-label={t('attached')}>
      {parts.map((part) => {
        const name = 'name' in part ? part.name : part.type;
        return (
          <li key={'blob' in part ? part.blob : name} class="chip">
            <span class={`codicon codicon-${part.type === 'image' ? 'file-media' : 'file'}`} aria-hidden="true" /> {name}
            <IconButton icon="close" label={t('detach', name)} onClick={() => onRemove(part)} />
          </li>
        );
      })}
    </ul>
  );
}

/** Takes what a command or a context menu put into the composer. */
function useCompose(area: { current: HTMLTextAreaElement | null }, change: (more: Partial<ComposerDraft>) => void): void {
  const { store } = useApp();
  const wanted = store.compose.value;
  useEffect(() => {
    if (wanted === undefined) return;
    const { text, parts } = draftOf(store.draft.value ?? noDraft);
    change({
      text: [text, wanted.text ?? ''].filter((one) => one !== '').join(text.endsWith('\n') || text === '' ? '' : ' '),
      parts: [...parts, ...(wanted.parts ?? [])],
    });
    store.compose.value = undefined;
    // Focus moves only where the person's own command asked for it.
    if (wanted.focus) area.current?.focus();
  }, [wanted]);
}

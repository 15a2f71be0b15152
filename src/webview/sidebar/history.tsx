/** Sessions of this folder: search, open, rename, export, delete, and how much room they take. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionRow } from '../../protocol/wire.js';
import { useApp } from '../app.js';
import { bytes, inline, when } from '../format.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { FailureView } from '../parts/bits.js';
import { Button, IconButton } from '../parts/button.js';
import { useReturnFocus } from '../parts/return-focus.js';

const PAUSE_MS = 200;
/** More are shown when they are asked for. */
const PAGE = 30;

export function History() {
  const { store, host } = useApp();
  const [text, setText] = useState('');
  const [found, setFound] = useState<SessionRow[] | undefined>(undefined);
  const [most, setMost] = useState(PAGE);
  const search = useAction(async (wanted: string) => setFound(await host.ask({ get: 'search', text: wanted })));
  useEffect(() => {
    if (text.trim() === '') return setFound(undefined);
    const timer = setTimeout(() => void search.run(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const all = store.rows.value;
  if (all.length === 0) return null;
  const known = new Map(all.map((row) => [row.id, row]));
  const rows = found === undefined ? all : found.flatMap((row) => known.get(row.id) ?? []);
  const current = store.session.value?.state.id;
  return (
    <section class="section" aria-labelledby="sessions">
      <h2 id="sessions">{t('sessions')}</h2>
      <input
        type="search"
        class="search"
        aria-label={t('search')}
        placeholder={t('search')}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <FailureView failure={search.failure} />
      {rows.length === 0 && <p class="dim">{t('search.none')}</p>}
      <ul class="items">
        {rows.slice(0, most).map((row) => (
          <Row key={row.id} row={row} current={row.id === current} />
        ))}
      </ul>
      {rows.length > most && <Button onClick={() => setMost(most + PAGE)}>{t('more', rows.length - most)}</Button>}
      <p class="dim small">{t('size.total', bytes(all.reduce((sum, row) => sum + row.bytes, 0)))}</p>
    </section>
  );
}

function Row({ row, current }: { row: SessionRow; current: boolean }) {
  const { host } = useApp();
  const [mode, setMode] = useState<'shown' | 'renaming' | 'deleting'>('shown');
  const place = useRef<HTMLLIElement>(null);
  useReturnFocus(mode !== 'shown', place, '.item');
  const remove = useAction(() => host.intend({ do: 'remove', session: row.id }));
  const title = inline(row.title);
  return (
    <li ref={place} class={`session ${current ? 'on' : ''}`} aria-current={current ? 'true' : undefined}>
      {mode === 'renaming' ? (
        <Rename row={row} onDone={() => setMode('shown')} />
      ) : (
        <button type="button" class="item" title={title} onClick={() => host.command('massgen.openSession', row.id)}>
          <span class="clip">{title}</span>
          <span class="dim nowrap small">{when(row.lastAt, Date.now())}</span>
          <span class="dim small clip">{about(row)}</span>
          <span class="dim nowrap small">{bytes(row.bytes)}</span>
        </button>
      )}
      {mode === 'shown' && (
        <span class="actions">
          <IconButton icon="edit" label={t('rename', title)} onClick={() => setMode('renaming')} />
          <IconButton icon="export" label={t('export.of', title)} onClick={() => host.command('massgen.exportSession', row.id)} />
          <IconButton icon="trash" label={t('delete.of', title)} onClick={() => setMode('deleting')} />
        </span>
      )}
      {mode === 'deleting' && (
        // biome-ignore lint/a11y/useSemanticElements: a question with its answers, not fields of a form.
        <div class="notice" role="group" aria-label={t('delete.of', title)}>
          <p>{t('delete.ask', bytes(row.bytes))}</p>
          <span class="row">
            <Button primary disabled={remove.busy} onClick={() => void remove.run()}>
              {t('delete')}
            </Button>
            <Button onClick={() => setMode('shown')}>{t('cancel')}</Button>
          </span>
          <FailureView failure={remove.failure} />
        </div>
      )}
    </li>
  );
}

function Rename({ row, onDone }: { row: SessionRow; onDone(): void }) {
  const { host } = useApp();
  const box = useRef<HTMLInputElement>(null);
  const rename = useAction(async (title: string) => {
    if (title !== '' && title !== row.title) await host.intend({ do: 'rename', session: row.id, title });
    onDone();
  });
  useEffect(() => box.current?.select(), []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void rename.run(box.current?.value.trim() ?? '');
      }}
    >
      <input
        ref={box}
        aria-label={t('rename', inline(row.title))}
        defaultValue={row.title}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
        }}
      />
      <FailureView failure={rename.failure} />
    </form>
  );
}

function about(row: SessionRow): string {
  const isOpen = row.status === 'running' || row.status === 'cut-off';
  const did = row.applied > 0 && !isOpen ? t('row.applied', row.applied) : t(`row.${row.status}`);
  return [t('turns', row.turns), t('agents', row.agents), did].join(' · ');
}

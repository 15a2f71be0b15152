/** The files that any answer changes: who changes each, and what of them is chosen. */
import { useMemo } from 'preact/hooks';
import type { TurnState } from '../../protocol/state.js';
import { inline } from '../format.js';
import { t } from '../l10n.js';
import { Loading, Marks } from '../parts/bits.js';
import { TickBox } from '../parts/tick.js';
import { Window } from '../parts/window.js';
import { authorOf, labelOf } from '../turn.js';
import { type FileRow, shownOf } from './files.js';
import { useReview } from './model.js';
import { countsOf, fileTick, type Tick, toggleFile } from './selection.js';

const ROW = 26;

export function FileList({ turn }: { turn: TurnState }) {
  const review = useReview();
  const { rows, loading } = review.files.value;
  const waiting = loading && rows.length === 0;
  const tops = useMemo(() => Float64Array.from({ length: rows.length + 1 }, (_, at) => at * ROW), [rows.length]);
  const choices = review.choices.value;
  const chosen = countsOf(choices, review.countOf).reduce((sum, [, count]) => sum + count, 0);
  const current = review.file.value;
  const at = current === undefined ? -1 : rows.indexOf(current.row);
  return (
    <nav class="files" aria-label={t('files.label')}>
      <h2>
        {waiting ? t('files.label') : t('files', rows.length)}
        {chosen > 0 ? ` · ${t('files.chosen', chosen)}` : ''}
      </h2>
      {waiting && <Loading words={t('loading')} />}
      <Window tops={tops} of="files" label={t('files.label')} class="file-rows" at={{ row: at, moved: at }}>
        {(first, last) => (
          <ul>
            {rows.slice(first, last).map((row, index) => (
              <File key={row.path} turn={turn} row={row} on={row === current?.row} place={first + index + 1} count={rows.length} />
            ))}
          </ul>
        )}
      </Window>
    </nav>
  );
}

interface FileProps {
  turn: TurnState;
  row: FileRow;
  on: boolean;
  place: number;
  count: number;
}

function File({ turn, row, on, place, count }: FileProps) {
  const review = useReview();
  const viewed = review.viewed.value;
  if (viewed === undefined) return null;
  const candidate = shownOf(row, viewed.id);
  const choices = review.choices.value;
  const ticks = [...row.by.keys()].map((one) => fileTick(choices, one, row.path));
  const own = fileTick(choices, candidate, row.path);
  const tick: Tick = own === 'all' ? 'all' : ticks.some((one) => one !== 'none') ? 'some' : 'none';
  const agents = [...row.by.keys()].flatMap((one) => authorOf(turn, one) ?? []);
  const who = labelOf(turn, authorOf(turn, candidate) ?? '');
  const slash = row.path.lastIndexOf('/');
  const file = row.by.get(candidate);
  return (
    <li class={`file ${on ? 'on' : ''}`} aria-setsize={count} aria-posinset={place}>
      <TickBox
        tick={tick}
        label={t('file.tick', row.path, who)}
        onToggle={() => {
          review.choices.value = toggleFile(review.choices.value, candidate, row.path);
        }}
      />
      <button
        type="button"
        class="path"
        aria-current={on ? 'true' : undefined}
        title={titleOf(row, file)}
        onClick={() => review.show({ path: row.path })}
      >
        <span class={file?.kind === 'deleted' ? 'gone' : ''}>{inline(row.path.slice(slash + 1))}</span>{' '}
        <span class="dim small">{inline(row.path.slice(0, Math.max(0, slash)))}</span>
      </button>
      {file !== undefined && file.kind !== 'modified' && (
        <span class="kind dim" title={t(`kind.${file.kind}`)}>
          {t(`kind.${file.kind}.short`)}
        </span>
      )}
      <Marks turn={turn} agents={agents} label={t('file.by', agents.map((one) => labelOf(turn, one)).join(', '))} />
    </li>
  );
}

function titleOf(row: FileRow, file: { from?: string; added: number; removed: number } | undefined): string {
  const renamed = file?.from === undefined ? [] : [t('file.from', file.from)];
  return [row.path, ...renamed, ...(file === undefined ? [] : [`+${file.added} −${file.removed}`])].join('\n');
}

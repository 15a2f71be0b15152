/** The changes of one file: hunks that can be chosen, with who else made them; virtualised. */
import { useMemo, useState } from 'preact/hooks';
import type { CandidateId } from '../../protocol/events.js';
import type { TurnState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { inline } from '../format.js';
import { t } from '../l10n.js';
import { Agent, FailureView, Loading } from '../parts/bits.js';
import { Button, IconButton } from '../parts/button.js';
import { Window } from '../parts/window.js';
import { authorOf, nameOf } from '../turn.js';
import { DiffRow } from './diff-row.js';
import type { FileRow } from './files.js';
import { useReview } from './model.js';
import { type Group, type Rows, rowsOf } from './rows.js';
import { fileTick } from './selection.js';

export function DiffPane({ turn }: { turn: TurnState }) {
  const review = useReview();
  const file = review.file.value;
  if (file === undefined)
    return <section class="diff empty dim">{review.files.value.loading ? <Loading words={t('loading')} /> : t('diff.none')}</section>;
  return (
    <section class="diff" aria-label={t('diff.label', file.row.path)}>
      <Head turn={turn} row={file.row} candidate={file.candidate} />
      <Body turn={turn} row={file.row} candidate={file.candidate} />
    </section>
  );
}

function Head({ turn, row, candidate }: { turn: TurnState; row: FileRow; candidate: CandidateId }) {
  const { store, host } = useApp();
  const review = useReview();
  const { against, mode, ignoreWhitespace } = review.view.value;
  const session = store.session.value?.state.id;
  const others = review.answers.value.filter((one) => one.id !== candidate);
  return (
    <div class="diff-head row wrap">
      <Agent turn={turn} agent={authorOf(turn, candidate) ?? ''} />
      <span class="mono clip grow" title={row.path}>
        {inline(row.path)}
      </span>
      <label class="row small">
        <span class="dim">{t('against')}</span>
        <select
          aria-label={t('against.label')}
          value={against}
          onChange={(event) => review.show({ against: event.currentTarget.value, candidate: review.viewed.peek()?.id })}
        >
          <option value="base">{t('against.base')}</option>
          <option value="folder">{t('against.folder')}</option>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {nameOf(turn, one.id)}
            </option>
          ))}
        </select>
      </label>
      <span class="row tight">
        <IconButton
          icon="split-horizontal"
          label={t('split')}
          pressed={mode === 'split'}
          onClick={() => review.show({ mode: mode === 'split' ? 'unified' : 'split' })}
        />
        <IconButton
          icon="whitespace"
          label={t('whitespace')}
          pressed={ignoreWhitespace}
          onClick={() => review.show({ ignoreWhitespace: !ignoreWhitespace })}
        />
        <IconButton
          icon="go-to-file"
          label={t('open.file')}
          onClick={() => session !== undefined && host.command('massgen.openDiff', session, candidate, row.path)}
        />
      </span>
    </div>
  );
}

function Body({ turn, row, candidate }: { turn: TurnState; row: FileRow; candidate: CandidateId }) {
  const review = useReview();
  const { against, mode } = review.view.value;
  const [opened, setOpened] = useState<readonly string[]>([]);
  const main = review.hunksOf(candidate, row.path).value;
  const loading = main.is === 'loading';
  // What others change in the same file is below, folded, unless some of it is chosen.
  const others = against === 'base' ? [...row.by.keys()].filter((one) => one !== candidate) : [];
  const groups: Group[] = [{ candidate, hunks: main.is === 'there' ? main.value : [] }];
  if (!loading)
    for (const other of others) {
      const open = opened.includes(`${other} ${row.path}`) || fileTick(review.choices.value, other, row.path) !== 'none';
      const loaded = open ? review.hunksOf(other, row.path).value : undefined;
      groups.push({ candidate: other, hunks: loaded?.is === 'there' ? loaded.value : [], aside: { open } });
    }
  const rows = useRows(groups, mode, review.remark.value);
  const file = row.by.get(candidate);
  review.rows = rows;
  if (main.is === 'failed') return <FailureView failure={main.failure} />;
  const words = loading ? undefined : emptyWords(main.value.length, file?.binary ?? false, file?.kind, against);
  return (
    <>
      {loading && <Loading words={t('loading')} />}
      {words !== undefined && (
        <p class="empty dim">
          {words}
          {against !== 'base' && <Button onClick={() => review.show({ against: 'base' })}>{t('against.base.back')}</Button>}
        </p>
      )}
      <Window
        tops={rows.tops}
        of={`${candidate} ${against} ${mode} ${row.path}`}
        label={t('diff.rows', row.path)}
        class={`diff-rows ${mode}`}
        at={review.cursor.value}
        width={mode === 'unified' ? `${rows.widest + 18}ch` : `calc(50cqw + ${rows.widest + 14}ch)`}
      >
        {(first, last) =>
          rows.rows
            .slice(first, last)
            .map((one, index) => (
              <DiffRow
                key={first + index}
                turn={turn}
                row={one}
                path={row.path}
                at={first + index}
                onOpen={(who) => setOpened([...opened, `${who} ${row.path}`])}
              />
            ))
        }
      </Window>
    </>
  );
}

function useRows(groups: readonly Group[], mode: 'unified' | 'split', remark: string | undefined): Rows {
  const hangsOn = groups.flatMap((group) => [group.candidate, group.hunks, group.aside?.open]);
  // The number of groups differs from file to file, and a list of what an effect hangs on must not change its length.
  const key = useMemo(() => ({ hangsOn: [] as unknown[], groups }), []);
  if (key.hangsOn.length !== hangsOn.length || hangsOn.some((one, at) => one !== key.hangsOn[at])) {
    key.hangsOn = hangsOn;
    key.groups = groups;
  }
  return useMemo(() => rowsOf(key.groups, { mode, remark }), [key.groups, mode, remark]);
}

function emptyWords(hunks: number, binary: boolean, kind: string | undefined, against: string): string | undefined {
  if (hunks > 0) return undefined;
  if (binary) return t('diff.binary');
  if (against !== 'base') return t('diff.same');
  return kind === 'mode-changed' || kind === 'renamed' || kind === 'type-changed' ? t(`kind.${kind}`) : t('diff.no-lines');
}

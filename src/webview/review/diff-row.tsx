/** One row of the diff: a hunk's head, a line, a pair of lines, or the row that opens another answer's changes. */
import type { CandidateId } from '../../protocol/events.js';
import type { HunkDiff } from '../../protocol/review.js';
import type { TurnState } from '../../protocol/state.js';
import { t } from '../l10n.js';
import { Agent, Marks } from '../parts/bits.js';
import { Link } from '../parts/button.js';
import { TickBox } from '../parts/tick.js';
import { authorOf, labelOf } from '../turn.js';
import { agreementOf } from './agreement.js';
import { useReview } from './model.js';
import { piecesOf } from './pieces.js';
import { RemarkForm } from './remark.js';
import { type Group, hunkKey, type Line, type Row } from './rows.js';
import { hunkTick, lineTicked, toggleHunk, toggleLine } from './selection.js';

interface RowProps {
  turn: TurnState;
  row: Row;
  path: string;
  /** Its place among all rows. */
  at: number;
  onOpen(candidate: CandidateId): void;
}

export function DiffRow({ turn, row, path, at, onOpen }: RowProps) {
  switch (row.kind) {
    case 'hunk':
      return <HunkHead turn={turn} group={row.group} hunk={row.hunk} remarked={row.remarked} path={path} at={at} />;
    case 'line':
      return <LineRow group={row.group} hunk={row.hunk} line={row.line} path={path} at={at} />;
    case 'pair':
      return <PairRow group={row.group} hunk={row.hunk} left={row.left} right={row.right} path={path} at={at} />;
    case 'aside':
      return <Aside turn={turn} group={row.group} onOpen={() => onOpen(row.group.candidate)} />;
  }
}

function Aside({ turn, group, onOpen }: { turn: TurnState; group: Group; onOpen(): void }) {
  const agent = authorOf(turn, group.candidate) ?? '';
  return (
    <div class="aside row">
      <Agent turn={turn} agent={agent} /> <span class="dim">{t('aside')}</span>
      {group.aside?.open === false && (
        <Link onClick={onOpen} label={t('aside.show.of', labelOf(turn, agent))}>
          {t('aside.show')}
        </Link>
      )}
    </div>
  );
}

interface HunkProps {
  turn: TurnState;
  group: Group;
  hunk: HunkDiff;
  remarked: boolean;
  path: string;
  at: number;
}

function HunkHead({ turn, group, hunk, remarked, path, at }: HunkProps) {
  const review = useReview();
  const { candidate } = group;
  const agreement = agreementOf(turn, candidate, hunk, review.answers.value.length);
  const cursor = review.cursor.value;
  const base = review.view.value.against === 'base';
  const place = `${hunk.oldStart},${hunk.oldLines}`;
  const who = labelOf(turn, authorOf(turn, candidate) ?? '');
  return (
    <div class={`hunk ${cursor.row === at ? 'at' : ''}`}>
      <div class="row hunk-head">
        {base && hunk.number > 0 && (
          <TickBox
            tick={hunkTick(review.choices.value, { candidate, path, hunk })}
            label={t('hunk.tick', place, who, agreement.words)}
            claims={cursor.row === at ? review.claimFocus : undefined}
            onToggle={() => {
              review.choices.value = toggleHunk(review.choices.value, review.placeOf(path, group, hunk));
            }}
          />
        )}
        <span class="mono dim nowrap">@@ {place}</span>
        {review.answers.value.length > 1 && base && <Marks turn={turn} agents={agreement.agents} />}
        <span class="clip grow" title={base ? [agreement.words, agreement.other?.words ?? ''].join(' · ') : undefined}>
          {base && agreement.words}
          {base && agreement.other !== undefined && (
            <>
              {' · '}
              <span class="warn">{agreement.other.words}</span>
            </>
          )}
        </span>
        {base && agreement.other !== undefined && (
          <Link
            label={t('compare.with', agreement.other.words)}
            onClick={() => review.show({ candidate, path, against: agreement.other?.candidate ?? 'base' })}
          >
            {t('compare')}
          </Link>
        )}
        <Link
          label={t('remark.on', place)}
          onClick={() => {
            review.remark.value = remarked ? undefined : hunkKey(candidate, hunk);
          }}
        >
          {t('remark')}
        </Link>
      </div>
      {remarked && (
        <RemarkForm
          label={t('remark.label')}
          about={aboutOf(path, hunk)}
          onDone={() => {
            review.remark.value = undefined;
          }}
        />
      )}
    </div>
  );
}

/** Lines of a hunk that a remark quotes at most. */
const QUOTED = 12;

const aboutOf = (path: string, hunk: HunkDiff): string => {
  const lines = hunk.lines.slice(0, QUOTED);
  const more = hunk.lines.length > QUOTED ? ['…'] : [];
  return [`About this change of ${path} (line ${hunk.oldStart}):`, '```diff', ...lines, ...more, '```'].join('\n');
};

interface LineProps {
  group: Group;
  hunk: HunkDiff;
  line: Line;
  path: string;
  at: number;
}

function LineRow({ group, hunk, line, path, at }: LineProps) {
  const review = useReview();
  const here = review.cursor.value.row === at;
  return (
    <div class={`line ${toneOf(line)} ${here ? 'at' : ''}`}>
      <LineTick group={group} hunk={hunk} line={line} path={path} claims={here ? review.claimFocus : undefined} />
      <span class="number">{line.new ?? line.old ?? ''}</span>
      <span class="sign">{line.sign === '-' ? '−' : line.sign}</span>
      <Code line={line} />
    </div>
  );
}

function PairRow({ group, hunk, left, right, path, at }: Omit<LineProps, 'line'> & { left: Line | undefined; right: Line | undefined }) {
  const review = useReview();
  const same = left !== undefined && left === right;
  const claims = review.cursor.value.row === at ? review.claimFocus : undefined;
  const half = (line: Line | undefined, number: number | undefined, focused: (() => boolean) | undefined) => (
    <span class={`half ${line === undefined ? 'void' : toneOf(line)}`}>
      {line === undefined || same ? (
        <span class="no-tick" />
      ) : (
        <LineTick group={group} hunk={hunk} line={line} path={path} claims={focused} />
      )}
      <span class="number">{number ?? ''}</span>
      <span class="sign">{line === undefined || line.sign === ' ' ? '' : line.sign === '-' ? '−' : line.sign}</span>
      {line !== undefined && <Code line={line} />}
    </span>
  );
  return (
    <div class={`pair ${claims === undefined ? '' : 'at'}`}>
      {half(left, left?.old, left?.sign === '-' ? claims : undefined)}
      {half(right, right?.new, left?.sign === '-' ? undefined : claims)}
    </div>
  );
}

const toneOf = (line: Line): string => (line.sign === '+' ? 'added' : line.sign === '-' ? 'removed' : line.sign === '\\' ? 'note' : '');

function LineTick({ group, hunk, line, path, claims }: Omit<LineProps, 'at'> & { claims: (() => boolean) | undefined }) {
  const review = useReview();
  if (line.pick === 0 || hunk.number === 0 || review.view.value.against !== 'base') return <span class="no-tick" />;
  const place = review.placeOf(path, group, hunk);
  const tick = lineTicked(review.choices.value, place, line.pick);
  return (
    <span class={`line-tick ${tick ? 'ticked' : ''}`}>
      <TickBox
        tick={tick ? 'all' : 'none'}
        label={t(line.sign === '+' ? 'line.tick.added' : 'line.tick.removed', line.new ?? line.old ?? 0)}
        claims={claims}
        onToggle={() => {
          review.choices.value = toggleLine(review.choices.value, place, line.pick);
        }}
      />
    </span>
  );
}

function Code({ line }: { line: Line }) {
  if (line.sign === '\\') return <code class="code dim">{t('diff.no-newline')}</code>;
  return (
    <code class="code">
      {piecesOf(line.text, line.other).map((piece, at) =>
        piece.colour === '' && !piece.changed ? (
          piece.text
        ) : (
          <span key={at} class={`${piece.colour} ${piece.changed ? 'changed' : ''}`}>
            {piece.text}
          </span>
        ),
      )}
    </code>
  );
}

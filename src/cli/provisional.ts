/** PROVISIONAL: plain text until `render/` is there. */
import type { ApplyOutcome } from '../engine/session.js';
import type { SessionLog, SessionRow } from '../engine/sessions.js';
import { textOf } from '../protocol/content.js';
import { type Event, isFact } from '../protocol/events.js';
import type { SessionState, TurnState } from '../protocol/state.js';

export const openView = ({ write, verbosity }: { write(text: string): void; verbosity: string } & Record<string, unknown>) => ({
  event(event: Event): void {
    if (isFact(event) && verbosity !== 'quiet') write(`  ${event.type}${'run' in event ? ` ${event.run}` : ''}\n`);
  },
  end: (): void => undefined,
});

export const candidatesText = (_state: SessionState, turn: TurnState, _options: { colour: boolean }): string =>
  turn.candidates
    .map(
      ({ id, agent, size, tree }) =>
        `${turn.decision?.winner === id ? '*' : ' '} ${id}  ${agent}  +${size.added} -${size.removed}  ${size.files} files  ${(turn.checks[tree]?.results ?? []).map((check) => `${check.name} ${check.status}`).join(', ')}`,
    )
    .join('\n');

export const outcomeText = (state: SessionState, turn: TurnState, { commands }: { colour: boolean; commands: boolean }): string => {
  const { outcome = 'running', winner, failure } = turn.decision ?? {};
  const agent = turn.candidates.find((candidate) => candidate.id === winner)?.agent ?? '';
  const next = commands ? `\nmassgen diff ${state.id}     massgen apply ${state.id}` : '';
  return `${candidatesText(state, turn, { colour: false })}\n${outcome} ${agent} ${failure?.message ?? ''}${next}`;
};

export const sessionsText = (rows: SessionRow[]): string => rows.map((row) => `${row.id}  ${row.status}  ${row.title}`).join('\n');

export const sessionText = ({ state }: SessionLog): string =>
  state.turns.map((turn) => `${turn.turn}  ${textOf(turn.request)}\n${candidatesText(state, turn, { colour: false })}`).join('\n\n');

export const applyText = ({ plan }: ApplyOutcome, _options: { dryRun: boolean; undo: boolean }): string =>
  plan.conflicts.length > 0
    ? plan.conflicts.map(({ path, why }) => `conflict: ${path}: ${why}`).join('\n')
    : plan.paths.join('\n') || 'Nothing to do.';

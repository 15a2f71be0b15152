/** The types of facts that this version knows, as values. */
import type { Fact } from '../protocol/events.js';

/** Invariant: the compiler holds it against the union; a type that is missing here, or only here, does not compile. */
const TYPES: Readonly<Record<Fact['type'], true>> = {
  'session.started': true,
  'session.resumed': true,
  'session.renamed': true,
  'turn.started': true,
  'run.started': true,
  'candidates.shown': true,
  'message.completed': true,
  'run.nudged': true,
  'context.compacted': true,
  'tool.called': true,
  'tool.returned': true,
  'usage.recorded': true,
  'approval.requested': true,
  'approval.answered': true,
  'candidate.submitted': true,
  'candidate.refused': true,
  'check.started': true,
  'evidence.recorded': true,
  'ballot.cast': true,
  'ballot.refused': true,
  'run.ended': true,
  'agent.set-aside': true,
  'time.passed': true,
  'turn.ended': true,
  'winner.chosen': true,
  'action.started': true,
  'action.ended': true,
  'apply.started': true,
  'changes.applied': true,
  'changes.undone': true,
  'changes.accepted': true,
  'changes.rejected': true,
};

const known: ReadonlySet<unknown> = new Set(Object.keys(TYPES));

export const isFactType = (type: unknown): type is Fact['type'] => known.has(type);

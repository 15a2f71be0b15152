/** What the window says of a session at a glance: the status bar, and the keys that commands are shown by. Pure; words come from `t`. */

import { inline, nameOf } from '../engine/export/names.js';
import { chosenOf } from '../protocol/standing.js';
import { currentTurn, type SessionState, type UsageTotal } from '../protocol/state.js';
import type { Asking, SessionRow } from '../protocol/wire.js';

/** `vscode.l10n.t`: the English text is the key. */
export type Translate = (text: string, ...values: (string | number)[]) => string;

export interface Seen {
  /** The session that is shown; absent: none. */
  state?: SessionState | undefined;
  /** This window works on it now. */
  working: boolean;
  /** Another window or process does. */
  elsewhere?: boolean;
  rows: readonly SessionRow[];
  asking: readonly Asking[];
}

export const contextKeys = [
  'massgen.hasSession',
  'massgen.hasSessions',
  'massgen.hasCandidates',
  'massgen.running',
  'massgen.cutOff',
  'massgen.canApply',
  'massgen.canUndo',
  'massgen.asking',
] as const;
export type ContextKey = (typeof contextKeys)[number];

export function contextOf({ state, working, elsewhere = false, rows, asking }: Seen): Record<ContextKey, boolean> {
  const turn = state && currentTurn(state);
  const open = turn !== undefined && turn.decision === undefined;
  return {
    'massgen.hasSession': turn !== undefined,
    'massgen.hasSessions': rows.length > 0,
    'massgen.hasCandidates': state?.turns.some((one) => one.candidates.length > 0) === true,
    'massgen.running': working,
    'massgen.cutOff': open && !working && !elsewhere,
    'massgen.canApply': turn !== undefined && !open && chosenOf(turn) !== undefined,
    'massgen.canUndo': state?.applies.some(({ status }) => status === 'applied') === true,
    'massgen.asking': asking.length > 0,
  };
}

export interface Status {
  text: string;
  tooltip: string;
  /** It waits for the person. */
  calls: boolean;
}

export function statusOf(seen: Seen, t: Translate, language: string): Status {
  const { state, rows, asking } = seen;
  const cost = state === undefined ? undefined : spent(Object.values(state.usage), t);
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const disk = bytes > 0 ? t('{0} on disk', size(bytes, language)) : undefined;
  const { icon, words } = doing(seen, t);
  const [first] = asking;
  const question = first === undefined ? undefined : t('{0} asks: {1}', first.agent, inline(first.what));
  return {
    text: [`$(${icon}) ${words}`, cost, disk].filter((one) => one !== undefined).join(' · '),
    tooltip: ['MassGen', question, cost && t('{0} spent in this session', cost), disk && t('{0} by all sessions', disk)]
      .filter((one) => one !== undefined && one !== '')
      .join('\n'),
    calls: first !== undefined,
  };
}

function doing(seen: Seen, t: Translate): { icon: string; words: string } {
  const turn = seen.state && currentTurn(seen.state);
  if (seen.asking.length > 0) return { icon: 'bell-dot', words: t('an agent asks') };
  if (turn === undefined) return { icon: 'organization', words: 'MassGen' };
  const { decision } = turn;
  if (decision === undefined) {
    if (!seen.working && !seen.elsewhere) return { icon: 'debug-pause', words: t('cut off') };
    const busy = new Set(turn.runs.filter((run) => run.ended === undefined).map(({ agent }) => agent)).size;
    return { icon: 'sync~spin', words: busy === 1 ? t('1 agent works') : t('{0} agents work', busy) };
  }
  const chosen = chosenOf(turn);
  if (chosen !== undefined) return { icon: 'check', words: nameOf(turn, chosen) };
  return { icon: decision.outcome === 'failed' ? 'error' : 'circle-slash', words: outcomeWord(decision.outcome, t) };
}

function outcomeWord(outcome: 'decided' | 'undecided' | 'cancelled' | 'failed', t: Translate): string {
  const words = { decided: t('decided'), undecided: t('undecided'), cancelled: t('stopped'), failed: t('failed') };
  return words[outcome];
}

/** Invariant: what is not known is not shown as nothing: `?` where no cost is known, `+` where the sum is a floor. */
function spent(usage: readonly UsageTotal[], t: Translate): string | undefined {
  if (usage.length === 0) return undefined;
  const sum = usage.reduce((total, one) => total + one.costUsd, 0);
  const unknown = usage.some((one) => one.unknown);
  if (sum === 0) return unknown ? '$?' : t('free');
  return `$${sum.toFixed(2)}${unknown ? '+' : ''}`;
}

/** In thousands, as `language` writes numbers. */
export function size(bytes: number, language: string): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
  const amount = bytes / 1000 ** at;
  const digits = at > 0 && amount < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount)} ${units[at]}`;
}

/** How a scripted model votes: it reads the shown answers out of its messages, as a real one does. */
import { textOf } from '../../protocol/content.js';
import { fail } from '../../protocol/failure.js';
import type { ModelRequest } from './provider.js';
import type { Reply } from './scenario.js';

interface ShownAnswer {
  label: string;
  yours: boolean;
  /** Words, evidence and diff. */
  body: string;
}

interface Ballot {
  agent_id: string;
  reason: string;
  ranking?: string[];
}

export function ballotFor(vote: NonNullable<Reply['vote']>, request: ModelRequest): Ballot {
  const ballot = choiceFor(vote, request);
  const order = (vote.ranking ?? []).map((pattern) => choiceFor({ for: pattern }, request).agent_id);
  const isRead = at(at(offered(request), 'properties'), 'ranking') !== undefined;
  return isRead && order.length > 0 ? { ...ballot, ranking: [...new Set([ballot.agent_id, ...order])] } : ballot;
}

function choiceFor(vote: NonNullable<Reply['vote']>, request: ModelRequest): Ballot {
  const shown = votable(request);
  if (vote.for === 'best') {
    const [best] = [...shown].sort((a, b) => badness(a) - badness(b) || compare(plain(a), plain(b)));
    if (best === undefined) throw nothing(request, 'no answer has been shown to it');
    return { agent_id: best.label, reason: vote.reason ?? 'Its evidence shows no failure.' };
  }
  const pattern = new RegExp(vote.for, 's');
  const matching = shown.filter(({ body }) => pattern.test(body));
  const choice = matching.find(({ yours }) => !yours) ?? matching[0];
  if (choice === undefined)
    throw nothing(request, `none of the shown answers (${shown.map(({ label }) => label).join(', ') || 'none'}) matches /${vote.for}/`);
  return { agent_id: choice.label, reason: vote.reason ?? `It matches ${vote.for}.` };
}

/** The answers that may be voted for: those shown, in the order of the labels that the vote tool offers (of all where it is not offered). */
function votable(request: ModelRequest): ShownAnswer[] {
  const shown = shownAnswers(request);
  const labels = offeredLabels(request) ?? [...shown.keys()];
  return labels.flatMap((label) => shown.get(label) ?? []);
}

/** Later showings of a label supersede earlier ones. */
function shownAnswers(request: ModelRequest): Map<string, ShownAnswer> {
  const shown = new Map<string, ShownAnswer>();
  const text = request.messages.map((message) => (message.role === 'user' ? textOf(message.parts) : '')).join('\n');
  for (const [, label = '', yours = '', body = ''] of text.matchAll(/<answer label="([^"]+)" yours="(yes|no)">(.*?)<\/answer>/gs)) {
    shown.set(label, { label, yours: yours === 'yes', body });
  }
  return shown;
}

function offeredLabels(request: ModelRequest): string[] | undefined {
  const labels = at(at(at(offered(request), 'properties'), 'agent_id'), 'enum');
  return Array.isArray(labels) ? labels.filter((label): label is string => typeof label === 'string') : undefined;
}

const offered = (request: ModelRequest): unknown => request.tools.find(({ name }) => name === 'vote')?.parameters;

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

/** Passing evidence before none before failing; a peer's before one's own. */
function badness({ body, yours }: ShownAnswer): number {
  const evidence = /<evidence>(.*?)<\/evidence>/s.exec(body)?.[1];
  const rank = evidence === undefined || evidence.trim() === '' ? 1 : /FAILED|newly failing/.test(evidence) ? 2 : 0;
  return rank * 2 + (yours ? 1 : 0);
}

/** Equals are told apart by content and not by label: labels differ from voter to voter and would scatter the ballots. */
const plain = ({ body, label }: ShownAnswer): string => body.replaceAll(label, '');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const nothing = (request: ModelRequest, why: string) =>
  fail('config', `The scripted agent "${request.position.agent}" cannot vote: ${why}.`, {
    hint: 'A vote may stand under `when: {tool: vote}`.',
  });

/** A session as Markdown: readable as it stands, and where it is pasted. */
import type { FactEvent } from '../../protocol/events.js';
import { candidatesIn, inline } from './names.js';
import { type CandidateStory, type DiffOf, storyOf, type TurnStory } from './story.js';

export async function markdownOf(events: readonly FactEvent[], diff: DiffOf): Promise<string> {
  const { state, startedAt, turns } = await storyOf(events, diff);
  const applied = state.applies.map((apply) => `- ${candidatesIn(apply)}: ${apply.status} (${apply.paths.join(', ')})`);
  return [
    `# Session ${state.id}`,
    `${new Date(startedAt).toISOString()} · ${state.folder}`,
    ...turns.map(turnText),
    ...(applied.length > 0 ? ['## Applied to the folder', applied.join('\n')] : []),
    '',
  ].join('\n\n');
}

function turnText({ turn, request, outcome, closing, notes, candidates }: TurnStory): string {
  return [
    `## Turn ${turn.turn}`,
    quote(request),
    `**${outcome}**`,
    ...(notes.length > 0 ? [notes.map((line) => `- ${line}`).join('\n')] : []),
    ...(closing === '' ? [] : [closing]),
    ...candidates.map(candidateText),
  ].join('\n\n');
}

function candidateText({ name, chosen, candidate, words, checks, ballots, plan, diff }: CandidateStory): string {
  const { files, added, removed } = candidate.size;
  return [
    `### ${name}${chosen ? ' (chosen)' : ''}`,
    `+${added} −${removed} in ${files} ${files === 1 ? 'file' : 'files'}`,
    words,
    ...(checks.length > 0 ? [checks.map((line) => `- ${line}`).join('\n')] : []),
    ...(ballots.length > 0 ? [ballots.map(({ voter, reason }) => `- ${voter} voted for it: ${reason}`).join('\n')] : []),
    ...(plan.length > 0 ? [plan.map(({ what, fate }) => `- beyond the folder: ${code(what)} (${fate})`).join('\n')] : []),
    ...(diff === '' ? [] : [fenced(diff)]),
  ].join('\n\n');
}

/** Invariant: nothing in it ends it. */
function code(text: string): string {
  const line = inline(text);
  const ticks = '`'.repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return ticks.length === 1 ? `\`${line}\`` : `${ticks} ${line} ${ticks}`;
}

const quote = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

/** Invariant: the fence is longer than any in the text, so that nothing in it ends it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text.trimEnd()}\n${fence}`;
}

/** A session as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. */
import type { FactEvent } from '../../protocol/events.js';
import { candidatesIn } from './names.js';
import { type CandidateStory, type DiffOf, storyOf, type TurnStory } from './story.js';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --add: #1a7f3722; --del: #cf222e22; --good: #1a7f37; --bad: #cf222e }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff7b72 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } h2 { font-size: 1.1rem; margin-top: 2.5rem } h3 { font-size: 1rem; margin: 0 }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); white-space: pre-wrap }
section { border-top: 1px solid var(--line); padding: 1rem 0 } .words { white-space: pre-wrap }
pre { overflow-x: auto; font: 13px/1.4 ui-monospace, monospace; margin: .5rem 0 } pre span { display: block }
.add { background: var(--add) } .del { background: var(--del) } .passed { color: var(--good) } .failed { color: var(--bad) }
summary { cursor: pointer } .quiet { opacity: .7 }
@media print { details > pre { display: block } }`;

export async function htmlOf(events: readonly FactEvent[], diff: DiffOf): Promise<string> {
  const { state, startedAt, turns } = await storyOf(events, diff);
  const applied = state.applies.map((apply) => `<li>${text(`${candidatesIn(apply)}: ${apply.status} (${apply.paths.join(', ')})`)}</li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Session ${text(state.id)}</title><style>${STYLE}</style></head>
<body><h1>Session ${text(state.id)}</h1>
<p class="quiet">${text(new Date(startedAt).toISOString())} · ${text(state.folder)}</p>
${turns.map(turnHtml).join('\n')}
${applied.length > 0 ? `<h2>Applied to the folder</h2><ul>${applied.join('')}</ul>` : ''}
</body></html>
`;
}

function turnHtml({ turn, request, outcome, closing, notes, candidates }: TurnStory): string {
  return `<h2>Turn ${text(turn.turn)}</h2>
<blockquote>${text(request)}</blockquote>
<p><strong>${text(outcome)}</strong></p>
${notes.length > 0 ? `<ul class="quiet">${notes.map((line) => `<li>${text(line)}</li>`).join('')}</ul>` : ''}
${closing === '' ? '' : `<p class="words">${text(closing)}</p>`}
${candidates.map(candidateHtml).join('\n')}`;
}

function candidateHtml({ name, chosen, candidate, words, checks, ballots, plan, diff }: CandidateStory): string {
  const { files, added, removed } = candidate.size;
  const evidence = checks.map(
    (line) => `<li class="${/: (failed|timed-out)/.test(line) ? 'failed' : /: passed/.test(line) ? 'passed' : 'quiet'}">${text(line)}</li>`,
  );
  const votes = ballots.map(({ voter, reason }) => `<li><strong>${text(voter)}</strong> voted for it: ${text(reason)}</li>`);
  const acts = plan.map(({ what, fate }) => `<li>beyond the folder: <code>${text(what)}</code> (${text(fate)})</li>`);
  return `<section><h3>${text(name)}${chosen ? ' · chosen' : ''}</h3>
<p class="quiet">+${added} −${removed} in ${files} ${files === 1 ? 'file' : 'files'}</p>
<p class="words">${text(words)}</p>
<ul>${evidence.join('')}${votes.join('')}${acts.join('')}</ul>
${diff === '' ? '' : `<details><summary>Diff</summary><pre>${diff.trimEnd().split('\n').map(diffLine).join('')}</pre></details>`}
</section>`;
}

function diffLine(line: string): string {
  const kind = line.startsWith('+') && !line.startsWith('+++') ? 'add' : line.startsWith('-') && !line.startsWith('---') ? 'del' : '';
  return `<span${kind === '' ? '' : ` class="${kind}"`}>${text(line) || ' '}</span>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (plain: string): string => plain.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

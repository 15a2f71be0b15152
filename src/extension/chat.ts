/** `@massgen` in the Chat view: a task starts a session, and the answer follows it to its outcome. */

import * as vscode from 'vscode';
import { inline, nameOf, plural, safe, sizeOf } from '../engine/export/names.js';
import { type Part, textOf } from '../protocol/content.js';
import type { Event, SessionId } from '../protocol/events.js';
import { FailureError, fail, failureOf } from '../protocol/failure.js';
import { chosenOf } from '../protocol/standing.js';
import { currentTurn, type TurnState } from '../protocol/state.js';
import { relative } from './about.js';
import { requireTrust } from './folder.js';
import type { Front } from './front.js';

const ID = 'massgen';

export function chatParticipant(front: () => Promise<Front>, extension: vscode.Uri): vscode.Disposable {
  const participant = vscode.chat.createChatParticipant(ID, async (request, context, stream, token) => {
    try {
      return await answer(await front(), request, context, stream, token);
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const { message, hint } = failureOf(error);
      return { errorDetails: { message: hint === undefined ? message : `${message} ${hint}` } };
    }
  });
  participant.iconPath = vscode.Uri.joinPath(extension, 'media', 'icon.png');
  return participant;
}

async function answer(
  front: Front,
  request: vscode.ChatRequest,
  context: vscode.ChatContext,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  requireTrust();
  const { t } = vscode.l10n;
  const parts = requestOf(request, front.folder);
  if (textOf(parts).trim() === '') throw fail('usage', t('Say what is to be done.'));
  const before = sessionOf(context);
  const known = before !== undefined && front.seen().rows.some(({ id }) => id === before);
  stream.progress(t('The agents begin, each in its own copy of your folder …'));
  const session = await front.intend(known ? { do: 'say', session: before, request: parts } : { do: 'start', request: parts });
  const turn = await follow(front, session, stream, token);
  if (turn !== undefined) stream.markdown(outcomeText(turn));
  if (turn !== undefined && turn.candidates.length > 0)
    stream.button({ command: 'massgen.review', title: t('Review Candidates'), arguments: [session] });
  if (turn !== undefined && chosenOf(turn) !== undefined) stream.button({ command: 'massgen.apply', title: t('Apply Winner') });
  return { metadata: { session } };
}

/** What the person attached is named as the composer does it. */
function requestOf({ prompt, references }: vscode.ChatRequest, folder: string): Part[] {
  const named = references.flatMap(({ value }) => {
    const uri = value instanceof vscode.Location ? value.uri : value instanceof vscode.Uri ? value : undefined;
    const path = uri && relative(uri, folder);
    if (path === undefined) return [];
    return value instanceof vscode.Location ? [`@${path}#L${value.range.start.line + 1}-L${value.range.end.line + 1}`] : [`@${path}`];
  });
  return [{ type: 'text', text: [prompt, ...named].join('\n') }];
}

/** The session of this conversation's last answer. */
function sessionOf({ history }: vscode.ChatContext): SessionId | undefined {
  const last = history.findLast((turn) => turn instanceof vscode.ChatResponseTurn);
  const metadata: unknown = last instanceof vscode.ChatResponseTurn ? last.result.metadata?.session : undefined;
  return typeof metadata === 'string' ? metadata : undefined;
}

/** Tells what happens until the turn's end; the person's cancelling stops the turn. */
async function follow(
  front: Front,
  session: SessionId,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<TurnState | undefined> {
  await front.show(session);
  const turnNow = (): TurnState | undefined => {
    const { state } = front.seen();
    return state?.id === session ? currentTurn(state) : undefined;
  };
  const stop = (): void => {
    front.intend({ do: 'stop', session }).catch(() => undefined); // The turn has ended meanwhile.
  };
  const stopping = token.onCancellationRequested(stop);
  if (token.isCancellationRequested) stop();
  let last = turnNow();
  await new Promise<void>((resolve) => {
    const listening = front.onEvent((id, event) => {
      if (id !== session) return;
      last = turnNow() ?? last;
      const line = last && progressText(last, event);
      if (line !== undefined) stream.progress(imageless(line));
      if (event.type !== 'turn.ended') return;
      listening.dispose();
      resolve();
    });
    if (last?.decision === undefined) return;
    listening.dispose();
    resolve();
  });
  stopping.dispose();
  return last;
}

/** Milestones only. */
function progressText(turn: TurnState, event: Event): string | undefined {
  const { t } = vscode.l10n;
  if (event.type === 'candidate.submitted') return t('{0} answers', nameOf(turn, event.candidate.id));
  if (event.type === 'ballot.cast')
    return t('{0} votes for {1}: {2}', event.ballot.voter, nameOf(turn, event.ballot.choice), inline(event.ballot.reason));
  if (event.type === 'agent.set-aside') return t('{0} is set aside: {1}', event.agent, event.why.message);
  return undefined;
}

/** Invariant: what agents say loads nothing: an image would tell whoever has it that it was seen, and what its address says. */
const imageless = (markdown: string): string => safe(markdown).replaceAll('![', '!\\[');

function outcomeText(turn: TurnState): string {
  const { t } = vscode.l10n;
  const chosen = chosenOf(turn);
  const candidate = turn.candidates.find(({ id }) => id === chosen);
  if (candidate === undefined) return imageless(turn.decision?.failure?.message ?? t('The agents have not decided.'));
  const head = t('**Decided: {0}** ({1}, {2})', nameOf(turn, candidate.id), sizeOf(candidate), plural(candidate.size.files, 'file'));
  return `${head}\n\n${imageless(textOf(candidate.words))}\n\n`;
}

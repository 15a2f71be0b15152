/** `vscode.lm` as the engine's port to the models that the editor offers. */
import * as vscode from 'vscode';
import type { EditorModels, Message, ModelRequest, StreamPart } from '../engine/providers/provider.js';
import { textOf } from '../protocol/content.js';
import { FailureError, fail } from '../protocol/failure.js';

export const editorModels: EditorModels = {
  async list() {
    const models = await vscode.lm.selectChatModels();
    return models.map(({ id, name, family }) => ({ id, label: name, family }));
  },
  stream: streamed,
};

async function* streamed(id: string, request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  const [model] = await vscode.lm.selectChatModels({ id });
  if (model === undefined) throw fail('config', `The editor no longer offers the model "${id}".`);
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  let calls = 0;
  try {
    signal.throwIfAborted();
    const { stream } = await model.sendRequest(await messagesOf(request), optionsOf(request), source.token);
    for await (const part of stream) {
      if (part instanceof vscode.LanguageModelTextPart) yield { type: 'text', text: part.value };
      else if (part instanceof vscode.LanguageModelToolCallPart) {
        calls += 1;
        yield { type: 'tool-call', call: part.callId, tool: part.name, args: JSON.stringify(part.input) };
      }
    }
    signal.throwIfAborted();
    yield { type: 'end', reason: calls > 0 ? 'tool-calls' : 'stop' };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw failed(error, model.name);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

function optionsOf({ tools }: ModelRequest): vscode.LanguageModelChatRequestOptions {
  return {
    justification: vscode.l10n.t('MassGen agents work on the task that you gave them.'),
    tools: tools.map(({ name, description, parameters }) => ({ name, description, inputSchema: parameters })),
  };
}

/** These models know no system message: it comes first, as the person's. */
async function messagesOf({ system, messages, media }: ModelRequest): Promise<vscode.LanguageModelChatMessage[]> {
  const { User } = vscode.LanguageModelChatMessage;
  return [User(system), ...(await Promise.all(messages.map((message) => messageOf(message, media))))];
}

async function messageOf(message: Message, media: ModelRequest['media']): Promise<vscode.LanguageModelChatMessage> {
  const { User, Assistant } = vscode.LanguageModelChatMessage;
  const text = (value: string) => new vscode.LanguageModelTextPart(value);
  if (message.role === 'tool') return User([new vscode.LanguageModelToolResultPart(message.call, [text(message.output)])]);
  if (message.role === 'assistant') {
    const calls = message.parts.flatMap((part) =>
      part.type === 'tool-call' ? [new vscode.LanguageModelToolCallPart(part.call, part.tool, argsOf(part.args))] : [],
    );
    const said = textOf(message.parts);
    return Assistant(said === '' ? calls : [text(said), ...calls]);
  }
  const parts = message.parts.map(async (part) => {
    if (part.type === 'text') return text(part.text);
    if (part.type === 'file') return text(attached(part.name, part.mime, await media(part)));
    return text('name' in part ? notSent(part.name, part.mime) : '');
  });
  return User(await Promise.all(parts));
}

function attached(name: string, mime: string, bytes: Uint8Array): string {
  try {
    return `<file name="${name}">\n${new TextDecoder('utf-8', { fatal: true }).decode(bytes)}\n</file>`;
  } catch {
    // Not text: these models take nothing else.
    return notSent(name, mime);
  }
}

const notSent = (name: string, mime: string): string => `[The attachment "${name}" (${mime}) cannot be sent to this model.]`;

/** A model may have written something that is no object; it gets to see that. */
function argsOf(args: string): object {
  try {
    const value: unknown = JSON.parse(args);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Answered below.
  }
  return { malformed_arguments: args };
}

/** What the editor's errors mean. They come with the name of a code only. */
function failed(error: unknown, model: string): unknown {
  if (error instanceof FailureError || !(error instanceof Error)) return error;
  const code = error instanceof vscode.LanguageModelError ? error.code : '';
  if (code === vscode.LanguageModelError.NoPermissions.name)
    return fail('auth', `You have not let MassGen use ${model}.`, { hint: 'Allow it when the editor asks.', cause: error });
  if (code === vscode.LanguageModelError.NotFound.name) return fail('config', `The editor no longer offers ${model}.`, { cause: error });
  if (code === vscode.LanguageModelError.Blocked.name)
    return fail('rate-limit', `${model}: ${error.message}`, { hint: 'Its quota may be used up.', cause: error });
  return fail('server', `${model}: ${error.message}`, { retryable: true, cause: error });
}

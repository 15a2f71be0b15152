/** Models that the editor itself offers: the host reaches them, without a key of the person's. */
import type { Backend } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import type { EditorModel, EditorModels, ModelRequest, Ports, Provider, StreamPart } from './provider.js';

export const EDITOR = 'vscode';

/** Where no model is named: the first that is offered. */
export const ANY_MODEL = 'auto';

/** A model is named by its id or by its family. */
export function connectEditorModel({ model }: Backend, _key: string | undefined, { editor }: Ports): Provider {
  if (editor === undefined)
    throw fail('config', 'The models of the editor are there in VS Code only.', { hint: 'Another backend type works here too.' });
  const stream = (request: ModelRequest, signal: AbortSignal) => editorStream(editor, model, request, signal);
  return { id: EDITOR, label: 'VS Code', models: async () => (await editor.list()).map(({ id }) => id), stream };
}

async function* editorStream(editor: EditorModels, model: string, request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  const offered = await editor.list();
  const found =
    model === ANY_MODEL ? offered[0] : (offered.find(({ id }) => id === model) ?? offered.find(({ family }) => family === model));
  if (found === undefined) throw notOffered(model, offered);
  yield* editor.stream(found.id, request, signal);
}

function notOffered(model: string, offered: readonly EditorModel[]): Error {
  if (offered.length === 0)
    return fail('config', 'The editor offers no model.', {
      hint: 'Sign in to GitHub Copilot, or install an extension that offers models.',
    });
  return fail('config', `The editor offers no model "${model}".`, { hint: `It offers: ${offered.map(({ id }) => id).join(', ')}.` });
}

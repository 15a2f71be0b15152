/** The providers' table: which code serves which backend types. */
import type { Backend } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import { connectAnthropic } from './anthropic.js';
import { connectEditorModel, EDITOR } from './editor.js';
import { connectOpenAiChat } from './openai-chat.js';
import type { Ports, Provider, ProviderKind } from './provider.js';
import { connectScripted } from './scripted.js';
import { type Vendor, vendors } from './vendors.js';

const typesOf = (wire: Vendor['wire']): string[] => vendors.filter((vendor) => vendor.wire === wire).map(({ type }) => type);

export const providers: readonly ProviderKind[] = [
  { types: typesOf(undefined), label: 'OpenAI Chat Completions', connect: connectOpenAiChat },
  { types: typesOf('anthropic-messages'), label: 'Anthropic Messages', connect: connectAnthropic },
  { types: [EDITOR], label: 'Models of the editor', connect: connectEditorModel },
  { types: ['scripted'], label: 'Scripted', connect: connectScripted },
];

/** Connects one backend. Nothing is sent yet; throws where the configuration or the key is missing something. */
export async function connect(backend: Backend, key: string | undefined, ports: Ports = {}): Promise<Provider> {
  const kind = providers.find(({ types }) => types.includes(backend.type));
  if (kind === undefined) {
    const known = providers.flatMap(({ types }) => types).join(', ');
    throw fail('config', `There is no backend type "${backend.type}".`, { hint: `Known types: ${known}.` });
  }
  return await kind.connect(backend, key, ports);
}

/** A backend's parameters as fields of a Chat Completions request. */
import type { Backend } from '../../protocol/events.js';
import { isRecord } from './errors.js';
import { vendorAt, vendorOf } from './vendors.js';

/** Parameters that are this product's or MassGen's own and mean nothing to a vendor. */
const ownKeys = new Set([
  ...[
    'type',
    'model',
    'api_key',
    'base_url',
    'azure_endpoint',
    'azure_deployment',
    'api_version',
    'scenario',
    'price',
    'request_timeout_seconds',
    'context_tokens',
    'betas',
  ],
  ...[
    'extra_body',
    'extra_headers',
    'reasoning',
    'text',
    'cwd',
    'mcp_servers',
    'custom_tools',
    'allowed_tools',
    'exclude_tools',
    'upload_files',
  ],
  ...['context_paths', 'permission_mode', 'disallowed_tools', 'max_thinking_tokens', 'agent_config', 'group_config', 'system_message'],
  ...[
    'system_prompt',
    'append_system_prompt',
    'media_max_file_size_mb',
    'enforce_read_before_delete',
    'provider_name',
    'agent_id',
    'session_id',
  ],
  ...['instance_id', 'memory', 'vote_only', 'rate_limit', 'rate_limiter', 'cache_seed', 'coordination', 'fallback'],
]);
const ownPrefixes = ['enable_', 'command_line_', 'docker_', 'multimodal_', 'massgen_', '_'];

/** Fields of the request that no parameter may set: they are what this adapter is made of. */
const reserved = new Set(['messages', 'tools', 'stream', 'stream_options', 'n']);

/** What servers turned out not to understand, found on the first refusal and kept for the connection. */
export interface Quirks {
  /** Tokens are reported in the stream's last chunk where this is asked for. */
  usageInStream: boolean;
  /** The limit of a reply is called `max_completion_tokens`: OpenAI's reasoning models refuse the older name. */
  completionTokens: boolean;
  /** The model's own reasoning must come back with its messages. */
  reasoningBack: boolean;
}

export function initialQuirks(backend: Backend): Quirks {
  const vendor = servedBy(backend);
  return { usageInStream: true, completionTokens: vendor === 'openai', reasoningBack: vendor === 'moonshot' };
}

/** What to do otherwise after a refusal; undefined where the refusal is about something else. */
export function quirkFor(refusal: string, quirks: Quirks): Quirks | undefined {
  if (quirks.usageInStream && /stream_options|include_usage/.test(refusal)) return { ...quirks, usageInStream: false };
  if (!quirks.completionTokens && /max_completion_tokens/.test(refusal)) return { ...quirks, completionTokens: true };
  if (quirks.completionTokens && /(unknown|unrecognized|unsupported|extra|unexpected).*max_completion_tokens/is.test(refusal))
    return { ...quirks, completionTokens: false };
  if (!quirks.reasoningBack && /reasoning_content/.test(refusal)) return { ...quirks, reasoningBack: true };
  return undefined;
}

/** The type of the vendor that a backend really talks to; undefined for an address of nobody's known. */
function servedBy(backend: Backend): string | undefined {
  if (backend.baseUrl !== undefined) return vendorAt(backend.baseUrl)?.type;
  return vendorOf(backend.type)?.type;
}

/**
 * Everything but the model, the messages and the tools. Nothing asks for parallel tool calls: they are on wherever they are known,
 * and some servers refuse the field.
 */
export function wireParams(backend: Backend, quirks: Quirks): Record<string, unknown> {
  const { params } = backend;
  const body = passedOn(params, reserved);
  if (isRecord(params.reasoning)) {
    // OpenRouter has this very object; Chat Completions has its effort alone.
    if (servedBy(backend) === 'openrouter') body.reasoning = params.reasoning;
    else if (params.reasoning.effort !== undefined) body.reasoning_effort ??= params.reasoning.effort;
  }
  if (isRecord(params.text) && params.text.verbosity !== undefined) body.verbosity ??= params.text.verbosity;
  rename(
    body,
    quirks.completionTokens ? 'max_tokens' : 'max_completion_tokens',
    quirks.completionTokens ? 'max_completion_tokens' : 'max_tokens',
  );
  return { ...body, stream: true, ...(quirks.usageInStream ? { stream_options: { include_usage: true } } : {}) };
}

/** The parameters that go to a vendor as they are, those of `extra_body` over the others. */
export function passedOn(params: Record<string, unknown>, withheld: ReadonlySet<string>): Record<string, unknown> {
  const own = (key: string): boolean => ownKeys.has(key) || ownPrefixes.some((prefix) => key.startsWith(prefix));
  const named = Object.entries(params).filter(([key]) => !own(key));
  const extra = isRecord(params.extra_body) ? Object.entries(params.extra_body) : [];
  return Object.fromEntries([...named, ...extra].filter(([key]) => !withheld.has(key)));
}

function rename(body: Record<string, unknown>, from: string, to: string): void {
  if (body[from] === undefined) return;
  body[to] ??= body[from];
  delete body[from];
}

/** Headers that the user adds (`extra_headers`), as strings. */
export function wireHeaders(params: Record<string, unknown>): Record<string, string> {
  if (!isRecord(params.extra_headers)) return {};
  return Object.fromEntries(Object.entries(params.extra_headers).map(([name, value]) => [name, String(value)]));
}

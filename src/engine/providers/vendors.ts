/** The vendors as data: where each backend type's API is, which variables may hold its key, and what it serves by default. */
import type { Backend } from '../../protocol/events.js';

export interface Vendor {
  /** MassGen's backend type. */
  type: string;
  label: string;
  /** The API's own address; absent where the configuration must name one. */
  baseUrl?: string;
  /** Further host names of the same vendor (regions, older names): its key may go there too. */
  hosts?: readonly string[];
  /** Environment variables that may hold the key, the first that is set wins. */
  keyEnv?: readonly string[];
  needsKey: boolean;
  /** Absent where there is no sensible choice: the configuration names one, or the server is asked what it serves. */
  defaultModel?: string;
  /** Runs on the user's own machine. */
  local?: boolean;
  /** What it speaks; Chat Completions where absent. */
  wire?: 'anthropic-messages';
  /** Its name in the price list; absent where that list does not know it. */
  prices?: string;
}

/** Google's own format is not spoken yet: `gemini` is its endpoint for Chat Completions. */
export const vendors: readonly Vendor[] = [
  {
    type: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    keyEnv: ['OPENAI_API_KEY'],
    needsKey: true,
    defaultModel: 'gpt-5.2',
    prices: 'openai',
  },
  {
    type: 'claude',
    label: 'Anthropic Claude',
    baseUrl: 'https://api.anthropic.com',
    keyEnv: ['ANTHROPIC_API_KEY'],
    needsKey: true,
    defaultModel: 'claude-sonnet-5-5',
    wire: 'anthropic-messages',
    prices: 'anthropic',
  },
  {
    type: 'gemini',
    label: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai/',
    keyEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    needsKey: true,
    defaultModel: 'gemini-3.5-flash',
    prices: 'google',
  },
  {
    type: 'grok',
    label: 'xAI Grok',
    baseUrl: 'https://api.x.ai/v1',
    keyEnv: ['XAI_API_KEY'],
    needsKey: true,
    defaultModel: 'grok-4',
    prices: 'x-ai',
  },
  {
    type: 'azure_openai',
    label: 'Azure OpenAI',
    hosts: ['openai.azure.com', 'cognitiveservices.azure.com', 'services.ai.azure.com'],
    keyEnv: ['AZURE_OPENAI_API_KEY'],
    needsKey: true,
    prices: 'azure',
  },
  {
    type: 'openrouter',
    label: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyEnv: ['OPENROUTER_API_KEY'],
    needsKey: true,
    defaultModel: 'openai/gpt-oss-120b',
    prices: 'openrouter',
  },
  {
    type: 'groq',
    label: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyEnv: ['GROQ_API_KEY'],
    needsKey: true,
    defaultModel: 'openai/gpt-oss-120b',
    prices: 'groq',
  },
  {
    type: 'cerebras',
    label: 'Cerebras',
    baseUrl: 'https://api.cerebras.ai/v1',
    keyEnv: ['CEREBRAS_API_KEY'],
    needsKey: true,
    defaultModel: 'gpt-oss-120b',
    prices: 'cerebras',
  },
  {
    type: 'together',
    label: 'Together AI',
    baseUrl: 'https://api.together.xyz/v1',
    hosts: ['api.together.ai'],
    keyEnv: ['TOGETHER_API_KEY'],
    needsKey: true,
    defaultModel: 'openai/gpt-oss-120b',
    prices: 'together',
  },
  {
    type: 'fireworks',
    label: 'Fireworks AI',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyEnv: ['FIREWORKS_API_KEY'],
    needsKey: true,
    defaultModel: 'accounts/fireworks/models/gpt-oss-120b',
    prices: 'fireworks',
  },
  {
    type: 'moonshot',
    label: 'Moonshot AI (Kimi)',
    baseUrl: 'https://api.moonshot.ai/v1',
    hosts: ['api.moonshot.cn'],
    keyEnv: ['MOONSHOT_API_KEY'],
    needsKey: true,
    defaultModel: 'kimi-k2.5',
    prices: 'moonshotai',
  },
  {
    type: 'nebius',
    label: 'Nebius Token Factory',
    baseUrl: 'https://api.tokenfactory.nebius.com/v1/',
    hosts: ['api.studio.nebius.ai', 'api.studio.nebius.com'],
    keyEnv: ['NEBIUS_API_KEY'],
    needsKey: true,
    defaultModel: 'openai/gpt-oss-120b',
  },
  { type: 'poe', label: 'Poe', baseUrl: 'https://api.poe.com/v1', keyEnv: ['POE_API_KEY'], needsKey: true },
  {
    type: 'zai',
    label: 'Z.ai (GLM)',
    baseUrl: 'https://api.z.ai/api/paas/v4/',
    hosts: ['open.bigmodel.cn'],
    keyEnv: ['ZAI_API_KEY'],
    needsKey: true,
    defaultModel: 'glm-4.6',
    prices: 'zai',
  },
  {
    type: 'qwen',
    label: 'Alibaba Qwen',
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    hosts: ['dashscope.aliyuncs.com', 'dashscope-us.aliyuncs.com'],
    keyEnv: ['QWEN_API_KEY', 'DASHSCOPE_API_KEY'],
    needsKey: true,
    defaultModel: 'qwen-max',
  },
  { type: 'lmstudio', label: 'LM Studio', baseUrl: 'http://localhost:1234/v1', keyEnv: ['LMSTUDIO_API_KEY'], needsKey: false, local: true },
  { type: 'vllm', label: 'vLLM', baseUrl: 'http://localhost:8000/v1', keyEnv: ['VLLM_API_KEY'], needsKey: false, local: true },
  { type: 'sglang', label: 'SGLang', baseUrl: 'http://localhost:30000/v1', keyEnv: ['SGLANG_API_KEY'], needsKey: false, local: true },
  { type: 'ollama', label: 'Ollama', baseUrl: 'http://localhost:11434/v1', needsKey: false, local: true },
  { type: 'inference', label: 'Inference server', keyEnv: ['INFERENCE_API_KEY'], needsKey: false },
  { type: 'chatcompletion', label: 'OpenAI-compatible server', needsKey: false },
];

export const vendorOf = (type: string): Vendor | undefined => vendors.find((vendor) => vendor.type === type);

/** Where a backend's API is; undefined where nothing says so, or where none is spoken to. */
export function addressOf({ type, baseUrl, params }: Pick<Backend, 'type' | 'baseUrl' | 'params'>): string | undefined {
  const own = vendorOf(type);
  if (own === undefined) return undefined;
  const azure = own.type === 'azure_openai' ? params.azure_endpoint : undefined;
  return baseUrl ?? (typeof azure === 'string' && azure !== '' ? azure : own.baseUrl);
}

/** The vendor whose own API is at this address, whatever the backend type says. */
export function vendorAt(url: string): Vendor | undefined {
  const host = hostOf(url);
  if (host === undefined || isLoopback(host)) return undefined;
  return vendors.find((vendor) => hostsOf(vendor).some((own) => host === own || host.endsWith(`.${own}`)));
}

/**
 * The variables whose key may be sent by a backend of this type to this address, where the configuration names no key itself.
 * Invariant: a vendor's key is only ever offered to that vendor's own hosts. The exception are types that have no host
 * of their own (local and self-hosted servers), whose variable is for whatever address the user gives them.
 */
export function keyNames(type: string, baseUrl?: string): readonly string[] {
  const vendor = vendorOf(type);
  if (baseUrl === undefined) return vendor?.keyEnv ?? [];
  const there = vendorAt(baseUrl);
  if (there !== undefined) return there.keyEnv ?? [];
  const ownsNoHost = vendor !== undefined && (vendor.local === true || hostsOf(vendor).length === 0);
  return ownsNoHost ? (vendor.keyEnv ?? []) : [];
}

function hostsOf(vendor: Vendor): string[] {
  const own = vendor.baseUrl === undefined ? undefined : hostOf(vendor.baseUrl);
  return [...(own === undefined ? [] : [own]), ...(vendor.hosts ?? [])];
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : undefined;
}

/** A host name as `URL` gives it; one that only begins like an address of this machine is a name anywhere. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host) || host.endsWith('.localhost');
}

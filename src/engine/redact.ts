/** Takes the known secrets out of anything that is recorded or shown, in whatever common way they were written. */
import { isFactType } from './fact-types.js';

/** Shorter values are in every text by chance: taking them out would garble it and hide nothing. */
const SHORTEST = 6;
const REDACTED = '[redacted]';

/**
 * Gives a function that replaces every secret in every string of a JSON-like value, keys of objects included.
 * What holds no secret is given back as it is, not copied.
 */
export function redactor(secrets: readonly string[]): <T>(value: T) => T {
  const forms = new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf));
  // Longest first: a secret that another one begins with must not leave the other's rest behind.
  const longestFirst = [...forms].filter((form) => !REDACTED.includes(form)).sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return (value) => value;
  const any = new RegExp(longestFirst.map(literal).join('|'), 'g');
  // A password may be `candidate`: the log must stay readable.
  const text = (value: string) => (isFactType(value) ? value : value.replace(any, REDACTED));
  return <T>(value: T) => deep(value, text) as T;
}

function deep(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => deep(item, text));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const entries = Object.entries(value);
  // Invariant: a seal is whole or not there. Who signed words would refuse others in their place.
  if ('seal' in value && entries.some(([, item]) => deep(item, text) !== item)) {
    const { seal: _, ...words } = value;
    return deep(words, text);
  }
  const redacted = entries.map(([key, item]): [string, unknown] => [text(key), deep(item, text)]);
  const same = redacted.every(([key, item], i) => key === entries[i]?.[0] && item === entries[i]?.[1]);
  return same ? value : Object.fromEntries(redacted);
}

/** The secret itself, inside JSON (and JSON inside JSON), in URLs and forms, and in base64. */
function formsOf(secret: string): string[] {
  return [secret, ...jsonForms(secret), ...urlForms(secret), ...base64Forms(Buffer.from(secret))];
}

function jsonForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const ascii = escaped.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [escaped, ascii].flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
}

function urlForms(secret: string): string[] {
  // A half of a character pair cannot stand in a URL; URLSearchParams replaces it, and so do these.
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  const component = form.replaceAll('+', '%20');
  const script = component.replace(/%(21|27|28|29|7E)/g, unescaped);
  const path = script.replace(/%(3B|2C|2F|3F|3A|40|26|3D|2B|24|23)/g, unescaped);
  return [form, component, component.replaceAll('%7E', '~').replaceAll('*', '%2A'), script, path].flatMap((one) => [
    one,
    one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

const unescaped = (_code: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));

/** In base64 a text looks different by where it stands (`user:secret`): these are the letters that are the secret's own in each of the three cases. */
function base64Forms(secret: Buffer): string[] {
  const alone = secret.toString('base64');
  const inside = [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), secret]);
    return all.toString('base64').slice(Math.ceil((8 * before) / 6), Math.floor((8 * all.length) / 6));
  });
  return [alone, alone.replace(/=+$/, ''), ...inside].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

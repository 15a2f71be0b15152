/** All that a person reads goes through `t`: English is complete, other languages have the same keys. */
import { signal } from '@preact/signals';
import { de } from './words.de.js';
import { en, type Words } from './words.en.js';

type Key = keyof Words;
type ArgsOf<K extends Key> = Words[K] extends (...args: infer A) => string ? A : [];

const tables: Readonly<Record<string, Words>> = { en, de };
const chosen = signal<{ locale: string; words: Words }>({ locale: 'en', words: en });

export const language = (): string => (chosen.value.words === de ? 'de' : 'en');

/** An unknown language is English; numbers and dates follow it all the same. */
export function setLocale(locale: string): void {
  const words = tables[locale] ?? tables[locale.split('-')[0] ?? ''] ?? en;
  chosen.value = { locale: Intl.DateTimeFormat.supportedLocalesOf([locale]).length > 0 ? locale : 'en', words };
}

export const locale = (): string => chosen.value.locale;

export function t<K extends Key>(key: K, ...args: ArgsOf<K>): string {
  const words: string | ((...args: never[]) => string) = chosen.value.words[key];
  return typeof words === 'string' ? words : words(...(args as never[]));
}

/** Numbers as a person reads them: times, tokens, money, sizes, days. */
import { plain } from '../protocol/plain.js';
import type { UsageTotal } from '../protocol/state.js';
import { locale, t } from './l10n.js';

const number = (value: number, options: Intl.NumberFormatOptions = {}): string => new Intl.NumberFormat(locale(), options).format(value);

/** `2:14`, or `1:02:14`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `3 m 41 s`, `30 m`, `2 h 5 m`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${ms < 9_950 ? number(ms / 1000, { maximumFractionDigits: 1 }) : seconds} s`;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = h > 0 ? [`${h} h`, ...(m > 0 ? [`${m} m`] : [])] : [`${m} m`, ...(s > 0 ? [`${s} s`] : [])];
  return parts.join(' ');
}

export function tokens(count: number): string {
  if (count < 1000) return String(count);
  return count < 999_500
    ? `${number(count / 1000, { maximumFractionDigits: 0 })} k`
    : `${number(count / 1e6, { maximumFractionDigits: 1 })} M`;
}

export const dollars = (usd: number): string => `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : Math.max(usd, 0.0001).toFixed(4)}`;

/** Invariant: what is not known is not shown as known: a sum with unknown parts is a floor. */
export function cost(usage: Pick<UsageTotal, 'costUsd' | 'unknown'>): string {
  if (usage.unknown) return usage.costUsd > 0 ? `≥ ${dollars(usage.costUsd)}` : t('cost.unknown');
  return usage.costUsd === 0 ? t('cost.free') : dollars(usage.costUsd);
}

export function total(usage: Readonly<Record<string, UsageTotal>>): { tokens: number; costUsd: number; unknown: boolean } {
  const all = Object.values(usage);
  return {
    tokens: all.reduce((sum, one) => sum + one.input + one.output, 0),
    costUsd: all.reduce((sum, one) => sum + one.costUsd, 0),
    unknown: all.some((one) => one.unknown),
  };
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = count;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${number(value, { maximumFractionDigits: value < 10 && at > 0 ? 1 : 0 })} ${units[at]}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

const DAY = 86_400_000;

/** `now`, the time of today, the weekday of this week, or the date. */
export function when(at: number, now: number): string {
  if (now - at < 60_000) return t('when.now');
  const same = new Date(at).toDateString() === new Date(now).toDateString();
  const options: Intl.DateTimeFormatOptions = same
    ? { hour: '2-digit', minute: '2-digit' }
    : now - at < 6 * DAY
      ? { weekday: 'short' }
      : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(locale(), options).format(at);
}

/** All of it on one line. */
export const inline = (text: string): string => plain(text.replace(/\s+/g, ' ').trim());

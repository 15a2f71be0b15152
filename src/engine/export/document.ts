/** A session as one document, in the format that is asked for. */
import type { FactEvent } from '../../protocol/events.js';
import type { DiffOf } from './story.js';

export const formats = ['md', 'html', 'json'] as const;
export type Format = (typeof formats)[number];

export async function documentOf(format: Format, events: readonly FactEvent[], diff: DiffOf): Promise<string> {
  if (format === 'json') return (await import('./json.js')).jsonOf(events);
  if (format === 'html') return (await import('./html.js')).htmlOf(events, diff);
  return (await import('./markdown.js')).markdownOf(events, diff);
}

/** Agents' words as Markdown, and nothing else that they could smuggle in. */
import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { useMemo } from 'preact/hooks';
import { plain } from '../../protocol/plain.js';

const ALLOWED = {
  ALLOWED_TAGS: [
    'p',
    'br',
    'strong',
    'em',
    'del',
    'code',
    'pre',
    'ul',
    'ol',
    'li',
    'blockquote',
    'h1',
    'h2',
    'h3',
    'h4',
    'a',
    'hr',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  ALLOWED_ATTR: ['href'],
  ALLOWED_URI_REGEXP: /^https?:/i,
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** HTML is shown as it was written, an image as its words. */
const markdown = new Marked({ renderer: { html: ({ text }) => escaped(text), image: ({ text }) => escaped(text) } });

/** Longer words are cut before they are parsed: nobody reads them here. */
const LONGEST = 20_000;

/** Invariant: no image is loaded, no style or script comes in, and links lead out of the window only when clicked. */
const html = (text: string): string =>
  DOMPurify.sanitize(markdown.parse(plain(text.slice(0, LONGEST)), { async: false, gfm: true }), ALLOWED);

export function Markdown({ text, class: name = '' }: { text: string; class?: string }) {
  const safe = useMemo(() => html(text), [text]);
  return <div class={`markdown ${name}`} dangerouslySetInnerHTML={{ __html: safe }} />;
}

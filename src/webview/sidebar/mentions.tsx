/** The popup of what an `@` may name: files, folders, symbols, problems, the selection. */
import type { ComponentChildren, RefObject } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { Mention } from '../../protocol/wire.js';
import { useApp } from '../app.js';
import { inline } from '../format.js';
import { t } from '../l10n.js';
import { mentionAt, withMention } from './draft.js';

const ICONS: Readonly<Record<Mention['kind'], string>> = {
  file: 'file',
  folder: 'folder',
  symbol: 'symbol-method',
  problems: 'warning',
  selection: 'selection',
};

interface Mentions {
  attributes: { 'aria-autocomplete': 'list'; 'aria-controls': string | undefined; 'aria-activedescendant': string | undefined };
  popup: ComponentChildren;
  onInput(): void;
  /** True where the key was for the popup. */
  onKeyDown(event: KeyboardEvent): boolean;
  close(): void;
}

export function useMentions(area: RefObject<HTMLTextAreaElement | null>, change: (text: string) => void): Mentions {
  const { host } = useApp();
  const id = useId();
  const [found, setFound] = useState<{ mentions: Mention[]; at: number }>({ mentions: [], at: 0 });
  const asked = useRef(0);
  const close = (): void => {
    asked.current += 1;
    setFound({ mentions: [], at: 0 });
  };
  const onInput = async (): Promise<void> => {
    const box = area.current;
    const here = box === null ? undefined : mentionAt(box.value, box.selectionStart);
    if (here === undefined) return close();
    asked.current += 1;
    const mine = asked.current;
    try {
      const mentions = await host.ask({ get: 'mentions', text: here.typed });
      if (mine === asked.current) setFound({ mentions, at: 0 });
    } catch {
      // Nothing can be named just now: the text stays as it is typed.
      if (mine === asked.current) close();
    }
  };
  const choose = (mention: Mention): void => {
    const box = area.current;
    const here = box === null ? undefined : mentionAt(box.value, box.selectionStart);
    if (box === null || here === undefined) return;
    const next = withMention(box.value, here, mention.text);
    box.value = next.text;
    box.setSelectionRange(next.caret, next.caret);
    change(next.text);
    close();
  };
  const { mentions, at } = found;
  const open = mentions.length > 0;
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    const current = mentions[at];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setFound({ mentions, at: (at + step + mentions.length) % mentions.length });
    } else if ((event.key === 'Enter' || event.key === 'Tab') && current !== undefined && !event.ctrlKey && !event.metaKey) choose(current);
    else if (event.key === 'Escape') close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const popup = open && (
    <div class="popup" id={`${id}-list`} role="listbox" aria-label={t('mentions')}>
      {mentions.map((mention, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text box's, as a listbox wants it.
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text box (aria-activedescendant).
        <div
          key={`${mention.kind} ${mention.text}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          class={index === at ? 'on' : ''}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(mention)}
        >
          <span class={`codicon codicon-${ICONS[mention.kind]}`} aria-hidden="true" />
          <span class="name">{inline(mention.label)}</span>
          {mention.detail !== undefined && <span class="dim detail">{inline(mention.detail)}</span>}
        </div>
      ))}
    </div>
  );
  return {
    attributes: {
      'aria-autocomplete': 'list',
      'aria-controls': open ? `${id}-list` : undefined,
      'aria-activedescendant': open ? `${id}-${at}` : undefined,
    },
    popup,
    onInput: () => void onInput(),
    onKeyDown,
    close,
  };
}

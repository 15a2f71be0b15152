/** When a form closes, the focus goes back to what opened it, and not to the top of the page. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function useReturnFocus(open: boolean, back: RefObject<HTMLElement | null>, selector: string): void {
  const was = useRef(open);
  useEffect(() => {
    // Where the person has gone elsewhere meanwhile, the focus stays there.
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (was.current && !open && lost) back.current?.querySelector<HTMLElement>(selector)?.focus();
    was.current = open;
  }, [open]);
}

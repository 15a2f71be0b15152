/** A window over many rows of known heights: only those that are seen are in the document. */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { windowOf } from '../review/rows.js';

interface WindowProps {
  tops: Float64Array;
  /** What it shows: where that is another thing, it begins at its top. */
  of: string;
  label: string;
  class: string;
  /** Draws the rows from `first` up to, without, `last`. */
  children(first: number, last: number): ComponentChildren;
  /** This row is brought into view whenever `moved` grows. */
  at?: { row: number; moved: number };
  /** Width of the widest row, so that sideways scrolling does not jump; how far it is scrolled is `--sideways` in the style. */
  width?: string;
}

export function Window({ tops, of, label, class: name, children, at, width }: WindowProps) {
  const box = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 0 });
  useFrameScroll(box, setSeen);
  useEffect(() => {
    const scroller = box.current;
    if (scroller === null || at === undefined || at.row < 0) return;
    const [top, bottom] = [tops[at.row] ?? 0, tops[at.row + 1] ?? 0];
    const margin = Math.min(80, scroller.clientHeight / 4);
    if (top < scroller.scrollTop + margin) scroller.scrollTop = top - margin;
    else if (bottom > scroller.scrollTop + scroller.clientHeight - margin) scroller.scrollTop = bottom - scroller.clientHeight + margin;
  }, [at?.row, at?.moved]);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [of]);
  const { first, last } = windowOf(tops, seen.top, seen.top + seen.height);
  const [above, below] = [tops[first] ?? 0, (tops[tops.length - 1] ?? 0) - (tops[last] ?? 0)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <section ref={box} class={`window ${name}`} aria-label={label} tabIndex={0}>
      <div
        style={{
          paddingTop: `${above}px`,
          paddingBottom: `${below}px`,
          ...(width !== undefined && { minWidth: `max(100%, ${width})`, width: 'max-content' }),
        }}
      >
        {children(first, last)}
      </div>
    </section>
  );
}

/** Follows the scrolling and the size of a box, at most once a frame. */
function useFrameScroll(box: RefObject<HTMLElement | null>, set: (seen: { top: number; height: number }) => void): void {
  useLayoutEffect(() => {
    const scroller = box.current;
    if (scroller === null) return;
    let frame = 0;
    const look = (): void => {
      frame = 0;
      scroller.style.setProperty('--sideways', `${scroller.scrollLeft}px`);
      set({ top: scroller.scrollTop, height: scroller.clientHeight });
    };
    const soon = (): void => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    look();
    scroller.addEventListener('scroll', soon, { passive: true });
    const watcher = new ResizeObserver(soon);
    watcher.observe(scroller);
    return () => {
      scroller.removeEventListener('scroll', soon);
      watcher.disconnect();
      cancelAnimationFrame(frame);
    };
  }, []);
}

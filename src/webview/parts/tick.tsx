/** A tick box with three states. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Tick } from '../review/selection.js';

interface TickProps {
  tick: Tick;
  label: string;
  onToggle(): void;
  /** Asked once when it is drawn and again when it changes: whether to take the focus. */
  claims?: (() => boolean) | undefined;
  disabled?: boolean;
}

export function TickBox({ tick, label, onToggle, claims, disabled }: TickProps) {
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.indeterminate = tick === 'some';
  }, [tick]);
  useLayoutEffect(() => {
    if (claims?.()) box.current?.focus({ preventScroll: true });
  });
  return (
    <input
      ref={box}
      type="checkbox"
      checked={tick === 'all'}
      disabled={disabled}
      aria-label={label}
      onClick={(event) => event.stopPropagation()}
      onChange={onToggle}
    />
  );
}

/** A tick box with three states. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Tick } from '../review/selection.js';

interface TickProps {
  tick: Tick;
  label: string;
  onToggle(): void;
  /** It takes the focus whenever this grows. */
  focus?: number | undefined;
  disabled?: boolean;
}

export function TickBox({ tick, label, onToggle, focus, disabled }: TickProps) {
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.indeterminate = tick === 'some';
  }, [tick]);
  useLayoutEffect(() => {
    if (focus !== undefined) box.current?.focus({ preventScroll: true });
  }, [focus]);
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

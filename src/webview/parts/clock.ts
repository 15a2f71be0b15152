/** The time, once a second while something runs: one timer for the whole window. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const SECOND = 1000;
const time = signal(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

export function useClock(running: boolean): ReadonlySignal<number> {
  useEffect(() => {
    if (!running) return;
    users += 1;
    time.value = Date.now();
    timer ??= setInterval(() => {
      time.value = Date.now();
    }, SECOND);
    return () => {
      users -= 1;
      if (users > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, [running]);
  return time;
}

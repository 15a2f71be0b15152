/** Something that is asked of the host: busy until it is answered, and its failure shown where it was asked. */
import { useCallback, useState } from 'preact/hooks';
import type { Failure } from '../../protocol/failure.js';
import { failureFrom } from '../host.js';

export interface Action<A extends unknown[]> {
  run(...args: A): Promise<boolean>;
  busy: boolean;
  failure?: Failure | undefined;
  clear(): void;
}

export function useAction<A extends unknown[]>(act: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | undefined>(undefined);
  const run = async (...args: A): Promise<boolean> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await act(...args);
      return true;
    } catch (error) {
      setFailure(failureFrom(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, failure, clear: useCallback(() => setFailure(undefined), []) };
}

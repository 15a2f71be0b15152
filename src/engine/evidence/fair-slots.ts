/** At most so many at once, and of those who wait, whoever has the fewest running is next. */

export type FairSlots = <T>(who: string, work: () => Promise<T>) => Promise<T>;

/** Invariant: who brings many does not keep the others waiting: they take turns. Of equals, the first to come is first. */
export function fairSlots(most: number): FairSlots {
  const waiting: { who: string; go: () => void }[] = [];
  const running = new Map<string, number>();
  let total = 0;

  const started = (who: string, by: 1 | -1): void => {
    total += by;
    const count = (running.get(who) ?? 0) + by;
    if (count === 0) running.delete(who);
    else running.set(who, count);
  };
  const next = (): void => {
    const fewest = Math.min(...waiting.map(({ who }) => running.get(who) ?? 0));
    const at = waiting.findIndex(({ who }) => (running.get(who) ?? 0) === fewest);
    const [one] = at < 0 ? [] : waiting.splice(at, 1);
    if (one === undefined) return;
    started(one.who, 1);
    one.go();
  };
  return async (who, work) => {
    if (total >= most) await new Promise<void>((go) => waiting.push({ who, go }));
    else started(who, 1);
    try {
      return await work();
    } finally {
      started(who, -1);
      next();
    }
  };
}

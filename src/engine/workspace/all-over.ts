/** Waits for what is under way side by side: when one fails, it is told of once the others are over too, so that nothing of theirs is left. */
export async function allOver<T extends readonly unknown[]>(all: readonly [...{ [K in keyof T]: T[K] | Promise<T[K]> }]): Promise<T> {
  await Promise.allSettled(all);
  return Promise.all(all) as Promise<unknown> as Promise<T>;
}

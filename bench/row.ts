/** One line of the benchmarks' result: a ratio of the same run, and what it should be. */
export interface Row {
  name: string;
  ours: number;
  /** What it is compared with. */
  peer: string;
  ratio: number;
  target: string;
  ok: boolean;
  note?: string;
  /** Why it could not be measured here. */
  skipped?: string;
}

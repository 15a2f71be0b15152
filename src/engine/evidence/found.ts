/** A check as it was found, before it is known what else was. */
import type { CheckSpec } from './spec.js';

export interface Found {
  spec: CheckSpec;
  /** `task`: the folder's own name for it; `tool`: a tool's usual command; `ci`: what a workflow runs. */
  by: 'task' | 'tool' | 'ci';
  /** `npm`, `make`, `cargo`, `pytest` …: what runs it. */
  tool: string;
  /** What the check is about; absent for task files of any language (make, just). */
  language?: string;
  /** What the task does, where that is known. */
  body?: string;
  /** It looks at the folders of its kind below its own, too. */
  covers?: boolean;
}

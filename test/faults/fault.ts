/** A fault as data: what is played, where it strikes, what the person does about it, and how it must end. */
import type { FailureCode } from '../../src/protocol/failure.js';
import type { Blow, Moment } from './hits.js';
import type { Ran, Scene, SceneOptions } from './scene.js';

/** What the program does when the fault strikes. Each begins where the one before it ended. */
export type Play = 'turn' | 'resume' | 'apply' | 'undo';

export interface Fault {
  name: string;
  play: Play;
  /** What strikes in the program's own process. `pause`: it stands still while `paused` is done. */
  hits?: readonly { at: Moment; do: Exclude<Blow, { pause: string }> | 'pause' }[];
  /** What happens to the world while the program stands still, the how-manieth time. */
  paused?(scene: Scene, n: number): void | Promise<void>;
  /** What has happened before the program is started. */
  before?(scene: Scene): void | Promise<void>;
  /** What the person does after the program has ended, before it is started again; as its failure's words say. */
  mend?(scene: Scene, ran: Ran): void | Promise<void>;
  /** How the program must have ended when it was struck; where absent, in any plain way. */
  first?: 'done' | 'killed' | FailureCode;
  /** `same`: it comes to what it comes to without the fault. A code: it goes on failing so, with everything kept. */
  ends: 'same' | FailureCode;
  /** Whom it takes out of the turn, told by this code: who is left comes to the outcome. */
  without?: { agent: 'right' | 'mistaken'; code: FailureCode };
  scene?: Partial<Pick<SceneOptions, 'config' | 'agents' | 'tries' | 'baseUrl' | 'ownServer' | 'wire' | 'more' | 'seconds'>>;
  /** Model calls that it makes necessary beside those of who was at work when the program died. */
  calls?: number;
  /** Files that differ from those without the fault, because the person changed them; undefined: there is none. */
  files?: Readonly<Record<string, string | undefined>>;
  /** The person's own git is changed by the fault. */
  changesGit?: true;
  /** What the fault breaks for good: it is not looked at. */
  breaks?: readonly ('store' | 'log' | 'turn')[];
  /** A small file system lies there. */
  mount?: string;
  /** The most that the program may take, in MB. */
  memory?: number;
  /** The nth command line; the play's own where absent. */
  command?: string;
  /** More that must hold at the end: what is wrong. */
  also?(scene: Scene, ran: Ran): string[] | Promise<string[]>;
}

export interface Verdict {
  name: string;
  /** `same outcome`, `failure (code)`, or `WRONG`. */
  says: string;
  /** What is wrong; empty where nothing is. */
  wrong: string[];
  ms: number;
}

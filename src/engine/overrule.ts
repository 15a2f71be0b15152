/** What a person says over a configuration: options of the command line, settings of an editor. */
import type { Settings } from '../protocol/events.js';
import type { StartedTeam } from './consenting.js';

/** Absent: as the configuration has it. */
export interface Overrule {
  /** Over the whole turn. */
  seconds?: number;
  /** Over the whole session. */
  costUsd?: number;
  dependencies?: Settings['dependencies'];
}

/** Only what a turn is started with; less time also shortens the wait for answers that come side by side. Twice is as once. */
export function overruled(team: StartedTeam, { seconds, costUsd, dependencies }: Overrule): StartedTeam {
  const { agents, pattern, limits, settings, sends } = team;
  return {
    ...(sends && { sends }),
    agents,
    pattern: seconds === undefined ? pattern : { ...pattern, graceSeconds: Math.min(pattern.graceSeconds, seconds / 10) },
    limits: { ...limits, ...(seconds !== undefined && { seconds }), ...(costUsd !== undefined && { costUsd }) },
    settings: { ...settings, ...(dependencies !== undefined && { dependencies }) },
  };
}

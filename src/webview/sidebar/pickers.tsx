/** Who works on the task, how they deliberate, and what it may cost. */
import type { TeamChoice } from '../../protocol/wire.js';
import { useApp } from '../app.js';
import { dollars, duration, inline } from '../format.js';
import { t } from '../l10n.js';
import { FailureView } from '../parts/bits.js';
import { Button } from '../parts/button.js';
import { HUES } from '../turn.js';

const PATTERNS = ['consensus', 'relay'];

export const teamOf = (teams: readonly TeamChoice[], id: string | undefined): TeamChoice | undefined =>
  teams.find((one) => one.id === id) ?? teams[0];

interface PickersProps {
  teams: readonly TeamChoice[];
  team: TeamChoice | undefined;
  pattern: string | undefined;
  onChange(more: { team?: string; pattern?: string }): void;
}

export function Pickers({ teams, team, pattern, onChange }: PickersProps) {
  const { host } = useApp();
  if (team === undefined) return null;
  const patterns = [...new Set([team.pattern, ...PATTERNS])];
  return (
    <>
      <span
        class="picker"
        title={[inline(team.from), ...team.agents.map((one) => `${inline(one.label)} · ${inline(one.model)}`)].join('\n')}
      >
        <span class="dots" aria-hidden="true">
          {team.agents.slice(0, 5).map((one, at) => (
            <span key={one.id} class={`dot hue-${at % HUES}`} />
          ))}
        </span>
        <select aria-label={t('team')} value={team.id} onChange={(event) => onChange({ team: event.currentTarget.value })}>
          {teams.map((one) => (
            <option key={one.id} value={one.id}>
              {labelOf(one, teams)}
            </option>
          ))}
        </select>
      </span>
      <span class="picker">
        <select
          aria-label={t('pattern')}
          value={pattern ?? team.pattern}
          onChange={(event) => onChange({ pattern: event.currentTarget.value })}
        >
          {patterns.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </span>
      <p class="dim small estimate">{estimate(team)}</p>
      {team.failure !== undefined && (
        <FailureView failure={team.failure}>
          <span class="row">
            <Button onClick={() => host.command('massgen.setApiKey')}>{t('key.set')}</Button>
            <Button onClick={() => host.command('massgen.demo')}>{t('demo')}</Button>
          </span>
        </FailureView>
      )}
    </>
  );
}

/** A configuration is called by its file's name; where two are called the same, by where they are from too. */
function labelOf(team: TeamChoice, teams: readonly TeamChoice[]): string {
  const short = ({ id }: TeamChoice): string => inline((id.split(/[\\/]/).at(-1) ?? id).replace(/\.ya?ml$/, ''));
  const alike = teams.some((other) => other !== team && short(other) === short(team));
  return alike ? `${short(team)} · ${inline(team.from)}` : short(team);
}

function estimate(team: TeamChoice): string {
  const cost = team.estimate === undefined ? t('estimate.unknown') : range(team.estimate);
  const stops =
    team.limits.costUsd === undefined
      ? t('estimate.time', duration(team.limits.seconds * 1000))
      : t('estimate.stops', dollars(team.limits.costUsd));
  return [cost, stops, t('estimate.safe')].join(' · ');
}

const range = ({ from, to }: { from: number; to: number }): string =>
  to === 0 ? t('estimate.free') : t('estimate.about', from === to ? dollars(to) : `${dollars(from)}–${to.toFixed(2)}`);

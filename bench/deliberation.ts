/** How often a team comes to a right answer, as it deliberates and votes by default, beside its most able agent alone: simulated turns. */
import { teamOf } from '../src/engine/config/team.js';
import { lead, rates, share, standard } from '../test/engine/patterns/rates.js';
import type { Row } from './row.js';

const TURNS = 1000;

export async function bench(): Promise<Row[]> {
  const { variants, alone, oracle } = rates(standard, [teamOf([]).pattern], TURNS);
  const [right = []] = variants;
  const [ours, peer] = [share(right), share(alone)];
  const ahead = lead(right, alone);
  return [
    {
      name: 'deliberation: % right answers',
      ours: ours.percent,
      peer: `${peer.percent.toFixed(1)}: its best agent alone`,
      ratio: ours.percent / peer.percent,
      target: '>= 1.1',
      ok: ours.percent / peer.percent >= 1.1,
      note: `${TURNS} simulated turns, the lead is ${ahead.percent.toFixed(1)} ± ${ahead.off.toFixed(1)}; a right answer was there in ${share(oracle).percent.toFixed(1)} %; all settings: npm run simulate`,
    },
  ];
}

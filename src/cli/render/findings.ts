/** What was found on a machine, as lines: areas with several findings have a heading. */
import { inline } from '../../engine/export/names.js';
import { pad, widest } from './words.js';

interface Finding {
  area: string;
  name: string;
  status: 'ok' | 'missing' | 'problem';
  detail: string;
  hint?: string;
}

const signs = { ok: '✓', missing: '–', problem: '✗' } as const;

export function findingsText(findings: readonly Finding[]): string {
  const areas = [...new Set(findings.map(({ area }) => area))];
  const single = (area: string) => findings.filter((one) => one.area === area).length === 1;
  const names = widest(findings.map(({ name }) => inline(name)));
  const row = ({ status, name, detail, hint }: Finding, inside: string): string[] => [
    `${inside}${signs[status]} ${pad(inline(name), names)}  ${inline(detail)}`,
    ...(hint === undefined ? [] : [`${inside}    ${inline(hint)}`]),
  ];
  const of = (area: string): string[] => findings.filter((one) => one.area === area).flatMap((one) => row(one, single(area) ? '' : '  '));
  return areas.flatMap((area) => [...(single(area) ? [] : ['', area]), ...of(area)]).join('\n');
}

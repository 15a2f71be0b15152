import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/engine/config/load.js';
import { failureOf } from '../../../src/protocol/failure.js';
import { tempFolder } from './helpers.js';

const agents = 'agents:\n  - id: a\n    backend: { type: openai, model: gpt-4o }\n';

async function planningBy(knob: string): Promise<unknown> {
  const folder = await tempFolder({ 'massgen.yaml': `${agents}${knob}` });
  return (await loadConfig(`${folder}/massgen.yaml`, { env: { OPENAI_API_KEY: 'x' }, folder })).settings.planning;
}
const knob = (value: string): string => `orchestrator:\n  coordination:\n    enable_planning_mode: ${value}\n`;

describe('planning mode in a configuration', () => {
  it.each([
    ['', true],
    [knob('true'), true],
    [knob('false'), false],
  ])('%j: %s', async (written, planning) => {
    expect(await planningBy(written)).toBe(planning);
  });

  it.each(['sometimes', '1', '[true]'])('%s is neither, and is said with its place', async (value) => {
    const failure = await planningBy(knob(value)).then(
      () => undefined,
      (error: unknown) => failureOf(error),
    );
    expect(failure?.code).toBe('config');
    expect(JSON.stringify(failure)).toMatch(/massgen\.yaml:6:27/);
  });
});

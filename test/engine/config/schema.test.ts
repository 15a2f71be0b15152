import { describe, expect, it } from 'vitest';
import { configJsonSchema, keysAt } from '../../../src/engine/config/schema.js';

describe('the JSON schema', () => {
  const schema = configJsonSchema() as { properties: Record<string, object>; additionalProperties: unknown; title: string };

  it('describes every key and allows no other', () => {
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['agents', 'agent', 'orchestrator', 'timeout_settings', 'pattern', 'limits', 'policy', 'checks']),
    );
    expect(schema.additionalProperties).toBe(false);
    expect(schema.title).toBe('MassGen configuration');
  });

  it('is JSON', () => expect(JSON.parse(JSON.stringify(schema))).toEqual(schema));
});

describe('the keys that may stand at a place', () => {
  it.each([
    [['limits'], ['max_calls_per_run', 'max_calls', 'max_cost_usd']],
    [['policy', 'network'], ['domains']],
    [
      ['orchestrator', 'checks', 0],
      ['name', 'command', 'cwd', 'timeout_seconds'],
    ],
    [['nowhere'], []],
  ])('%j', (at, expected) => expect(keysAt(at).used).toEqual(expected));

  it('with and without those of no effect', () => {
    expect(keysAt([]).all).toContain('ui');
    expect(keysAt([]).used).not.toContain('ui');
    expect(keysAt(['agents', 0]).used).toEqual(['id', 'label', 'name', 'backend', 'system_message', 'tools']);
  });
});

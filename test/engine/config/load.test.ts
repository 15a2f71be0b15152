// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what configurations hold
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findConfig, loadConfig, validateConfig } from '../../../src/engine/config/load.js';
import { ConfigError, formatProblem } from '../../../src/engine/config/problem.js';
import { agents, load, tempFolder, validate, warningsOf } from './helpers.js';

describe('a configuration of MassGen', () => {
  it('becomes a team with every default filled in', async () => {
    const { file: _, ...team } = await load(`
agents:
  - id: gemini2.5flash
    backend:
      type: gemini
      model: gemini-2.5-flash
      temperature: 0.4
    system_message: Be brief.
  - id: "gpt 5"
    backend: {type: chatcompletion, model: glm, base_url: "http://localhost:9/v1"}
`);
    expect(team).toEqual({
      agents: [
        {
          id: 'gemini2.5flash',
          label: 'gemini2.5flash',
          runner: 'native',
          backend: {
            type: 'gemini',
            model: 'gemini-2.5-flash',
            key: { from: 'env', name: 'GEMINI_API_KEY' },
            params: { temperature: 0.4 },
          },
          instructions: 'Be brief.',
        },
        {
          id: 'gpt 5',
          label: 'gpt 5',
          runner: 'native',
          backend: { type: 'chatcompletion', model: 'glm', baseUrl: 'http://localhost:9/v1', key: { from: 'none' }, params: {} },
        },
      ],
      pattern: {
        id: 'consensus',
        rule: 'condorcet',
        evidence: 'ties',
        sameFamily: 0.5,
        weights: {},
        selfVote: 'completes',
        sensitivity: 'lenient',
        novelty: 'lenient',
        answers: 3,
        failedRuns: 3,
        graceSeconds: 60,
        checkSeconds: 300,
      },
      limits: { seconds: 1800, callsPerRun: 100 },
      settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: 'detect', dependencies: 'link', planning: true },
      storage: {},
      warnings: [],
    });
  });

  it('may have a single agent', async () => {
    const team = await load('agent:\n  id: solo\n  backend: {type: openai}\n');
    expect(team.agents.map((agent) => agent.id)).toEqual(['solo']);
  });

  it('keeps the settings of the orchestrator', async () => {
    const team = await load(`${agents()}
orchestrator:
  voting_sensitivity: strict
  answer_novelty_requirement: balanced
  max_new_answers_per_agent: 5
timeout_settings:
  orchestrator_timeout_seconds: 300
`);
    expect(team.pattern).toMatchObject({ sensitivity: 'strict', novelty: 'balanced', answers: 5, graceSeconds: 30 });
    expect(team.limits.seconds).toBe(300);
  });

  it('reads the time limit where the documentation of MassGen puts it, too', async () => {
    const team = await load(`${agents()}orchestrator: {timeout: {orchestrator_timeout_seconds: 90}}\n`);
    expect(team.limits.seconds).toBe(90);
  });

  it('says that answers cannot be without a limit', async () => {
    const text = `${agents()}orchestrator: {max_new_answers_per_agent: null}\n`;
    expect((await load(text)).pattern.answers).toBe(3);
    expect(await warningsOf(text)).toEqual([expect.stringMatching(/^4:\d+: warning: Answers without a limit are not possible: 3/)]);
  });

  it('says of every key that has no effect that it has none, once for all agents, unless it is switched off', async () => {
    const warnings = await warningsOf(`
agents:
  - {id: a, backend: {type: openai, enable_web_search: true, mcp_servers: [{env: {X: "\${UNSET}"}}], enable_code_interpreter: false}}
  - {id: b, backend: {type: openai, enable_web_search: true, cwd: w}}
orchestrator: {snapshot_storage: s, skip_coordination_rounds: false}
ui: {display_type: simple}
`);
    expect(warnings).toEqual([
      '3:37: warning: not used yet: agents[0].backend.enable_web_search (and of 1 more)',
      '3:62: warning: not used yet: agents[0].backend.mcp_servers',
      '4:62: warning: not used yet: agents[1].backend.cwd (every agent works in its own copy of the folder that -C names)',
      '5:16: warning: not used yet: orchestrator.snapshot_storage',
      '6:1: warning: not used yet: ui',
    ]);
  });

  it('hands parameters that it does not know to the provider, and wonders about likely misspellings', async () => {
    const team = await load(agents('type: openai, temperatur: 0.2, extra_body: {a: [1]}, zeta: null'));
    expect(team.agents[0]?.backend.params).toEqual({ temperatur: 0.2, extra_body: { a: [1] }, zeta: null });
    expect(team.warnings.map((warning) => [warning.path, warning.hint])).toEqual([
      ['agents[0].backend.temperatur', 'did you mean "temperature"?'],
    ]);
  });

  it('says which of the grouped settings of the Responses API are not used', async () => {
    const text = agents('type: openai, reasoning: {effort: high, summary: auto}, text: {verbosity: low}');
    expect((await load(text)).agents[0]?.backend.params).toEqual({
      reasoning: { effort: 'high', summary: 'auto' },
      text: { verbosity: 'low' },
    });
    expect(await warningsOf(text)).toEqual(['3:55: warning: not used yet: agents[0].backend.reasoning.summary']);
  });
});

describe('our own settings', () => {
  const written = `pattern: relay
quorum: 1
rule: borda
evidence: veto
same_family_weight: 0.25
weights: {ada: 2, you: 3}
self_vote: counts
grace_seconds: 0
check_seconds: 20
max_failed_runs: 1
limits: {max_calls_per_run: 7, max_calls: 50, max_cost_usd: 0.5}
checks: [{name: test, command: npm test, cwd: ./pkg}, {name: lint, command: npm run lint, timeout_seconds: 5}]
policy: {allow: [npm test], ask: [git push], deny: [rm], network: {domains: [example.com]}}
dependencies: copy
`;
  const meant = {
    pattern: {
      id: 'relay',
      rule: 'borda',
      evidence: 'veto',
      sameFamily: 0.25,
      quorum: 1,
      weights: { ada: 2, you: 3 },
      selfVote: 'counts',
      sensitivity: 'lenient',
      novelty: 'lenient',
      answers: 3,
      failedRuns: 1,
      graceSeconds: 0,
      checkSeconds: 20,
    },
    limits: { seconds: 1800, callsPerRun: 7, calls: 50, costUsd: 0.5 },
    settings: {
      checks: [
        { name: 'test', command: 'npm test', cwd: 'pkg', timeoutSeconds: 20 },
        { name: 'lint', command: 'npm run lint', cwd: '', timeoutSeconds: 5 },
      ],
      policy: { allow: ['npm test'], ask: ['git push'], deny: ['rm'], network: { domains: ['example.com'] } },
      dependencies: 'copy',
    },
  };

  it('stand at the top', async () => expect(await load(agents() + written)).toMatchObject(meant));

  it('or under the orchestrator', async () => {
    const indented = written.replace(/^(?=.)/gm, '  ');
    expect(await load(`${agents()}orchestrator:\n${indented}`)).toMatchObject(meant);
  });

  it('or, those about deliberation, with the pattern', async () => {
    const team = await load(`${agents()}pattern: {id: relay, quorum: 1, grace_seconds: 2}\n`);
    expect(team.pattern).toMatchObject({ id: 'relay', quorum: 1, graceSeconds: 2 });
  });

  it('may be left empty, which is as if they were not there', async () => {
    const team = await load(`${agents()}orchestrator:\npolicy:\nlimits:\nchecks:\nquorum:\npattern:\n`);
    expect(team.pattern.id).toBe('consensus');
    expect(team.settings.checks).toBe('detect');
    expect(team.warnings).toEqual([]);
  });

  it('can switch checks off', async () => expect((await load(`${agents()}checks: none\n`)).settings.checks).toEqual([]));

  it('give agents labels and tools', async () => {
    const team = await load(
      'agents: [{id: a, label: Ada, tools: [read_file], backend: {type: openai}}, {id: b, name: Bob, backend: {type: openai}}]',
    );
    expect(team.agents.map(({ label, tools }) => [label, tools])).toEqual([
      ['Ada', ['read_file']],
      ['Bob', undefined],
    ]);
  });
});

describe('what a file may look like', () => {
  it('is JSON as well', async () => {
    const folder = await tempFolder({
      'massgen.json': '{\n\t"$schema": "x",\n\t"agents": [{"id": "a", "backend": {"type": "openai"}}]\n}',
    });
    const team = await loadConfig(path.join(folder, 'massgen.json'), { env: {}, folder });
    expect(team.agents[0]?.backend.model).toBeTruthy();
  });

  it.each([
    ['a byte order mark', `\uFEFF${agents()}`],
    ['lines that end as on Windows', agents().replaceAll('\n', '\r\n')],
    [
      'anchors, aliases and merged keys',
      'agents:\n  - id: ada\n    backend: &b {type: openai}\n  - id: bob\n    backend: *b\n  - id: eve\n    backend: {<<: *b, temperature: 1}\n',
    ],
    ['a key written twice with the same value', `${agents()}quorum: 1\nquorum: 1\n`],
  ])('loads with %s', async (_, text) => {
    expect((await load(text)).agents[0]?.id).toBe('ada');
  });

  it('mentions a key written twice', async () => {
    expect(await warningsOf(`${agents()}quorum: 1\nquorum: 1\n`)).toEqual([
      '5:1: warning: "quorum" is written twice here, with the same value. (keep one of them)',
    ]);
  });

  it('counts columns as an editor does after a byte order mark', async () => {
    expect(await validate('\uFEFFzzz: 1')).toContainEqual(expect.stringMatching(/^1:1: "zzz" is not a key/));
  });
});

describe('scenarios', () => {
  it('are found beside the configuration, wherever the process runs', async () => {
    const folder = await tempFolder({ 'conf/team.yaml': agents('type: scripted, scenario: ../replies.yaml'), 'replies.yaml': '' });
    const team = await loadConfig(path.join(folder, 'conf/team.yaml'), { env: {}, folder: '/' });
    expect(team.agents[0]?.backend).toEqual({
      type: 'scripted',
      model: 'scripted',
      key: { from: 'none' },
      params: {},
      scenario: path.join(folder, 'replies.yaml'),
    });
  });
});

describe('${NAME}', () => {
  it('is the value of the variable, a number where a number is meant', async () => {
    const team = await load(`${agents('type: openai, model: "${M}", temperature: "${T:-0.5}"')}limits:\n  max_cost_usd: \${B}\n`, {
      M: '4',
      B: '2.5',
    });
    expect(team.agents[0]?.backend).toMatchObject({ model: '4', params: { temperature: 0.5 } });
    expect(team.limits.costUsd).toBe(2.5);
  });

  it('is the text itself with a second $', async () => {
    const team = await load('agent: {id: a, backend: {type: openai}, system_message: "Use $${HOME}, ${a.b} and $x"}');
    expect(team.agents[0]?.instructions).toBe('Use ${HOME}, ${a.b} and $x');
  });

  it('of a secret outside api_key is said to be missing from the records', async () => {
    const team = await load(agents('type: openai, extra_headers: {X-Gateway: "${GATEWAY_TOKEN}"}'), { GATEWAY_TOKEN: 'abcdefgh' });
    expect(team.warnings[0]?.message).toMatch(/^GATEWAY_TOKEN looks like a secret/);
    expect(JSON.stringify(team.warnings)).not.toContain('abcdefgh');
  });
});

describe('finding a configuration', () => {
  it('looks in the folder before the home, and honours XDG_CONFIG_HOME', async () => {
    const home = await tempFolder({ '.config/massgen/config.yaml': '', 'xdg/massgen/config.yaml': '' });
    const folder = await tempFolder();
    const found = () => findConfig(folder, { HOME: home });
    expect(await findConfig(folder, { HOME: folder })).toBeUndefined();
    expect(await found()).toBe(path.join(home, '.config/massgen/config.yaml'));
    expect(await findConfig(folder, { HOME: home, XDG_CONFIG_HOME: path.join(home, 'xdg') })).toBe(
      path.join(home, 'xdg/massgen/config.yaml'),
    );
    await mkdir(path.join(folder, '.massgen'));
    await writeFile(path.join(folder, '.massgen/config.yaml'), '');
    expect(await found()).toBe(path.join(folder, '.massgen/config.yaml'));
    await writeFile(path.join(folder, 'massgen.yaml'), '');
    expect(await found()).toBe(path.join(folder, 'massgen.yaml'));
  });
});

describe('validating', () => {
  it('reports errors, warnings and keys that are not set, without throwing', async () => {
    expect(await validate(agents('type: openai'))).toEqual([
      '3:14: warning: OPENAI_API_KEY is not set: "ada" will have no key (set it in the environment or in a .env file of the folder)',
    ]);
    expect(await validate(agents('type: openai'), { OPENAI_API_KEY: 'x' })).toEqual([]);
    expect(await validate('agent: {id: a, backend: {type: openai, api_key: "${MINE}"}}')).toEqual([
      expect.stringMatching(/^1:49: warning: MINE is not set/),
    ]);
    expect(await validate('agents: 3')).toEqual(['1:9: agents must be a list']);
  });

  it('reports a file that is not there', async () => {
    const folder = await tempFolder();
    const [problem] = await validateConfig(path.join(folder, 'no.yaml'), { env: {}, folder });
    expect(problem).toMatchObject({ severity: 'error', message: 'There is no such file.', file: path.join(folder, 'no.yaml') });
  });

  it('prints a problem as compilers do', () => {
    const problem = { file: 'a.yaml', line: 3, column: 7, path: 'x', message: 'it is wrong', hint: 'do right', severity: 'error' } as const;
    expect(formatProblem(problem)).toBe('a.yaml:3:7: it is wrong (do right)');
    expect(formatProblem({ path: '', message: 'm', severity: 'warning' })).toBe('warning: m');
    expect(new ConfigError([problem, { ...problem, line: 4 }]).failure).toMatchObject({
      code: 'config',
      message: 'a.yaml:3:7: it is wrong (do right) (and 1 more error)',
    });
  });
});

describe('storage', () => {
  const one = 'agents:\n  - id: a\n    backend: {type: chatcompletion, model: m, base_url: "http://localhost:9/v1"}\n';

  it('is how much is kept, in units of a thousand', async () => {
    expect((await load(`${one}storage: {max_size: 1.5GB, keep_days: 30}\n`)).storage).toEqual({ maxBytes: 1.5e9, keepDays: 30 });
    expect((await load(`${one}storage: {max_size: 500 kb}\n`)).storage).toEqual({ maxBytes: 500_000 });
  });

  it('refuses a size that is none', async () => {
    await expect(load(`${one}storage: {max_size: much}\n`)).rejects.toThrow();
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what configurations hold
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../src/engine/config/document.js';
import { ConfigError } from '../../../src/engine/config/problem.js';
import { agents, errorsOf, load } from './helpers.js';

/** What is written after a valid team of one agent (three lines), and where the error is: `line:column: …`. */
const additions: [string, string, string][] = [
  ['an unknown key', 'orchestratr: {}', '4:1: "orchestratr" is not a key of a configuration (did you mean "orchestrator"?)'],
  [
    'an unknown key inside',
    'orchestrator:\n  voting_sensitivty: strict',
    '5:3: "voting_sensitivty" is not a key of orchestrator (did you mean "voting_sensitivity"?)',
  ],
  ['an unfinished key', 'limits: {max_cost: 3}', '4:10: "max_cost" is not a key of limits (did you mean "max_cost_usd"?)'],
  ['a key like no other', 'policy: {zzzzz: 3}', '4:10: "zzzzz" is not a key of policy (known here: allow, ask, deny, network)'],
  [
    'an unknown limit of time',
    'timeout_settings: {seconds: 3}',
    '4:20: "seconds" is not a key of timeout_settings (known here: orchestrator_timeout_seconds)',
  ],
  ['agents and agent', 'agent: {id: x, backend: {type: openai}}', '4:1: Both agents and agent are given. (put all of them under agents)'],
  ['agents twice', 'agents: []', '4:1: "agents" is written twice here, with different values. (keep one of them)'],
  ['a setting in two places', 'quorum: 1\norchestrator: {quorum: 1}', '5:16: quorum is set twice: here and as quorum (keep one of them)'],
  ['an unknown pattern', 'pattern: debate', '4:10: pattern must be one of consensus, relay, or a mapping (key: value)'],
  ['an unknown key of a pattern', 'pattern: {id: relay, quorums: 1}', '4:22: "quorums" is not a key of pattern (did you mean "quorum"?)'],
  ['a pattern without a name', 'pattern: {quorum: 1}', '4:10: pattern.id must be one of consensus, relay'],
  ['a rule that there is not', 'rule: schulze', '4:7: rule must be one of plurality, approval, borda, condorcet'],
  ['a rule almost', 'orchestrator: {evidence: vetos}', '4:26: orchestrator.evidence must be one of ties, veto, weighs'],
  ['a weight of more than one', 'same_family_weight: 2', '4:21: same_family_weight must be at most 1'],
  [
    'a key almost',
    'same_family_wieght: 0.5',
    '4:1: "same_family_wieght" is not a key of a configuration (did you mean "same_family_weight"?)',
  ],
  ['a quorum of more than there are', 'quorum: 2', '4:9: quorum is 2, but there is 1 agent'],
  ['a quorum of none', 'quorum: 0', '4:9: quorum must be at least 1'],
  ['a quorum of a half', 'quorum: 1.5', '4:9: quorum must be a whole number'],
  ['a word for a number', 'grace_seconds: soon', '4:16: grace_seconds must be a number'],
  ['a weight for nobody', 'weights: {adda: 1}', '4:11: weights names "adda", which is not an agent (did you mean "ada"?)'],
  ['a negative weight', 'weights: {ada: -1}', '4:16: weights.ada must be at least 0'],
  [
    'no time at all',
    'timeout_settings: {orchestrator_timeout_seconds: 0}',
    '4:50: timeout_settings.orchestrator_timeout_seconds must be more than 0',
  ],
  [
    'an unknown sensitivity',
    'orchestrator: {voting_sensitivity: high}',
    '4:36: orchestrator.voting_sensitivity must be one of lenient, balanced, strict',
  ],
  ['a word for checks', 'checks: detct', '4:9: checks must be one of detect, none, or a list'],
  ['a check without a command', 'checks: [{name: a}]', '4:10: checks[0].command is missing'],
  [
    'a check outside the folder',
    'checks: [{name: a, command: x, cwd: a/../..}]',
    '4:37: checks[0].cwd must be a folder inside the one worked on (write it relative to that folder, without ..)',
  ],
  ['two checks of one name', 'checks: [{name: a, command: x}, {name: a, command: y}]', '4:40: There are two checks named "a".'],
  ['text for a list', 'policy: {allow: npm test}', '4:17: policy.allow must be a list'],
  ['a network of another kind', 'policy: {network: some}', '4:19: policy.network must be one of none, open, or a mapping (key: value)'],
  [
    'a setting of the first MassGen',
    'num_agents: 3',
    '4:1: "num_agents" is a setting of the first MassGen, whose files are no longer read (the number of entries under agents is the number of agents)',
  ],
  [
    'an unset variable',
    'dependencies: ${HOW}',
    '4:15: dependencies needs HOW, which is not set in the environment (set it, or write ${HOW:-a default}, or $${HOW} for the text itself)',
  ],
];

const backends: [string, string, string | RegExp][] = [
  ['an unknown type', 'type: opnai', /^3:21: "opnai" is not a backend type; there are: openai, .*scripted \(did you mean "openai"\?\)$/],
  [
    'a type that is not supported yet',
    'type: claude_code',
    /^3:21: "claude_code" is a backend type that is not supported yet; there are: .*ANTHROPIC_API_KEY\)$/,
  ],
  ['no type', 'model: x', '3:14: agents[0].backend.type is missing'],
  ['no model where there is no default', 'type: vllm', '3:14: agents[0].backend.model is missing (vLLM has no default model here)'],
  ['a model that is not text', 'type: openai, model: 4', '3:36: agents[0].backend.model must be text'],
  ['no address where there is no default', 'type: chatcompletion, model: x', /^3:14: agents\[0\]\.backend\.base_url is missing/],
  [
    'an address that is none',
    'type: openai, base_url: localhost',
    '3:39: agents[0].backend.base_url must be an address that begins with https:// or http://',
  ],
  [
    'a password in the address',
    'type: openai, base_url: "https://me:hunter22@x.org"',
    /^3:39: agents\[0\]\.backend\.base_url must not hold a user or a password/,
  ],
  ['no scenario', 'type: scripted', /^3:14: agents\[0\]\.backend\.scenario is missing/],
  ['a scenario that is not there', 'type: scripted, scenario: no.yaml', /^3:41: The scenario .*no\.yaml cannot be read\./],
  ['a key by another name', 'type: openai, apikey: sk-hunter22', /^3:29: agents\[0\]\.backend\.apikey looks like a secret in plain text/],
  [
    'a key deep inside',
    'type: openai, extra_headers: {Authorization: Bearer hunter22}',
    /^3:45: agents\[0\]\.backend\.extra_headers\.Authorization looks like a secret/,
  ],
];

const toolNames =
  'read_file, list_files, search, write_file, edit_file, delete_file, move_file, run_command, read_output, stop_command, run_checks';

/** What is written after a valid agent (on the fourth line), and where the error is. */
const ofAgents: [string, string, string][] = [
  ['a tool that is mistyped', 'tools: [read_file, serch]', '4:24: "serch" is not a tool (did you mean "search"?)'],
  ['a tool of another system', 'tools: [Bash]', `4:13: "Bash" is not a tool (known here: ${toolNames})`],
];

const wholes: [string, string | Uint8Array, string][] = [
  ['nothing', '', '1:1: The configuration is empty. (massgen config init writes one)'],
  ['comments only', '# agents\n', '1:1: The configuration is empty. (massgen config init writes one)'],
  ['a list', '- a', '1:1: The configuration must be a mapping (agents: …), not a list.'],
  ['a word', 'hello', '1:1: The configuration must be a mapping (agents: …), not a single value.'],
  ['no agents', 'quorum: 1', '1:1: There are no agents. (agents: [{id: …, backend: {type: …, model: …}}])'],
  ['an empty list of agents', 'agents: []', '1:9: agents must not be empty'],
  ['agents that are none', 'agents: {a: 1}', '1:9: agents must be a list'],
  ['an agent that is none', 'agents: [a]', '1:10: agents[0] must be a mapping (key: value)'],
  ['an agent without an id', 'agents:\n  - backend: {type: openai}', '2:5: agents[0].id is missing'],
  ['an id that is a number', 'agents: [{id: 1, backend: {type: openai}}]', '1:15: agents[0].id must be text'],
  ['an empty id', 'agents: [{id: "", backend: {type: openai}}]', '1:15: agents[0].id must not be empty'],
  [
    'an id of two lines',
    'agents: [{id: "a\\nb", backend: {type: openai}}]',
    '1:15: agents[0].id must be printable text without spaces around it',
  ],
  [
    'an agent called you',
    'agent: {id: you, backend: {type: openai}}',
    '1:13: "you" is what the person is called; give the agent another id',
  ],
  [
    'two agents of one id',
    'agents:\n  - {id: a, backend: {type: openai}}\n  - {id: a, backend: {type: openai}}',
    '3:10: Two agents have the id "a": this one and agents[0]. (ids are unique)',
  ],
  ['a backend that is a word', 'agents:\n  - id: a\n    backend: openai', '3:14: agents[0].backend must be a mapping (key: value)'],
  ['an unknown key of an agent', 'agents:\n  - id: a\n    bakend: {}', '3:5: "bakend" is not a key of agents[0] (did you mean "backend"?)'],
  ['a tab', 'agents:\n\t- id: x', '2:1: A tab is used for indentation. (YAML is indented with spaces)'],
  [
    'a list without an end',
    'agents: [{id: a\nquorum: 1',
    '2:1: This is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  [
    'a variable without quotes in braces',
    'limits: {max_calls: ${N}}',
    '1:22: This is not valid YAML: Unexpected flow-map-start at node end (between { and }, write it in quotes: "${NAME}")',
  ],
  ['an alias of nothing', 'a: 1\nb: *x', '2:4: This alias (*name) has no anchor (&name) before it.'],
  ['a merge of a list', 'a: 1\nb: {<<: [1]}', '2:5: Only a mapping can be merged with <<.'],
  ['a directive', '%X\n---\na: 1', '1:1: Directives (%…) are not understood in a configuration.'],
  ['an alias of itself', 'a: &x [*x]', '1:1: The file is nested too deeply, or an alias contains itself.'],
  ['two documents', 'a: 1\n---\nb: 2', '2:1: A second document starts here. (a configuration is one document: remove the ---)'],
  ['a tag', 'a: !!python/object x', '1:4: Tags (!…) are not understood in a configuration.'],
  ['a list as a key', '[x]: 1', '1:1: Only plain text can be a key.'],
  ['a text too deep to read', '['.repeat(20_000), '1:1: The file is nested too deeply.'],
  ['other bytes than UTF-8', new Uint8Array([0xff, 0xfe, 0x41, 0x00]), 'The file is not text in UTF-8. (save it as UTF-8)'],
  ['too many bytes', `#${'x'.repeat(1024 * 1024)}`, 'The file is larger than 1024 KiB, which no configuration is.'],
];

describe('an error names its place and the way out', () => {
  it.each(additions)('%s', async (_, text, expected) => expect(await errorsOf(`${agents()}${text}\n`)).toContain(expected));

  it.each(ofAgents)('of an agent: %s', async (_, text, expected) => expect(await errorsOf(`${agents()}    ${text}\n`)).toEqual([expected]));

  it.each(backends)('of a backend: %s', async (_, backend, expected) => {
    const errors = await errorsOf(agents(backend));
    expect(errors).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
    expect(errors.join()).not.toContain('hunter22');
  });

  it.each(wholes)('of a file with %s', async (_, text, expected) => {
    const [first] = await errorsOf(text);
    expect(first?.replace(/^1:\d+: (The file is nested too deeply\.)$/, '1:1: $1')).toBe(expected);
  });

  it('reports all that is wrong at once', async () => {
    const errors = await errorsOf('agents:\n  - id: 1\n    backend: {type: 2}\nquorums: 3\n');
    expect(errors.map((error) => error.slice(0, error.indexOf(' ')))).toEqual(['2:9:', '3:21:', '4:1:']);
  });

  it('of every agent, not only the first', async () => {
    const errors = await errorsOf(
      'agents:\n  - {id: a, backend: {type: ag2}}\n  - {id: b, backend: {type: openai}}\n  - {id: c, backend: {type: claude_code}}\n',
    );
    expect(errors.map((error) => error.slice(0, error.indexOf(';')))).toEqual([
      '2:29: "ag2" is a backend type that is not supported yet',
      '4:29: "claude_code" is a backend type that is not supported yet',
    ]);
  });
});

describe('hostile files', () => {
  it('cannot grow by aliases of aliases', async () => {
    const laughs = [
      'a: &l0 [x, x, x, x, x, x, x, x, x]',
      ...Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`),
    ].join('\n');
    expect(await errorsOf(laughs)).toEqual(['1:1: Its aliases multiply into too large a value.']);
  });

  it('do no harm by names of prototypes', async () => {
    expect(await errorsOf('agents: [{id: __proto__, backend: {type: openai}}, {id: constructor, backend: {type: openai}}]')).toEqual([
      '1:15: "__proto__" cannot be the id of an agent (another id will do)',
      '1:57: "constructor" cannot be the id of an agent (another id will do)',
    ]);
    await load('agents: [{id: a, backend: {type: openai, __proto__: {polluted: 1}, constructor: {prototype: {polluted: 1}}}}]');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('are either read or refused with a place, whatever they hold', () => {
    const piece = fc.constantFrom(
      'agents',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '"',
      "'",
      '|\n',
      '? ',
      '#',
      '!!x ',
      '<<: ',
      '\t',
      '${',
      '}',
      'a',
      '---\n',
      '\r',
      '%',
      '@',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 40 }), (pieces) => {
        try {
          parseSource('f.yaml', pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          for (const problem of (error as ConfigError).problems)
            expect(problem).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are refused without quoting a key that stands in them', () => {
    const key = 'sk-hunter22hunter22';
    const broken = [
      `api_key: "${key}`,
      `api_key: ${key}: x`,
      `api_key: |${key}\n x`,
      `api_key: *${key}`,
      `api_key: !${key} x`,
      `api_key: [${key}`,
      `? ${key}\n- x`,
      `api_key: "\\q${key}"`,
      `%${key}\n---\na`,
    ];
    for (const text of broken) {
      const said = (() => {
        try {
          return JSON.stringify(parseSource('f.yaml', text).warnings);
        } catch (error) {
          return JSON.stringify((error as ConfigError).problems);
        }
      })();
      expect(said).not.toContain(key);
    }
  });
});

/** What MassGen's own configurations hold beyond what is used here: accepted and said, or refused with the way out. */

/** Keys of the first MassGen, whose files had another shape altogether. */
export const legacyKeys: Readonly<Record<string, string>> = {
  models: 'list them as agents: [{id: …, backend: {type: …, model: …}}]',
  model_configs: 'give each agent its own backend: {type: …, model: …}',
  num_agents: 'the number of entries under agents is the number of agents',
  max_rounds: 'use orchestrator.max_new_answers_per_agent',
  consensus_threshold: 'use quorum: the number of ballots that decide',
  voting_enabled: 'agents always vote; use one agent for no vote',
  enable_voting: 'agents always vote; use one agent for no vote',
};

/** Keys that MassGen or its examples know at each level and that have no effect here (yet). */
export const unusedKeys = {
  top: [
    'ui',
    'display',
    'memory',
    'filesystem_memory',
    'session_id',
    'session',
    'coordination',
    'orchestration',
    'filesystem',
    'logging',
    'rate_limits',
    'timeout',
    'name',
    'description',
    'version',
  ],
  orchestrator: [
    'snapshot_storage',
    'agent_temporary_workspace',
    'session_storage',
    'context_paths',
    'coordination',
    'dspy',
    'skip_coordination_rounds',
    'debug_final_answer',
    'enable_detailed_tracking',
    'multimodal_handling',
    'final_answer_agent',
    'strategy',
    'rounds',
    'parallel',
    'enable_planning_mode',
    'planning_mode_instruction',
    'max_orchestration_restarts',
    'enable_agent_task_planning',
    'use_skills',
    'skills_directory',
  ],
  agent: [
    'memory',
    'filesystem',
    'description',
    'role',
    'cwd',
    'append_system_prompt',
    'system_prompt',
    'mcp_servers',
    'custom_tools',
    'context_paths',
  ],
  timeout: ['agent_timeout_seconds'],
  backend: [
    'cwd',
    'enable_web_search',
    'enable_code_execution',
    'enable_code_interpreter',
    'enable_image_generation',
    'enable_audio_generation',
    'enable_video_generation',
    'enable_file_generation',
    'allowed_tools',
    'exclude_tools',
    'disallowed_tools',
    'custom_tools',
    'custom_tools_path',
    'auto_discover_custom_tools',
    'exclude_custom_tools',
    'mcp_servers',
    'direct_mcp_servers',
    'exclude_file_operation_mcps',
    'enable_code_based_tools',
    'shared_tools_directory',
    'concurrent_tool_execution',
    'upload_files',
    'media_max_file_size_mb',
    'multimodal',
    'context_paths',
    'enforce_read_before_delete',
    'enable_mcp_command_line',
    'command_line_execution_mode',
    'command_line_allowed_commands',
    'command_line_blocked_commands',
    'command_line_docker_image',
    'command_line_docker_memory_limit',
    'command_line_docker_cpu_limit',
    'command_line_docker_network_mode',
    'command_line_docker_enable_sudo',
    'command_line_docker_credentials',
    'command_line_docker_packages',
    'permission_mode',
    'max_thinking_tokens',
    'max_turns',
    'use_default_prompt',
    'system_prompt',
    'append_system_prompt',
    'agent_config',
    'group_config',
    'enable_rate_limit',
  ],
} as const satisfies Record<string, readonly string[]>;

export type Level = keyof typeof unusedKeys;

/** A word of help where an unused key has a counterpart. */
export const insteadOf: Readonly<Record<string, string>> = {
  system_prompt: "use the agent's system_message",
  append_system_prompt: "use the agent's system_message",
  cwd: 'every agent works in its own copy of the folder that -C names',
  context_paths: 'agents see the folder that -C names, whole',
  upload_files: 'use --attach',
  agent_timeout_seconds: 'use timeout_settings.orchestrator_timeout_seconds',
  timeout: 'use timeout_settings.orchestrator_timeout_seconds',
  session_id: 'use --session',
  enable_mcp_command_line: 'agents have run_command; policy says what it may run',
  command_line_allowed_commands: 'use policy.allow',
  command_line_blocked_commands: 'use policy.deny',
};

/** Backend types of MassGen that are frameworks or coding agents of their own, with what to use instead. */
export const foreignBackends: Readonly<Record<string, string>> = {
  claude_code: 'type claude reaches the same models with ANTHROPIC_API_KEY',
  claude_code_stream: 'type claude reaches the same models with ANTHROPIC_API_KEY',
  ag2: 'give each of its agents an entry of its own under agents',
  autogen: 'give each of its agents an entry of its own under agents',
};

/** Parameters that many providers know: a misspelt one is noticed. They go to the provider as they are. */
export const commonParams = [
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  'top_p',
  'top_k',
  'min_p',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning',
  'reasoning_effort',
  'verbosity',
  'text',
  'thinking',
  'extra_body',
  'extra_headers',
  'chat_template_kwargs',
  'response_format',
  'api_version',
  'parallel_tool_calls',
  'service_tier',
  'azure_deployment',
  'request_timeout_seconds',
  'context_tokens',
  'betas',
  'price',
  'fallback',
] as const;

/** Further settings of MassGen's backends, by how their names begin. */
export const unusedBackendPrefixes = ['enable_', 'command_line_', 'docker_', 'multimodal_', 'massgen_'] as const;

/**
 * MassGen speaks OpenAI's Responses API, this engine Chat Completions, which know only these of its grouped settings
 * (`wireParams` in providers renames them). OpenRouter takes `reasoning` as it is.
 */
export const groupedParams: Readonly<Record<string, string>> = { reasoning: 'effort', text: 'verbosity' };

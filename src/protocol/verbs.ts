/** What an agent does while it calls a tool, in English: the terminal's words, and the windows' where they speak English. */
export const VERBS: Readonly<Record<string, string>> = {
  read_file: 'reads',
  list_files: 'looks around',
  search: 'searches',
  view_media: 'looks at',
  write_file: 'writes',
  edit_file: 'edits',
  delete_file: 'removes',
  move_file: 'moves',
  run_command: 'runs',
  read_output: 'reads output',
  stop_command: 'stops a command',
  run_checks: 'runs the checks',
  new_answer: 'answers',
  vote: 'votes',
};

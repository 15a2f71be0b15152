/** What the tools are called, for who only has to know their names: configurations write them. */

/** Of the table in `index.ts`, in its order. */
export const toolNames = [
  'read_file',
  'list_files',
  'search',
  'write_file',
  'edit_file',
  'delete_file',
  'move_file',
  'run_command',
  'read_output',
  'stop_command',
  'run_checks',
] as const;

/** Which end a run; offered by the turn, not by the table. */
export const coordinationNames = ['new_answer', 'vote'] as const;

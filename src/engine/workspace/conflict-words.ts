/** Says in plain words why a path cannot be merged. */
import type { Clash } from './merge.js';

/** What the words are for: bringing a candidate's changes in, or taking applied changes back. */
export type Occasion = 'apply' | 'undo';

export function whyOf(clash: Clash, occasion: Occasion): string {
  const apply = occasion === 'apply';
  switch (clash.kind) {
    case 'lines':
      return apply
        ? `you and the candidate both changed ${places(clash.lines)}`
        : `${places(clash.lines)} ${clash.lines.length === 1 && isOne(clash.lines[0]) ? 'was' : 'were'} changed since`;
    case 'both-added':
      return apply ? 'you and the candidate both added it, with different content' : 'it was added again since, with different content';
    case 'binary':
      return apply ? 'it is a binary file, changed on both sides' : 'it is a binary file that was changed since';
    case 'link':
      return apply ? 'you and the candidate both changed where the symbolic link leads' : 'where the symbolic link leads was changed since';
    case 'mode':
      return apply ? 'you and the candidate both added it, one executable and one not' : 'whether it is executable was changed since';
    case 'type':
      return apply
        ? 'one side made it something else (a file, a symbolic link), the other changed it'
        : 'it became something else since (a file, a symbolic link)';
    case 'repository':
      return 'it is a repository of its own (a submodule), which is not written';
    case 'name':
      return 'its name is not valid UTF-8, so it cannot be written safely';
    case 'ours-deleted':
      return deleted(clash.renamedTo, apply);
    case 'theirs-deleted':
      return kept(clash.oursRenamedTo, apply);
    case 'both-renamed':
      return apply ? `you renamed it to ${clash.ours}, the candidate to ${clash.theirs}` : `it was renamed to ${clash.ours} since`;
    case 'in-the-way':
      return `${clash.what} is in the way`;
  }
}

/** Why what was chosen of two candidates does not go together; `ours` may be several. */
export function whyBetween(clash: Clash, ours: string, theirs: string): string {
  switch (clash.kind) {
    case 'both-added':
      return `${ours} and ${theirs} both add it, with different content`;
    case 'ours-deleted':
      return `${ours} deletes it, ${theirs} ${clash.renamedTo === undefined ? 'changes it' : `renames it to ${clash.renamedTo}`}`;
    case 'theirs-deleted':
      return `${theirs} deletes it, ${ours} ${clash.oursRenamedTo === undefined ? 'changes it' : `renames it to ${clash.oursRenamedTo}`}`;
    case 'both-renamed':
      return `${ours} renames it to ${clash.ours}, ${theirs} to ${clash.theirs}`;
    case 'in-the-way':
      return `${theirs} makes it, and ${clash.what} of ${ours} is in the way`;
    case 'lines':
      return `${ours} and ${theirs} change the same lines in different ways`;
    case 'repository':
    case 'name':
      return whyOf(clash, 'apply');
    default:
      return `${ours} and ${theirs} change it in different ways`;
  }
}

function deleted(renamedTo: string | undefined, apply: boolean): string {
  if (!apply) return renamedTo === undefined ? 'it was deleted since' : `it was deleted since; it was ${renamedTo} before`;
  return renamedTo === undefined ? 'you deleted it, the candidate changed it' : `you deleted it, the candidate renamed it to ${renamedTo}`;
}

function kept(renamedTo: string | undefined, apply: boolean): string {
  if (renamedTo !== undefined)
    return apply
      ? `you renamed it to ${renamedTo}, the candidate deleted it`
      : `it was renamed to ${renamedTo} since, and taking the changes back would delete it`;
  return apply ? 'you changed it, the candidate deleted it' : 'it was changed since, and taking the changes back would delete it';
}

const isOne = (range: readonly [number, number] | undefined): boolean => range !== undefined && range[0] === range[1];

/** How many places are named. */
const NAMED = 5;

function places(lines: readonly (readonly [number, number])[]): string {
  const named = lines
    .slice(0, NAMED)
    .map(([first, last]) => (last < first ? `after line ${last}` : first === last ? `line ${first}` : `lines ${first}-${last}`));
  const rest = lines.length > NAMED ? ` and ${lines.length - NAMED} more places` : '';
  return named.join(', ') + rest;
}

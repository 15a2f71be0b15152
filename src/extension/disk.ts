/** Room on the disk: a command that says what could go and asks before it does, and one quiet word where the limit is near. */
import * as vscode from 'vscode';
import { inline } from '../engine/export/names.js';
import type { Pruned, PruneOptions } from '../engine/storage.js';
import type { App } from './app.js';
import { requireTrust } from './folder.js';
import type { Front } from './front.js';
import { size } from './glance.js';
import { level } from './notify.js';

const DAY_MS = 24 * 3600 * 1000;
/** Titles that a question has room for. */
const NAMED = 8;

interface Way extends vscode.QuickPickItem {
  options: PruneOptions;
  would: Pruned;
}

export const diskCommands = (front: () => Promise<Front>): Pick<App, 'freeDiskSpace'> => ({
  async freeDiskSpace() {
    requireTrust();
    const one = await front();
    const way = await vscode.window.showQuickPick(waysOf(one), {
      placeHolder: vscode.l10n.t('What may go? Nothing goes before you confirm it.'),
    });
    if (way === undefined || !(await confirmed(way))) return;
    const progress = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Freeing disk space …') };
    const { freed = 0, storeKept } = await vscode.window.withProgress(progress, () =>
      one.prune({ ...way.options, only: way.would.removed.map(({ id }) => id) }),
    );
    const done = vscode.l10n.t('{0} of disk space are free again.', size(freed, vscode.env.language));
    const later = vscode.l10n.t('A session is in use, so no answers were removed.');
    void vscode.window.showInformationMessage(storeKept === undefined ? done : `${done} ${later}`);
  },
});

/** From what loses nothing to what loses the most; each with what it would take away. */
async function waysOf(front: Front): Promise<Way[]> {
  const { t } = vscode.l10n;
  const { sizes, limits } = await front.storage();
  const old = (days: number): PruneOptions => ({ before: Date.now() - days * DAY_MS });
  const days = [...new Set([limits.keepDays ?? 30, 7])].sort((a, b) => b - a);
  const all: [string, PruneOptions][] = [
    [t('Only what no session needs'), {}],
    ...days.map((count): [string, PruneOptions] => [t('Sessions older than {0} days', count), old(count)]),
    [t('All but the newest {0} sessions', 10), { keep: 10 }],
  ];
  const ways: Way[] = [];
  for (const [label, options] of all) {
    const would = await front.prune({ ...options, dryRun: true });
    if (ways.length > 0 && would.removed.length + would.stayed.length === 0) continue;
    const bytes = would.removed.reduce((sum, row) => sum + row.bytes, 0);
    const description = describe(would.removed.length, size(bytes, vscode.env.language));
    ways.push({ label, description, options, would });
  }
  const [first] = ways;
  if (first !== undefined)
    first.detail = t(
      'MassGen takes {0} here: sessions {1}, answers {2}, workspaces {3}',
      ...[sizes.total, sizes.sessions, sizes.store, sizes.workspaces].map((one) => size(one, vscode.env.language)),
    );
  return ways;
}

function describe(count: number, bytes: string): string {
  const { t } = vscode.l10n;
  if (count < 2) return count === 0 ? '' : t('1 session, {0} and its answers', bytes);
  return t('{0} sessions, {1} and their answers', count, bytes);
}

/** Says what it will do before it does it. */
async function confirmed({ would: { removed, stayed } }: Way): Promise<boolean> {
  const { t } = vscode.l10n;
  const yes = t('Remove');
  const goes =
    removed.length === 0
      ? [t('No session goes. What no session needs any more is removed, left-over workspaces too.')]
      : [
          ...removed.slice(0, NAMED).map(({ title }) => `· ${inline(title)}`),
          ...(removed.length > NAMED ? [t('… and {0} more', removed.length - NAMED)] : []),
          '',
          t('Their logs and answers are gone for good. What was applied to your folder stays.'),
        ];
  const stays = t('As old, and kept because they are open, cut off, or not all accepted or rejected: {0}.', stayed.length);
  const detail = [...goes, ...(stayed.length > 0 ? [stays] : [])].join('\n');
  return (await vscode.window.showWarningMessage(questionOf(removed.length), { modal: true, detail }, yes)) === yes;
}

function questionOf(count: number): string {
  const { t } = vscode.l10n;
  if (count < 2) return count === 0 ? t('Free disk space?') : t('Remove 1 session?');
  return t('Remove {0} sessions?', count);
}

/** Once in a window, after a turn; closing it leaves everything as it is. */
export function diskNotice(front: Front, onFailure: (error: unknown) => void): vscode.Disposable {
  let told = false;
  const tell = async (): Promise<void> => {
    const tight = await front.tightStorage();
    if (tight === undefined || told) return;
    told = true;
    const free = vscode.l10n.t('Free Disk Space…');
    const said = vscode.l10n.t(
      'MassGen takes {0} of the {1} that its configuration allows in this folder.',
      size(tight.total, vscode.env.language),
      size(tight.maxBytes, vscode.env.language),
    );
    if ((await vscode.window.showInformationMessage(said, free)) === free) await vscode.commands.executeCommand('massgen.freeDiskSpace');
  };
  return front.onEvent((_, event) => {
    if (event.type === 'turn.ended' && !told && level() === 'all') tell().catch(onFailure);
  });
}

/** Counts of changes, in words. */
import { l10n } from 'vscode';

export const changesText = (count: number): string => (count === 1 ? l10n.t('1 pending change') : l10n.t('{0} pending changes', count));

/** API keys in the editor's secret storage, under the names of the variables that configurations know them by. */
import * as vscode from 'vscode';
import { loadEnv } from '../engine/config/env.js';
import { vendors } from '../engine/providers/vendors.js';

export interface Keys extends vscode.Disposable {
  /** The process's environment and the folder's `.env`, with the stored keys over both: what was put there on purpose wins. */
  env(folder: string): Promise<Readonly<Record<string, string | undefined>>>;
  /** Asks whose key, and for it. */
  set(): Promise<void>;
  /** Asks which of the keys that the environment holds are to be stored. */
  importAll(folder: string | undefined): Promise<void>;
  remove(): Promise<void>;
  onDidChange: vscode.Event<void>;
}

interface Named extends vscode.QuickPickItem {
  name: string;
}

/** The storage tells no names: this list of them (without values) lies beside it. */
const NAMES = 'massgen.keys';
const secretOf = (name: string): string => `massgen.key.${name}`;

const known = vendors.flatMap(({ label, keyEnv = [], needsKey }) => (needsKey ? keyEnv.map((name) => ({ label, name })) : []));

export function openKeys({ secrets, globalState }: vscode.ExtensionContext): Keys {
  const changed = new vscode.EventEmitter<void>();
  const watching = secrets.onDidChange(() => changed.fire());
  const stored = (): string[] => globalState.get<string[]>(NAMES, []);

  async function store(name: string, value: string): Promise<void> {
    await globalState.update(NAMES, [...new Set([...stored(), name])].sort());
    await secrets.store(secretOf(name), value);
  }

  async function env(folder: string): Promise<Readonly<Record<string, string | undefined>>> {
    const found = await Promise.all(stored().map(async (name) => [name, await secrets.get(secretOf(name))] as const));
    const own = Object.fromEntries(found.filter(([, value]) => value !== undefined));
    return loadEnv(folder, { ...process.env, ...own });
  }

  return {
    env,
    onDidChange: changed.event,
    async set() {
      const other = { label: vscode.l10n.t('Another variable …'), name: '' };
      const names = known.map(({ label, name }): Named => ({ label, name, description: stored().includes(name) ? keptText(name) : name }));
      const picked = await vscode.window.showQuickPick<Named>([...names, other], { placeHolder: vscode.l10n.t('Whose key?') });
      const name = picked === other ? await askForName() : picked?.name;
      if (name === undefined) return;
      const value = await vscode.window.showInputBox({
        title: name,
        prompt: vscode.l10n.t("It is kept in the editor's secret storage and sent to its vendor alone."),
        password: true,
        ignoreFocusOut: true,
      });
      if (value?.trim()) await store(name, value.trim());
    },
    async importAll(folder) {
      const all = folder === undefined ? process.env : await loadEnv(folder, process.env);
      const names = known.filter(({ name }) => all[name]?.trim());
      if (names.length === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('The environment holds no key that is known here.'));
        return;
      }
      const items = names.map(({ label, name }): Named => ({ label, name, description: name, picked: !stored().includes(name) }));
      const picked = await vscode.window.showQuickPick(items, {
        canPickMany: true,
        placeHolder: vscode.l10n.t('Which keys are to be kept in the secret storage?'),
      });
      for (const { name } of picked ?? []) await store(name, all[name]?.trim() ?? '');
    },
    async remove() {
      const picked = await vscode.window.showQuickPick(stored(), { placeHolder: vscode.l10n.t('Which key is to be forgotten?') });
      if (picked === undefined) return;
      await globalState.update(
        NAMES,
        stored().filter((name) => name !== picked),
      );
      await secrets.delete(secretOf(picked));
    },
    dispose() {
      watching.dispose();
      changed.dispose();
    },
  };
}

const keptText = (name: string): string => vscode.l10n.t('{0} (stored)', name);

function askForName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    prompt: vscode.l10n.t('The variable that the configuration names, such as MY_API_KEY'),
    ignoreFocusOut: true,
    validateInput: (text) => (/^[A-Za-z_]\w*$/.test(text) ? undefined : vscode.l10n.t('Letters, digits and _')),
  });
}

/** Tells a check that could not run (its tool or its dependencies are not installed) from one that failed. */
import type { CommandResult } from '../process/commands.js';
import { downloads } from './downloads.js';
import { HOW_TO_GET } from './ecosystems.js';
import { objectOf, stringsOf } from './json.js';
import type { CheckSpec } from './spec.js';

export interface Installed {
  /** Whether there is a node_modules, or the map of Yarn's Plug'n'Play, in the check's folder or above it, up to the root. */
  nodeModules: boolean;
  /** The package.json that rules in the check's folder, as text. */
  manifest: string | undefined;
}

/** Why a check that ended badly says nothing about the tree; undefined where it does. */
export function whyNotRun(spec: CheckSpec, result: CommandResult, output: string, installed: Installed): string | undefined {
  if (result.endedBy !== 'exit' || result.exitCode === 0) return undefined;
  if (result.exitCode === 126) return lastLine(output) || 'it could not be started';
  const tool = missingTool(result, output) ?? missingPart(output);
  const wanted = dependenciesOf(installed.manifest);
  const lost = missingPackage(output);
  if (!installed.nodeModules && wanted.size > 0 && (tool !== undefined || lost !== undefined))
    return `node_modules is not installed; run ${installer(spec)} in your folder`;
  if (tool !== undefined) return notInstalled(tool);
  if (lost !== undefined && wanted.has(lost) && installed.nodeModules)
    return `the package "${lost}" is in package.json but not installed; run ${installer(spec)} in your folder`;
  const python = /^\S*python\S*: No module named (\S+)$/m.exec(output)?.[1];
  if (python !== undefined && spec.command.includes(`-m ${python}`)) return `${python} is not installed for ${spec.command.split(' ')[0]}`;
  const download = downloads.find(({ says }) => says.test(output));
  if (download !== undefined) return toDownload(download);
  return undefined;
}

function notInstalled(tool: string): string {
  const get = HOW_TO_GET[tool] ?? HOW_TO_GET[tool.split('/').at(-1) ?? ''];
  return `${tool} is not installed${get === undefined ? '' : `; ${get}`}`;
}

function toDownload({ what, get }: (typeof downloads)[number]): string {
  return `${what} would have to be downloaded, and checks have no network${get === '' ? '' : `; run ${get} once in your folder`}`;
}

/** Parts of tools that come apart from them, and how the tools say that they are not there. */
const PARTS: readonly (readonly [says: RegExp, what: string])[] = [
  [/error: no such command: `([\w-]+)`/, 'cargo '],
  [/error: '(cargo-[\w-]+)' is not installed/, ''],
  [/\*\* \(Mix\) The task "([\w.]+)" could not be found/, 'mix '],
  [/JAVA_HOME (?:is not set|environment variable is not defined correctly)|no '(java)' command could be found/, ''],
  [/cannot load such file -- (rspec|rake|minitest|rubocop)\b/, ''],
  [/\bNo \.NET (?:SDKs|SDK) (?:were|was) found|(\bCommand) 'dotnet' not found/, ''],
];

function missingPart(output: string): string | undefined {
  for (const [says, prefix] of PARTS) {
    const found = says.exec(output);
    if (found) return `${prefix}${found[1] ?? (/JAVA_HOME/.test(found[0]) ? 'java' : 'dotnet')}`;
  }
  return undefined;
}

/** The program that a shell, make or env did not find, where that is why the check ended. */
function missingTool(result: CommandResult, output: string): string | undefined {
  const make = /\*\*\* \[.*\] Error 127$/m.test(output) || /^make(\[\d+\])?: (\S+): No such file or directory$/m.test(output);
  if (result.exitCode !== 127 && !make) return undefined;
  const named =
    /^(?:\/bin\/)?(?:sh|bash|dash|zsh)(?:: line \d+|: \d+)?: (?:\d+: )?(\S+?): (?:command )?not found$/m.exec(output)?.[1] ??
    /^make(?:\[\d+\])?: (\S+): No such file or directory$/m.exec(output)?.[1] ??
    /^(?:\/usr\/bin\/)?env: [‘'"]?([^’'"\n]+?)[’'"]?: No such file or directory$/m.exec(output)?.[1] ??
    /^(?:sh|bash): (?:line \d+: |\d+: )?(\S+): No such file or directory$/m.exec(output)?.[1] ??
    /^command not found: (\S+)$/m.exec(output)?.[1];
  return named ?? 'a program that the check needs';
}

/** The package that node did not find, without a path in it. */
function missingPackage(output: string): string | undefined {
  const named =
    /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/.exec(output)?.[1] ??
    /tried to access ((?:@[\w.-]+\/)?[\w.-]+), but it isn't declared in (?:your|its) dependencies/.exec(output)?.[1];
  return named === undefined || named.startsWith('.') ? undefined : named;
}

function dependenciesOf(manifest: string | undefined): Set<string> {
  const { dependencies, devDependencies } = objectOf(manifest);
  return new Set([...Object.keys(stringsOf(dependencies)), ...Object.keys(stringsOf(devDependencies))]);
}

const installer = (spec: CheckSpec): string => `${/^(pnpm|yarn|bun)\b/.exec(spec.command)?.[1] ?? 'npm'} install`;

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';

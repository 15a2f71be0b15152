/** Tells a check that could not run (its tool or its dependencies are not installed) from one that failed. */
import type { CommandResult } from '../process/commands.js';
import { objectOf, stringsOf } from './detect-npm.js';
import type { CheckSpec } from './spec.js';

export interface Installed {
  /** Whether there is a node_modules in the check's folder or above it, up to the root. */
  nodeModules: boolean;
  /** The package.json that rules in the check's folder, as text. */
  manifest: string | undefined;
}

/** Why a check that ended badly says nothing about the tree; undefined where it does. */
export function whyNotRun(spec: CheckSpec, result: CommandResult, output: string, installed: Installed): string | undefined {
  if (result.endedBy !== 'exit' || result.exitCode === 0) return undefined;
  if (result.exitCode === 126) return lastLine(output) || 'it could not be started';
  const tool = missingTool(result, output);
  const wanted = dependenciesOf(installed.manifest);
  const lost = missingPackage(output);
  if (!installed.nodeModules && wanted.size > 0 && (tool !== undefined || lost !== undefined))
    return `node_modules is not installed; run ${installer(spec)} in your folder`;
  if (tool !== undefined) return `${tool} is not installed`;
  if (lost !== undefined && wanted.has(lost) && installed.nodeModules)
    return `the package "${lost}" is in package.json but not installed; run ${installer(spec)} in your folder`;
  const python = /^\S*python\S*: No module named (\S+)$/m.exec(output)?.[1];
  if (python !== undefined && spec.command.includes(`-m ${python}`)) return `${python} is not installed for ${spec.command.split(' ')[0]}`;
  if (/Error when performing the request to https?:\/\/\S*(registry|corepack)|corepack.*(ENOTFOUND|EAI_AGAIN)/i.test(output))
    return 'the package manager itself would have to be downloaded';
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
    /^(?:sh|bash): (?:line \d+: |\d+: )?(\S+): No such file or directory$/m.exec(output)?.[1];
  return named ?? 'a program that the check needs';
}

/** The package that node did not find, without a path in it. */
function missingPackage(output: string): string | undefined {
  const named = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/.exec(output)?.[1];
  return named === undefined || named.startsWith('.') ? undefined : named;
}

function dependenciesOf(manifest: string | undefined): Set<string> {
  const { dependencies, devDependencies } = objectOf(manifest);
  return new Set([...Object.keys(stringsOf(dependencies)), ...Object.keys(stringsOf(devDependencies))]);
}

const installer = (spec: CheckSpec): string => `${/^(pnpm|yarn|bun)\b/.exec(spec.command)?.[1] ?? 'npm'} install`;

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';

/** Wraps command lines so that they write only where they may and read no secrets: bubblewrap on Linux, seatbelt on macOS. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandSpec, SandboxKind } from './command.js';
import type { Environment } from './environment.js';
import { type AllowedDomains, openFilteredNetwork } from './filtered-network.js';
import { homeSecrets, isWithin } from './home-secrets.js';
import { otherSockets } from './other-sockets.js';
import { findProgram } from './programs.js';
import { tightened } from './tightened.js';

interface WrapRequest {
  /** The command line with its shell settings, run by `shell` inside. */
  command: string;
  shell: string;
  cwd: string;
  writable: readonly string[];
  readOnly: readonly string[];
  unreadable: readonly string[];
  /** The folder that is `/tmp` inside, where the sandbox can do that; one of the writable roots. */
  temp: string;
  network: CommandSpec['network'];
}

export interface Wrapped {
  /** A simple command for a POSIX shell: `exec` may stand before it. */
  line: string;
  /** To be called once the command has ended, or was never started. */
  done(): void;
}

export interface Sandbox extends AsyncDisposable {
  readonly kind: Exclude<SandboxKind, 'none'>;
  wrap(request: WrapRequest): Promise<Wrapped>;
}

/** Empty and private to each command: they hold other programs' sockets (ssh and gpg agents, docker) by which it could get out. */
const PRIVATE_MOUNTS = ['/tmp', '/run'];

/** Parts of `/run` that hold no sockets of services but what a system needs to find names and programs. */
const RUN_KEPT = [
  '/run/systemd/resolve',
  '/run/resolvconf',
  '/run/NetworkManager/resolv.conf',
  '/run/current-system',
  '/run/wrappers',
  '/run/opengl-driver',
  '/run/host',
];

/** The sandbox of this system, or why there is none. Whether it really works is for a trial command to show. */
export function openSandbox(options: { env: Environment; home: string }): Sandbox | { problem: string } {
  if (process.platform === 'darwin') return sandboxOf('seatbelt', options, wrapInSeatbelt);
  if (process.platform !== 'linux') return { problem: 'There is no sandbox for this system. On Windows, use WSL 2.' };
  const bwrap = findProgram('bwrap', process.env.PATH);
  if (bwrap === undefined) {
    return {
      problem:
        'bubblewrap is not installed. Get it with: apt install bubblewrap socat (Debian, Ubuntu), dnf install bubblewrap socat (Fedora).',
    };
  }
  return sandboxOf('bubblewrap', options, (wrapping) => wrapInBubblewrap(wrapping, bwrap));
}

/** Why a sandbox that is installed does not work, from what its trial said. */
export function trialProblem(output: string): string {
  const said = output.trim().split('\n').slice(0, 3).join(' ').slice(0, 300) || 'no message';
  const hint =
    process.platform === 'linux'
      ? ' In a container, user namespaces must be allowed; on Ubuntu 24.04 and later: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
      : '';
  return `The sandbox is installed but does not work here (${said}).${hint}`;
}

interface Rules {
  readConfig: { denyOnly: string[]; allowWithinDeny: string[] };
  writeConfig: { allowOnly: string[]; denyWithinAllow: string[] };
}

/**
 * Invariant: what is hidden stays hidden unless a root that the caller named lies in it;
 * only `writable` (and a fresh, empty /tmp) can be written.
 */
function rules(request: WrapRequest, env: Environment, home: string): Rules {
  const secrets = homeSecrets(env, home);
  const readable = [...request.readOnly, request.cwd, ...secrets.tools, ...RUN_KEPT].filter((path) => existsSync(path));
  const sockets = otherSockets().filter((path) => !request.writable.some((root) => isWithin(path, root)));
  const allowed = [...request.writable, ...readable.flatMap((path) => beside(path, request.writable))];
  return {
    readConfig: {
      denyOnly: [...PRIVATE_MOUNTS, ...secrets.hidden, ...request.unreadable.filter((path) => existsSync(path)), ...sockets],
      allowWithinDeny: allowed,
    },
    writeConfig: {
      allowOnly: [...request.writable],
      denyWithinAllow: request.readOnly.filter((path) => existsSync(path) && request.writable.some((root) => isWithin(path, root))),
    },
  };
}

/** `path`, or what is in it but for the roots in `writable`: shown again as a whole it would be laid, read-only, over them. */
function beside(path: string, writable: readonly string[]): string[] {
  if (writable.includes(path)) return [];
  if (!writable.some((root) => isWithin(root, path))) return [path];
  return readdirSync(path).flatMap((entry) => beside(join(path, entry), writable));
}

/** One wrapped command, with its permission for the network, which ends with it. */
interface Wrapping {
  request: WrapRequest;
  rules: Rules;
  commandId: string;
  network: AllowedDomains | undefined;
}

/** The library asks where this process stands, and cannot where that folder is gone: an editor outlives the folder that it was started from. */
function standSomewhere(): void {
  try {
    process.cwd();
  } catch {
    process.chdir('/');
  }
}

function sandboxOf(
  kind: Sandbox['kind'],
  options: { env: Environment; home: string },
  wrapLine: (wrapping: Wrapping) => Promise<Wrapped>,
): Sandbox {
  standSomewhere();
  const filtered = openFilteredNetwork();
  return {
    kind,
    async wrap(request) {
      const commandId = randomBytes(16).toString('base64url');
      const network = typeof request.network === 'object' ? await filtered.allow(commandId, request.network.domains) : undefined;
      try {
        const { line, done } = await wrapLine({ request, rules: rules(request, options.env, options.home), commandId, network });
        return {
          line,
          done() {
            done();
            network?.end();
          },
        };
      } catch (error) {
        network?.end();
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => filtered[Symbol.asyncDispose](),
  };
}

async function wrapInBubblewrap({ request, rules, commandId, network }: Wrapping, bwrap: string): Promise<Wrapped> {
  const { wrapCommandWithSandboxLinux, cleanupBwrapMountPoints } = await import(
    '@anthropic-ai/sandbox-runtime/dist/sandbox/linux-sandbox-utils.js'
  );
  const socket = network?.linux?.httpSocketPath;
  const line = await wrapCommandWithSandboxLinux({
    command: request.command,
    commandId,
    binShell: request.shell,
    readConfig: { ...rules.readConfig, allowWithinDeny: [...rules.readConfig.allowWithinDeny, ...(socket ? [socket] : [])] },
    writeConfig: rules.writeConfig,
    needsNetworkRestriction: request.network !== 'open',
    ...network?.linux,
    // Local sockets are in daily use by test runners; those of services lie in /tmp and /run, which are hidden.
    allowAllUnixSockets: true,
    // What a command writes in its own copy of a repository is the person's to review, .git/config included.
    allowGitConfig: true,
    // Else the library looks for it anew, by a process that this one waits for.
    bwrapPath: bwrap,
    // The library would look through this process's own working directory, which is none that a command may write to.
    ripgrepConfig: { command: 'true' },
  });
  return { line: tightened(line, request.temp), done: () => cleanupBwrapMountPoints() };
}

async function wrapInSeatbelt({ request, rules, commandId, network }: Wrapping): Promise<Wrapped> {
  const { wrapCommandWithSandboxMacOS } = await import('@anthropic-ai/sandbox-runtime/dist/sandbox/macos-sandbox-utils.js');
  const line = wrapCommandWithSandboxMacOS({
    command: request.command,
    commandId,
    binShell: request.shell,
    // There are no private mounts on macOS: /tmp stays as it is.
    readConfig: { ...rules.readConfig, denyOnly: rules.readConfig.denyOnly.filter((path) => !PRIVATE_MOUNTS.includes(path)) },
    writeConfig: {
      ...rules.writeConfig,
      allowOnly: [...rules.writeConfig.allowOnly, '/dev/null', '/dev/stdout', '/dev/stderr', '/dev/tty'],
    },
    needsNetworkRestriction: request.network !== 'open',
    ...network?.macos,
    allowUnixSockets: [...request.writable],
    allowLocalBinding: true,
    allowGitConfig: true,
  });
  return { line, done: () => undefined };
}

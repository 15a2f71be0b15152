/** Network to named domains only, through the sandbox library's proxies, which are started when first asked for. */

interface ProxyOfLinux {
  httpSocketPath: string;
  socksSocketPath: string;
  httpProxyPort?: number;
  socksProxyPort?: number;
  proxyAuthToken?: string;
}

interface ProxyOfMac {
  httpProxyPort?: number;
  socksProxyPort?: number;
  proxyAuthToken?: string;
}

export interface AllowedDomains {
  linux?: ProxyOfLinux;
  macos?: ProxyOfMac;
  /** Takes the permission back. */
  end(): void;
}

export interface FilteredNetwork extends AsyncDisposable {
  /** Lets the command with this id reach `domains` (`example.com`, `*.example.com`, `example.com:443`). */
  allow(commandId: string, domains: readonly string[]): Promise<AllowedDomains>;
}

/**
 * How many hold the library's proxies: there is one set of them in a process, which is the library's doing,
 * so the count of its users is kept for the process too.
 */
let holders = 0;

export function openFilteredNetwork(): FilteredNetwork {
  let opened: Promise<void> | undefined;
  const open = async (): Promise<void> => {
    const { SandboxManager } = await import('@anthropic-ai/sandbox-runtime');
    const { rgPath } = await import('@vscode/ripgrep');
    await SandboxManager.initialize({
      network: { allowedDomains: [], deniedDomains: [] },
      filesystem: { denyRead: [], allowWrite: [], denyWrite: [] },
      ripgrep: { command: rgPath },
    });
    holders++;
  };
  return {
    async allow(commandId, domains) {
      opened ??= open();
      await opened;
      const { SandboxManager } = await import('@anthropic-ai/sandbox-runtime');
      if (!(await SandboxManager.waitForNetworkInitialization()))
        throw new Error('The proxies that let chosen domains through did not start.');
      SandboxManager.registerCommandNetworkLists(commandId, { allowedDomains: [...domains] });
      return { ...proxies(SandboxManager), end: () => SandboxManager.unregisterCommandNetworkLists(commandId) };
    },
    async [Symbol.asyncDispose]() {
      if (!opened) return;
      const held = await opened.then(
        () => true,
        () => false,
      );
      if (!held || --holders > 0) return;
      const { SandboxManager } = await import('@anthropic-ai/sandbox-runtime');
      await SandboxManager.reset();
    },
  };
}

interface ProxyAddresses {
  getProxyPort(): number | undefined;
  getSocksProxyPort(): number | undefined;
  getProxyAuthToken(): string | undefined;
  getLinuxHttpSocketPath(): string | undefined;
  getLinuxSocksSocketPath(): string | undefined;
}

function proxies(manager: ProxyAddresses): { linux?: ProxyOfLinux; macos?: ProxyOfMac } {
  const macos: ProxyOfMac = {};
  const http = manager.getProxyPort();
  const socks = manager.getSocksProxyPort();
  const token = manager.getProxyAuthToken();
  if (http !== undefined) macos.httpProxyPort = http;
  if (socks !== undefined) macos.socksProxyPort = socks;
  if (token !== undefined) macos.proxyAuthToken = token;
  const httpSocketPath = manager.getLinuxHttpSocketPath();
  const socksSocketPath = manager.getLinuxSocksSocketPath();
  if (httpSocketPath === undefined || socksSocketPath === undefined) return { macos };
  return { macos, linux: { ...macos, httpSocketPath, socksSocketPath } };
}

/** Before the UI tests: packs the extension, installs it into a fresh code-server, and starts that. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { makePackage } from '../../../scripts/package.mjs';
import { startServer } from '../../../scripts/vscode/server.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `home` is that of its extension hosts. */
    server: { url: string; port: number; pid: number; home: string };
    /** The package that is installed in it. */
    vsix: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = mkdtempSync(join(tmpdir(), 'massgen-ui-'));
  const vsix = makePackage(join(scratch, 'massgen.vsix'));
  const server = await startServer({ extensions: [vsix] });
  project.provide('server', { url: server.url, port: server.port, pid: server.pid, home: server.home });
  project.provide('vsix', vsix);
  return async () => {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  };
}

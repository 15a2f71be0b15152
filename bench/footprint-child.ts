/** Loads an extension's entry and activates it, in a plain process with a stand-in for the editor. Prints what that took. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

// The editor's process has them long since; what loading them takes is none of the extension's.
await Promise.all(['node:crypto', 'node:fs', 'node:path', 'node:module', 'node:url'].map((name) => import(name)));

const [extension = '', editor = ''] = process.argv.slice(2);
registerHooks({
  resolve: (name, context, next) => (name === 'vscode' ? { url: pathToFileURL(editor).href, shortCircuit: true } : next(name, context)),
});

const { context } = await import(pathToFileURL(editor).href);
const memory = process.memoryUsage().rss;
const cpu = process.cpuUsage();
const began = performance.now();
const { activate } = await import(pathToFileURL(extension).href);
activate(context);
const ms = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ ms, cpu: (user + system) / 1000, rss: process.memoryUsage().rss - memory }));
process.exit();

/** Checks that the folder's CI workflows run, so far as they can be run here. */
import { posix } from 'node:path';
import { parse } from 'yaml';
import { type CiCommand, checksIn } from './ci-commands.js';
import type { Found } from './found.js';
import type { Place } from './place.js';
import { pathOf, timeoutOf } from './spec.js';

const FILES = [
  '.gitlab-ci.yml',
  '.circleci/config.yml',
  'azure-pipelines.yml',
  '.azure-pipelines.yml',
  '.travis.yml',
  'bitbucket-pipelines.yml',
  '.drone.yml',
];
const WORKFLOWS = '.github/workflows';
const MOST_FILES = 20;

/** What the workflows of `place`, the root of a repository, run; each command once. */
export async function detectCi(place: Place): Promise<Found[]> {
  const found: Found[] = [];
  for (const file of await filesOf(place)) {
    const text = await place.text(file);
    if (text === undefined) continue;
    for (const step of /jenkinsfile$/i.test(file) ? stepsOfJenkins(text) : stepsOfYaml(text)) {
      for (const command of checksIn(step.run)) {
        const one = foundIn(file, step.cwd, command, place);
        if (one !== undefined && !found.some(({ spec }) => spec.command === one.spec.command && spec.cwd === one.spec.cwd)) found.push(one);
      }
    }
  }
  return found;
}

async function filesOf(place: Place): Promise<string[]> {
  const workflows = place.entries.has('.github') ? (await place.list(WORKFLOWS)).filter((name) => /\.ya?ml$/.test(name)).sort() : [];
  const others = FILES.filter((file) => place.entries.has(file.split('/')[0] ?? file));
  return [
    ...workflows.slice(0, MOST_FILES).map((name) => `${WORKFLOWS}/${name}`),
    ...others,
    ...(place.entries.has('Jenkinsfile') ? ['Jenkinsfile'] : []),
  ];
}

function foundIn(file: string, folder: string, { command, cwd, check, tool, language }: CiCommand, place: Place): Found | undefined {
  const path = posix.normalize(posix.join(folder, cwd)).replace(/^\.(\/|$)|\/$/g, '');
  if (path.startsWith('..') || posix.isAbsolute(path)) return undefined;
  return {
    by: 'ci',
    tool,
    ...(language !== undefined && { language }),
    body: command,
    spec: {
      name: check,
      command,
      cwd: pathOf(place.path, path),
      source: file,
      definedIn: [pathOf(place.path, file)],
      timeoutSeconds: timeoutOf(check),
    },
  };
}

interface Step {
  run: string;
  cwd: string;
}

/** Lines of `sh '…'` and `sh """…"""`. */
function stepsOfJenkins(text: string): Step[] {
  const calls = text.matchAll(/\bsh\s*\(?\s*(?:script:\s*)?('''([\s\S]*?)'''|"""([\s\S]*?)"""|'([^'\n]*)'|"([^"\n]*)")/g);
  return [...calls].map((match) => ({ run: match[2] ?? match[3] ?? match[4] ?? match[5] ?? '', cwd: '' }));
}

function stepsOfYaml(text: string): Step[] {
  try {
    const value: unknown = parse(text, { logLevel: 'silent', maxAliasCount: 100 });
    return stepsIn(value, '');
  } catch {
    // Not YAML, or more aliases than anybody writes: nothing is known of what it runs.
    return [];
  }
}

/** The keys under which the systems keep what a step runs, and where. */
const RUNS = ['run', 'script', 'command', 'bash', 'commands'];
const FOLDERS = ['working-directory', 'working_directory', 'workingDirectory'];
/** A job with these needs what is not here: other machines' services, secrets. */
const NEEDS = ['services', 'environment', 'container'];
const MOST_DEEP = 12;

function stepsIn(value: unknown, cwd: string, depth = 0): Step[] {
  if (depth > MOST_DEEP) return [];
  if (Array.isArray(value)) return value.flatMap((one) => stepsIn(one, cwd, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Record<string, unknown>;
  if (('steps' in node || 'script' in node) && NEEDS.some((key) => key in node)) return [];
  if (JSON.stringify(node.env ?? node.variables ?? '').includes('secrets.')) return [];
  const folder = folderIn(node) ?? folderIn(node.defaults) ?? cwd;
  const steps: Step[] = [];
  for (const [key, below] of Object.entries(node)) {
    const lines = RUNS.includes(key) ? linesOf(below) : undefined;
    if (lines !== undefined) steps.push({ run: lines, cwd: folder });
    else if (key !== 'defaults') steps.push(...stepsIn(below, folder, depth + 1));
  }
  return steps;
}

/** What is in a folder that only the workflow knows is left out by its name: it is not there. */
function folderIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const node = value as Record<string, unknown>;
  const folder = FOLDERS.map((key) => node[key]).find((one) => typeof one === 'string');
  return typeof folder === 'string' ? folder : folderIn(node.run);
}

const linesOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join('\n') : undefined;

/** Plays one folder of the corpus: a whole session through the engine, and tells what came out otherwise than it should. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createSession, openSession, type Session } from '../../src/engine/session.js';
import { workspaceName, workspaceRoot } from '../../src/engine/workplace.js';
import { isFact, type Team } from '../../src/protocol/events.js';
import { FailureError } from '../../src/protocol/failure.js';
import { removeFolders, scriptedTeam, testHost } from '../fixtures/team.js';
import { after, callOf, type Tree } from './acts.js';
import { blobId, contentBytes, keyOf } from './bytes.js';
import { applied, below, changedPaths, treeOf, undone } from './expected.js';
import { asIs, differences, type Item, type Listing, listingOf, untouched } from './listing.js';
import { makeWorld, take, takeDown, type World } from './make.js';
import { lacking } from './needs.js';
import type { Row } from './row.js';

export interface Outcome {
  name: string;
  is: 'ok' | 'skipped' | 'differs';
  /** What differed, or why it was skipped. */
  why?: string;
}

const TOOLCHAINS = [
  ['CARGO_HOME', '.cargo'],
  ['RUSTUP_HOME', '.rustup'],
] as const;

export async function playRow(row: Row): Promise<Outcome> {
  const lacks = lacking(row.needs ?? []);
  if (lacks !== undefined) return { name: row.name, is: 'skipped', why: lacks };
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-folder-')));
  const kept = { ...process.env };
  // Homes of toolchains are below the home that is left.
  for (const [key, folder] of TOOLCHAINS) process.env[key] ??= join(homedir(), folder);
  try {
    const world = makeWorld(root, row.make);

    Object.assign(process.env, { HOME: world.env.HOME });
    Object.assign(
      process.env,
      Object.fromEntries(Object.entries(row.env ?? {}).map(([key, value]) => [key, value.replaceAll('$WORLD', root)])),
    );
    const found = await problemsOf(row, world);
    return found.length === 0 ? { name: row.name, is: 'ok' } : { name: row.name, is: 'differs', why: found.join('\n') };
  } catch (error) {
    return { name: row.name, is: 'differs', why: `it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  } finally {
    for (const key of Object.keys(process.env)) if (!(key in kept)) delete process.env[key];
    Object.assign(process.env, kept);
    takeDown(root);
    removeFolders();
  }
}

/** What is looked at again and again while a row is played. */
interface Scene {
  row: Row;
  world: World;
  folder: string;
  root: string;
  format: 'sha1' | 'sha256';
  /** The world as it was when the session began. */
  before: Listing;
  base: Tree;
  problems: string[];
}

async function problemsOf(row: Row, world: World): Promise<string[]> {
  const folder = realpathSync(join(world.project, row.open ?? ''));
  const root = realpathSync(join(world.project, row.root ?? ''));
  const format = formatOf(world);
  const before = listingOf(world.root, format);
  const scene: Scene = { row, world, folder, root, format, before, base: baseOf(row, world, root, format, before), problems: [] };
  const note = (what: string, difference: string) => difference !== '' && scene.problems.push(`${what}: ${difference}`);

  let id: string;
  try {
    await using session = await createSession({ folder, host: host() });
    if (session.store.root !== root) scene.problems.push(`the captured root is ${session.store.root}, not ${root}`);
    watchWorkspaces(session, scene);
    await session.turn([{ type: 'text', text: 'Do your part.' }], teamFor(row, relative(root, folder)));
    id = session.id;
    lookAtTurn(session, scene);
  } catch (error) {
    if (row.refused?.at !== 'start' || !(error instanceof FailureError)) throw error;
    const { message, hint = '' } = error.failure;
    if (!row.refused.says.test(`${message} ${hint}`)) scene.problems.push(`it was refused with: ${message} ${hint}`);
    note('after the refusal the folder', differences(now(scene), before, untouched));
    return scene.problems;
  }
  if (row.refused?.at === 'start') scene.problems.push('it was not refused');
  note('before any apply the folder', differences(now(scene), before, untouched));
  for (const step of row.meanwhile ?? []) take(world, step);
  if (row.meanwhile) scene.before = now(scene);
  await applyAll(id, scene);
  const home = realpathSync(join(folder, '.massgen'));
  for (const left of ['workspaces', 'apply'])
    note(
      `what is left in ${left}`,
      (unlessMissing(() => readdirSync(join(home, left))) ?? [])
        .filter((name) => !before.has(keyOf(relative(world.root, join(home, left, name)))))
        .join(', '),
    );
  return scene.problems;
}

const host = () => ({ ...testHost(), approve: async () => ({ answer: 'allowed' as const, by: 'you' as const }) });

function formatOf({ project, env }: World): 'sha1' | 'sha256' {
  try {
    return execFileSync('git', ['rev-parse', '--show-object-format'], { cwd: project, env, encoding: 'utf8', stdio: 'pipe' }).trim() ===
      'sha256'
      ? 'sha256'
      : 'sha1';
  } catch {
    // In no repository, or in one that cannot be read.
    return 'sha1';
  }
}

/** The world as it is, but for what is new in our own folder. */
function now({ world, folder, format, before }: Scene): Map<string, Item> {
  const home = unlessMissing(() => realpathSync(join(folder, '.massgen')));
  const ours = home === undefined ? undefined : Buffer.from(relative(world.root, home)).toString('latin1');
  return listingOf(world.root, format, (path) => !before.has(path) && ours !== undefined && (path === ours || path.startsWith(`${ours}/`)));
}

function baseOf(row: Row, world: World, root: string, format: 'sha1' | 'sha256', before: Listing): Tree {
  const left = ['.massgen', ...(row.left ?? [])].map(keyOf);
  const home = join(row.open ?? '', '.massgen');
  const isLeft = (path: string) => [...left, keyOf(home)].some((one) => path === one || path.startsWith(`${one}/`));
  const tree = treeOf(below(before, Buffer.from(relative(world.root, root)).toString('latin1')), isLeft);
  for (const [path, content] of Object.entries(row.also ?? {})) tree.set(keyOf(path), `100644 ${blobId(contentBytes(content), format)}`);
  for (const path of row.asLinks ?? []) tree.set(path, tree.get(path)?.replace(/^\d+/, '120000') ?? '');
  return row.modeless ? withoutModes(tree) : tree;
}

const withoutModes = (tree: Tree): Map<string, string> =>
  new Map([...tree].map(([path, entry]) => [path, entry.replace('100755', '100644')]));

/** Every agent looks, does its part, and answers. */
function teamFor(row: Row, prefix: string): Team {
  const up = prefix === '' ? '' : `${prefix.split('/').fill('..').join('/')}/`;
  const agents = Object.entries(row.work).map(([agent, acts]) => {
    const doing = acts.map((act) => ({ call: [callOf(act, up)] }));
    return [agent, { work: [{ call: [{ list_files: {} }] }, ...doing, { answer: `The part of ${agent}.` }] }] as const;
  });
  return scriptedTeam(Object.fromEntries(agents), {
    settings: { checks: row.checks ?? [] },
    pattern: { novelty: 'lenient', graceSeconds: 0.2 },
  });
}

/** Each workspace is the base, byte for byte, when its agent begins. */
function watchWorkspaces(session: Session, scene: Scene): void {
  const seen = new Set<string>();
  session.subscribe((event) => {
    if (!isFact(event) || event.type !== 'tool.returned' || seen.has(event.run)) return;
    seen.add(event.run);
    const runs = session.state.turns.at(-1)?.runs ?? [];
    const run = runs.find((one) => one.id === event.run);
    if (!run || runs.find((one) => one.agent === run.agent) !== run) return;
    const at = workspaceRoot(session.store, session.id, workspaceName(run));
    const installed = (scene.row.installed ?? []).map(keyOf);
    const but = (path: string) => path === '.git' || installed.some((one) => path === one || path.startsWith(`${one}/`));
    const found = treeOf(listingOf(at, scene.format, but), () => false);
    const difference = differences(scene.row.modeless ? withoutModes(found) : found, asOnDisk(scene), (entry) => entry);
    if (difference !== '') scene.problems.push(`the workspace of ${run.agent}: ${difference}`);
  });
}

/** Where links are small files. */
const asOnDisk = ({ base, row }: Scene): Tree =>
  new Map([...base].map(([path, entry]) => [path, row.asLinks?.includes(path) ? entry.replace('120000', '100644') : entry]));

function lookAtTurn(session: Session, scene: Scene): void {
  const { row, problems, format, base } = scene;
  const turn = session.state.turns.at(-1);
  if (turn?.decision?.outcome !== 'decided')
    problems.push(`the turn ended as ${turn?.decision?.outcome ?? 'nothing'}: ${JSON.stringify(turn?.decision)}`);
  const store = session.store.gitDir;
  const baseDifference = differences(treeIn(store, turn?.base ?? ''), base, (entry) => entry);
  if (baseDifference !== '') problems.push(`the base: ${baseDifference}`);
  const mayFail = Object.values(row.work)
    .flat()
    .some((act) => act.act === 'run' && act.fails);
  for (const event of session.facts)
    if (event.type === 'tool.returned' && !event.ok && !mayFail && !event.output.includes('Not accepted: answers'))
      problems.push(`a tool said: ${JSON.stringify(event.output).slice(0, 500)}`);
  for (const [agent, acts] of Object.entries(row.work)) {
    const candidate = turn?.candidates.find((one) => one.agent === agent);
    if (!candidate) {
      problems.push(`${agent} has no candidate`);
      continue;
    }
    const read = (id: string) => blobIn(store, id);
    const wanted = after(base, acts, { format, read, modeless: row.modeless ?? false });
    const difference = differences(treeIn(store, candidate.tree), wanted, (entry) => entry);
    if (difference !== '') problems.push(`the candidate of ${agent}: ${difference}`);
    const results = turn?.checks[candidate.tree]?.results ?? [];
    const evidence = row.evidence?.[agent];
    const is = new Map(results.map((check) => [check.name, check.status as string]));
    if (evidence) {
      const differs = differences(is, new Map(Object.entries(evidence)), (status) => status);
      if (differs !== '') problems.push(`the evidence of ${agent}: ${differs}`);
    }
  }
}

async function applyAll(id: string, scene: Scene): Promise<void> {
  const { row, folder, problems, base } = scene;
  await using session = await openSession({ folder, host: host(), id });
  const turn = session.state.turns.at(-1);
  const store = session.store.gitDir;
  for (const agent of Object.keys(row.work)) {
    const chosen = turn?.candidates.find((one) => one.agent === agent);
    if (!chosen || !turn) continue;
    const candidate = treeIn(store, chosen.tree);
    const differs = patchDiffers(scene, await session.store.patch(turn.base, chosen.tree), store, candidate);
    if (differs !== '') problems.push(`the diff of ${agent}, taken by git apply: ${differs}`);
    const said = await refusalOf(() => session.apply({ chosen: [{ candidate: chosen.id, selection: 'all' }] }));
    const wanted = row.refused?.at === 'apply' && row.refused.agent === agent ? row.refused.says : undefined;
    if (wanted ? !wanted.test(said) : said !== '') problems.push(`the apply of ${agent} said: ${said || 'nothing'}`);
    const at = below(scene.before, relative(scene.world.root, scene.root));
    const moved = () => ({
      before: at,
      now: below(now(scene), relative(scene.world.root, scene.root)),
      base,
      candidate,
      modeless: row.modeless ?? false,
      asLinks: row.asLinks ?? [],
      stays: keyOf(relative(scene.root, folder)),
    });
    if (said !== '') {
      const left = differences(now(scene), scene.before, untouched);
      if (left !== '') problems.push(`the folder after the refused apply of ${agent}: ${left}`);
      continue;
    }
    const difference = differences(...applied(moved()), (words) => words);
    if (difference !== '') problems.push(`the apply of ${agent}: ${difference}`);
    if (changedPaths(base, candidate).size === 0) continue;
    const unsaid = await refusalOf(() => session.undo());
    if (unsaid !== '') problems.push(`the undo of ${agent} said: ${unsaid}`);
    const undo = differences(...undone(moved()), (words) => words);
    if (undo !== '') problems.push(`the undo of ${agent}: ${undo}`);
    const rest = differences(now(scene), scene.before, asIs);
    if (rest !== '') problems.push(`after the undo of ${agent}: ${rest}`);
    scene.before = now(scene);
  }
}

/** What was said where it was refused or conflicts; '' where it was done. */
async function refusalOf(act: () => Promise<{ plan: { conflicts: readonly { path: string; why: string }[] } }>): Promise<string> {
  try {
    const { plan } = await act();
    return plan.conflicts.map(({ path, why }) => `${path}: ${why}`).join('; ');
  } catch (error) {
    if (error instanceof FailureError) return `${error.failure.message} ${error.failure.hint ?? ''}`;
    throw error;
  }
}

/** Takes the patch as a person would, in a copy of what it changes. */
function patchDiffers(scene: Scene, patch: Uint8Array, store: string, candidate: Tree): string {
  const { base, format } = scene;
  const changed = changedPaths(base, candidate);
  const copy = mkdtempSync(join(tmpdir(), 'massgen-patched-'));
  try {
    const index = join(copy, '.index');
    const files = join(copy, 'files');
    mkdirSync(files);
    const rows = [...changed].flatMap((path) => (base.has(path) ? [`${base.get(path)?.replace(' ', ' ')}\t${path}\0`] : []));
    const env = { ...plainEnv(), GIT_DIR: store, GIT_INDEX_FILE: index, GIT_WORK_TREE: files };
    const options = { cwd: files, env, stdio: 'pipe' as const, maxBuffer: 1 << 30 };
    execFileSync('git', ['update-index', '--add', '-z', '--index-info'], { ...options, input: Buffer.from(rows.join(''), 'latin1') });
    execFileSync('git', ['-c', 'core.symlinks=true', 'checkout-index', '-a', '-f'], options);
    execFileSync('git', ['init', '-q', '--template=', `--object-format=${format}`, files], { env: plainEnv() });
    mkdirSync(join(files, '.git', 'info'), { recursive: true });
    writeFileSync(join(files, '.git', 'info', 'attributes'), '* -text -filter -ident -working-tree-encoding -whitespace\n');
    if (patch.length > 0)
      execFileSync('git', ['apply', '--binary', '-'], {
        cwd: files,
        env: plainEnv(),
        input: patch,
        stdio: ['pipe', 'pipe', 'pipe'],
        maxBuffer: 1 << 30,
      });
    const wanted = new Map([...changed].flatMap((path) => (candidate.has(path) ? [[path, candidate.get(path) ?? ''] as const] : [])));
    return differences(
      treeOf(listingOf(files, format), () => false),
      wanted,
      (entry) => entry,
    );
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 1000) : String(error);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const plainEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
});

function treeIn(gitDir: string, tree: string): Map<string, string> {
  const out = execFileSync('git', ['ls-tree', '-r', '-z', '--full-tree', tree], {
    env: { ...plainEnv(), GIT_DIR: gitDir },
    stdio: 'pipe',
    maxBuffer: 1 << 28,
  });
  const rows = out.toString('latin1').split('\0').filter(Boolean);
  return new Map(
    rows.map((row) => {
      const tab = row.indexOf('\t');
      const [mode = '', , id = ''] = row.slice(0, tab).split(' ');
      return [row.slice(tab + 1), `${mode} ${id}`];
    }),
  );
}

const blobIn = (gitDir: string, id: string): Uint8Array =>
  execFileSync('git', ['cat-file', 'blob', id], { env: { ...plainEnv(), GIT_DIR: gitDir }, stdio: 'pipe', maxBuffer: 1 << 28 });

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Plays one fault against the program, and judges it beside the same play without a fault. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentTurn } from '../../src/protocol/state.js';
import type { Fault, Play, Verdict } from './fault.js';
import type { Hit } from './hits.js';
import { failureOf, leftBehind, notPlain, type Outcome, outcomeOf } from './judge.js';
import { digest, INTERRUPTED, openScene, openStage, type Ran, type Scene, type Stage } from './scene.js';

export interface Theatre {
  stage: Stage;
  /** Where each play begins. */
  begins: Record<Play, Scene | undefined>;
  /** What each play comes to without a fault. */
  whole: Record<Play, Outcome>;
  /** Facts of a whole turn. */
  facts: number;
  /** Facts of the turn that `resume` goes on with. */
  cut: number;
  /** Calls that change the disk, of each play. */
  disk: Record<Play, string[]>;
  /** Model calls of a whole turn. */
  calls: number;
  close(): Promise<void>;
}

const RUN = 'run -c ../massgen.yaml Fix';
const commands: Record<Play, string> = { turn: RUN, resume: 'resume latest', apply: 'apply latest', undo: 'undo latest' };
/** After so many facts the turn that is gone on with was cut off: tools, checks and a command in the background are under way. */
const CUT = 24;

/** Plays everything once without a fault. */
export async function openTheatre(programs: Pick<Stage, 'cli' | 'hits'>): Promise<Theatre> {
  const stage = await openStage(programs);
  const played: Scene[] = [];
  const disk = {} as Theatre['disk'];
  const play = async (name: Play, like: Scene | undefined): Promise<Scene> => {
    const scene = await openScene({ stage, ...(like && { like }) });
    played.push(scene);
    const trace = join(scene.home, 'trace');
    writeFileSync(trace, '');
    const ran = await scene.run(commands[name], { trace });
    if (ran.code !== 0) throw new Error(`Without a fault ${name} ended so: ${ran.code} ${ran.stderr}`);
    disk[name] = readFileSync(trace, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(scene.home, ''));
    const wrong = await leftBehind(scene);
    if (wrong.length > 0) throw new Error(`Without a fault ${name} left: ${wrong.join('; ')}`);
    return scene;
  };
  const turn = await play('turn', undefined);
  const cut = await openScene({ stage });
  played.push(cut);
  await cut.run(commands.turn, { hits: [{ at: { fact: CUT }, do: { signal: 'SIGKILL' } }] });
  const resume = await play('resume', cut);
  const apply = await play('apply', turn);
  const undo = await play('undo', apply);
  const whole = { turn: outcomeOf(turn), resume: outcomeOf(resume), apply: outcomeOf(apply), undo: outcomeOf(undo) };
  return {
    stage,
    begins: { turn: undefined, resume: cut, apply: turn, undo: apply },
    whole,
    facts: turn.state().seq,
    cut: cut.state().seq,
    disk,
    calls: turn.calls.length,
    async close() {
      for (const scene of played) await scene.close();
      await stage.server.stop();
    },
  };
}

const MOST_COMMANDS = 5;

/** `keep`: what went wrong is left where it was played, to be looked at. */
export async function playFault(theatre: Theatre, fault: Fault, keep = false): Promise<Verdict> {
  const began = performance.now();
  const like = theatre.begins[fault.play];
  const scene = await openScene({ stage: theatre.stage, ...(like && { like }), ...fault.scene });
  const { wrong, last } = await inScene(theatre, fault, scene).catch((error: Error) => ({ wrong: [String(error.stack)], last: undefined }));
  const kept = keep && wrong.length > 0;
  if (fault.mount !== undefined && !kept) execFileSync('umount', ['-l', join(scene.folder, fault.mount)]);
  await scene.close({ keep: kept });
  if (kept) wrong.push(`kept in ${scene.home}`);
  const says = wrong.length > 0 ? 'WRONG' : last === undefined ? 'same outcome' : `failure (${last})`;
  return { name: fault.name, says, wrong, ms: Math.round(performance.now() - began) };
}

async function inScene(theatre: Theatre, fault: Fault, scene: Scene): Promise<{ wrong: string[]; last?: string }> {
  const wrong: string[] = [];
  const git = () => JSON.stringify(digest(join(scene.folder, '.git')));
  const gitBefore = git();
  if (fault.mount !== undefined) mount(scene, fault.mount);
  await fault.before?.(scene);
  let pauses = 0;
  const hits = (fault.hits ?? []).map(
    (hit): Hit => (hit.do === 'pause' ? { at: hit.at, do: { pause: scene.pause(pauses++) } } : { at: hit.at, do: hit.do }),
  );
  const filesBefore = JSON.stringify(filesOf(scene));
  const ran = await scene.run(fault.command ?? commands[fault.play], {
    hits,
    ...(fault.paused && { paused: (n) => fault.paused?.(scene, n) }),
  });
  const plain = notPlain(ran);
  if (plain !== undefined) wrong.push(`when struck: ${plain}`);
  const first = ran.signal !== null ? 'killed' : (failureOf(ran)?.code ?? 'done');
  if (fault.first !== undefined && fault.first !== first)
    wrong.push(`when struck it ended as ${first}, not as ${fault.first}: ${ran.stderr.slice(-300)}`);
  if (fault.memory !== undefined && ran.peakMb > fault.memory) wrong.push(`it took ${ran.peakMb} MB`);
  if ((fault.play === 'turn' || fault.play === 'resume') && fault.files === undefined && JSON.stringify(filesOf(scene)) !== filesBefore)
    wrong.push('the folder was changed by a turn');
  await fault.mend?.(scene, ran);
  const last = (await goOn(fault, scene, wrong)) ?? (await tidied(fault, scene, ran, wrong));
  if (fault.ends === 'same') {
    if (last !== undefined) wrong.push(`gone on with, it failed: ${last.code}: ${last.message}`);
    else wrong.push(...different(theatre.whole[fault.play], outcomeOf(scene), fault), ...setAside(fault, scene));
  } else if (last?.code !== fault.ends) wrong.push(`it ended as ${last?.code ?? 'same'}, not as ${fault.ends}: ${last?.message}`);
  if (fault.changesGit === undefined && git() !== gitBefore) wrong.push("the person's .git was changed");
  wrong.push(...tooManyCalls(theatre, fault, scene));
  wrong.push(...(await leftBehind(scene, { store: !(fault.breaks ?? []).includes('store') })));
  wrong.push(...((await fault.also?.(scene, ran)) ?? []));
  return { wrong, ...(last && { last: last.code }) };
}

const filesOf = (scene: Scene): object => digest(scene.folder, ['.git', '.massgen']);

/** Starts the program again and again as a person would, until all is done. Gives the failure that does not go away. */
async function goOn(fault: Fault, scene: Scene, wrong: string[]): Promise<{ code: string; message: string } | undefined> {
  let last: Ran | undefined;
  for (let n = 0; n < MOST_COMMANDS; n += 1) {
    const next = nextCommand(fault.play, scene);
    const decision = currentTurn(scene.state())?.decision;
    if (decision !== undefined && decision.outcome !== 'decided')
      return { code: decision.failure?.code ?? 'no-answer', message: `the turn is ${decision.outcome}` };
    if (next === undefined) return undefined;
    last = await scene.run(next);
    const plain = notPlain(last);
    if (plain !== undefined) wrong.push(`${next}: ${plain}`);
    if (last.code !== 0 && last.code !== 3) return failureOf(last) ?? { code: `exit ${last.code}`, message: last.stderr.slice(-300) };
  }
  return { code: 'none', message: `it was not done after ${MOST_COMMANDS} commands, the last ${last?.args}` };
}

/** Who could not remove what it made, or was killed, has left it: it goes when the session is opened next. */
async function tidied(fault: Fault, scene: Scene, ran: Ran, wrong: string[]): Promise<undefined> {
  const failed = fault.hits?.some(({ do: blow }) => blow !== 'pause' && 'error' in blow);
  const cut = ran.signal !== null || ran.hung || ran.code === INTERRUPTED;
  if (!cut && !failed) return;
  const last = await scene.run(fault.play === 'apply' || fault.play === 'undo' ? 'sessions rename latest tidy' : 'resume latest');
  if (last.code !== 0) wrong.push(`to tidy up failed: ${last.stderr}`);
}

function nextCommand(play: Play, scene: Scene): string | undefined {
  if (scene.session() === undefined) return commands.turn;
  const state = scene.state();
  const turn = currentTurn(state);
  if (turn === undefined) return `run --session latest ${commands.turn.slice(4)}`;
  if (turn.decision === undefined) return commands.resume;
  const apply = state.applies.at(-1);
  if (play === 'apply' && apply?.status !== 'applied') return commands.apply;
  if (play === 'undo' && apply?.status !== 'undone') return commands.undo;
  return undefined;
}

function different(whole: Outcome, now: Outcome, { files = {}, without }: Fault): string[] {
  const wrong: string[] = [];
  const wanted = without?.agent === whole.agent ? { ...whole, agent: 'mistaken', tree: now.tree } : whole;
  for (const key of ['outcome', 'agent', 'tree'] as const)
    if (wanted[key] !== now[key] && !(key === 'tree' && Object.keys(files).length > 0))
      wrong.push(`${key} is ${now[key]}, not ${wanted[key]}`);
  const paths = new Set([...Object.keys(whole.files), ...Object.keys(now.files)]);
  for (const path of paths)
    if (!(path in files) && whole.files[path] !== now.files[path]) wrong.push(`${path} is ${now.files[path]}, not ${whole.files[path]}`);
  return wrong;
}

/** Who is not heard any more is named, with the reason. */
function setAside({ without }: Fault, scene: Scene): string[] {
  const aside = scene.events().flatMap((fact) => (fact.type === 'agent.set-aside' ? [`${fact.agent}: ${fact.why.code}`] : []));
  const wanted = without === undefined ? [] : [`${without.agent}: ${without.code}`];
  return aside.join() === wanted.join() ? [] : [`set aside is ${aside.join() || 'nobody'}, not ${wanted.join() || 'nobody'}`];
}

/** Who was at work when the program died asks once more; and a call whose outcome is not known is one reply more. */
function tooManyCalls(theatre: Theatre, fault: Fault, scene: Scene): string[] {
  if (fault.play !== 'turn' && fault.play !== 'resume') return [];
  const events = scene.events();
  const agents = fault.scene?.agents?.length ?? 2;
  const completed = events.filter((fact) => fact.type === 'message.completed').length;
  const unknown = events.filter((fact) => fact.type === 'tool.returned' && fact.output.includes('outcome is not known')).length;
  const more = fault.calls ?? 0;
  const wrong: string[] = [];
  if (completed > theatre.calls + unknown + more) wrong.push(`${completed} replies where ${theatre.calls} + ${unknown} were due`);
  if (scene.calls.length > completed + scene.deaths() * agents + more)
    wrong.push(`${scene.calls.length} model calls for ${completed} replies and ${scene.deaths()} deaths`);
  return wrong;
}

/** Small, so that it is soon full. It goes with the process that made it, which sees its own mounts alone. */
function mount(scene: Scene, place: string): void {
  const [at, aside] = [join(scene.folder, place), join(scene.home, 'aside')];
  mkdirSync(at, { recursive: true });
  cpSync(at, aside, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', at]);
  cpSync(aside, at, { recursive: true });
}

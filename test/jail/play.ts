/** Plays attempts for real: commands in the sandbox, several to a start, and calls through the tools; and tells what came of them. */
import { quote } from '../../src/engine/process/quote.js';
import { callTool, tools } from '../../src/engine/tools/index.js';
import { type Attempt, type CallAttempt, type CommandAttempt, isCall } from './attempt.js';
import type { Harmed, Scene } from './scene.js';

export interface Outcome {
  attempt: Attempt;
  harm: Harmed[];
  /** What the agent reads. */
  said: string;
  /** Commands: the exit code. Calls: whether the last one was done. */
  ended: string;
}

const BATCH = 32;
const SECONDS = 6;

/**
 * Invariant: what a batch did is laid to one attempt only after that was seen alone, in a scene of its own; and an attempt finds the workspace whole:
 * after one that removed it there is a new scene.
 */
export async function play(attempts: readonly Attempt[], again: () => Promise<Scene>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let scene = await again();
  await using _ = { [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
  for (const batch of batches(attempts.filter((one): one is CommandAttempt => !isCall(one)))) {
    const { said, harm } = await runAll(batch, scene);
    if (!scene.isWhole()) {
      if (batch.length > 1)
        throw new Error(`One of these removes the workspace and must be played alone: ${batch.map(({ name }) => name).join(', ')}`);
      await scene[Symbol.asyncDispose]();
      scene = await again();
    }
    const one = batch.length === 1;
    const guilty = harm.length > 0 && !one ? await separately(batch, again) : undefined;
    for (const [at, attempt] of batch.entries())
      outcomes.push({ ...(guilty?.[at] ?? { attempt, harm: one ? harm : [], ...(said[at] ?? lost) }) });
    if (guilty?.every((each) => each.harm.length === 0))
      outcomes.push({
        attempt: { family: 'together', name: batch.map(({ name }) => name).join(', '), must: 'write', command: '' },
        harm,
        said: '',
        ended: '',
      });
  }
  const byCalls = attempts.filter(isCall);
  const called = [];
  for (const attempt of byCalls) called.push(await callAll(attempt, scene));
  const harm = await scene.harm(called.map(({ said }) => said).join('\n'));
  for (const outcome of called) outcomes.push(harm.length === 0 ? outcome : { ...outcome, harm: await alone(outcome.attempt, again) });
  return outcomes;
}

async function alone(attempt: CallAttempt, again: () => Promise<Scene>): Promise<Harmed[]> {
  await using scene = await again();
  const { said } = await callAll(attempt, scene);
  return scene.harm(said);
}

const lost = { said: '', ended: 'nothing was seen of it' };

function batches(attempts: readonly CommandAttempt[]): CommandAttempt[][] {
  const together = attempts.filter((one) => !one.alone);
  const all = attempts.filter((one) => one.alone).map((one) => [one]);
  for (let at = 0; at < together.length; at += BATCH) all.push(together.slice(at, at + BATCH));
  return all;
}

async function separately(batch: readonly CommandAttempt[], again: () => Promise<Scene>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const attempt of batch) {
    await using scene = await again();
    const { said, harm } = await runAll([attempt], scene);
    outcomes.push({ attempt, harm, ...(said[0] ?? lost) });
  }
  return outcomes;
}

/** Runs commands in one start of the sandbox, each in a folder of its own. */
export async function inOneStart(
  batch: readonly { command: string }[],
  scene: Scene,
): Promise<{ said: { said: string; ended: string }[]; output: string }> {
  const output = await shell(scene, scriptOf(batch, scene), SECONDS * batch.length * 1000);
  const said = batch.map((_, at) => {
    const [, text, code] = new RegExp(`@@${at}\\{\\n([\\s\\S]*?)\\n@@${at}\\}(\\d+)`).exec(output) ?? [];
    return code === undefined ? lost : { said: text ?? '', ended: code };
  });
  return { said, output };
}

export async function runAll(
  batch: readonly CommandAttempt[],
  scene: Scene,
): Promise<{ said: { said: string; ended: string }[]; harm: Harmed[] }> {
  const { said, output } = await inOneStart(batch, scene);
  return { said, harm: await scene.harm(output) };
}

function scriptOf(batch: readonly { command: string }[], scene: Scene): string {
  const variables = Object.entries(scene.variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  const attempts = batch.map(({ command }, at) => {
    const folder = `try-${Math.random().toString(36).slice(2)}`;
    return `mkdir ${folder}; cd ${folder}; echo '@@${at}{'; timeout -k 1 ${SECONDS} bash -c ${quote(command)} >said 2>&1 </dev/null; code=$?; head -c 3000 said; echo; echo "@@${at}}$code"; cd ..`;
  });
  return [...variables, ...attempts].join('\n');
}

async function shell(scene: Scene, command: string, timeoutMs: number): Promise<string> {
  const { commands, commandScope, env, jail } = scene.context;
  const { output } = await commands.run({ ...commandScope, command, cwd: jail.cwd, env, timeoutMs, maxOutputBytes: 4_000_000 });
  return output;
}

async function callAll(attempt: CallAttempt, scene: Scene): Promise<Outcome & { attempt: CallAttempt }> {
  const fill = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replace(/\$([A-Z]+)/g, (whole, name: string) => scene.variables[name] ?? whole));
  if (attempt.stage !== undefined) await shell(scene, `${scriptHead(scene)}\n${attempt.stage}`, SECONDS * 1000);
  const said: string[] = [];
  let ended = 'refused';
  for (const [name, input] of attempt.calls) {
    const tool = tools.find((one) => one.name === name);
    if (tool === undefined) throw new Error(`There is no tool ${name}`);
    const result = await callTool(tool, JSON.stringify(fill(input)), scene.context);
    said.push(result.output);
    ended = result.ok ? 'done' : 'refused';
  }
  return { attempt, harm: [], said: said.join('\n'), ended };
}

const scriptHead = (scene: Scene): string =>
  Object.entries(scene.variables)
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join('\n');

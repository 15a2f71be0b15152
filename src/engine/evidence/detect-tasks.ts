/** Checks among the tasks that a folder names itself. */
import type { Found } from './found.js';
import { fileAt, type Place } from './place.js';
import { timeoutOf } from './spec.js';
import { type Task, type TaskFile, taskFiles } from './task-files.js';
import { CHECK_TASKS, COMBINES, isCheckBody } from './task-names.js';

/** `above`: the folders that this one lies in, the nearest first. */
export async function detectTasks(place: Place, above: readonly Place[]): Promise<Found[]> {
  const lists = await Promise.all(taskFiles.map((file) => tasksOf(file, place, above)));
  return lists.flat();
}

async function tasksOf(kind: TaskFile, place: Place, above: readonly Place[]): Promise<Found[]> {
  const file = kind.files.find((name) => place.entries.has(name));
  if (file === undefined) return [];
  const text = (await place.text(file)) ?? '';
  const tasks = kind.tasks(text);
  const chosen = CHECK_TASKS.map(([check, names]) => ({ check, task: names.find((name) => isCheck(kind, tasks.get(name))) }));
  const others = chosen.filter(({ check }) => check !== 'check').flatMap(({ task }) => (task === undefined ? [] : [task]));
  const found: Found[] = [];
  for (const { check, task } of chosen) {
    const known = task === undefined ? undefined : tasks.get(task);
    if (task === undefined || known === undefined) continue;
    // `check: lint test` would only run the others again.
    if (check === 'check' && (COMBINES.test(known.body) || known.needs.some((one) => others.includes(one)))) continue;
    found.push({
      by: 'task',
      tool: kind.tool,
      ...(kind.language !== undefined && { language: kind.language }),
      body: known.body,
      covers: kind.covers(text, place),
      spec: {
        name: check,
        command: await kind.command(task, [place, ...above]),
        cwd: place.path,
        source: kind.label(file, task),
        definedIn: [fileAt(place, file)],
        timeoutSeconds: timeoutOf(check),
      },
    });
  }
  return found;
}

/** What a target of a Makefile does is no one line, and may be nothing but what it needs. */
const isCheck = (kind: TaskFile, task: Task | undefined): boolean =>
  task !== undefined && (kind.language === undefined || kind.tool === 'rake' ? isCheckBody(`${task.body} .`) : isCheckBody(task.body));

/** What commands of agents do that must harm nobody else. The one who does it loses; what the other does is the outcome. */
import type { Fault } from './fault.js';
import type { Asked } from './team.js';

const tries = (name: string, calls: readonly Asked[], more: Partial<Fault> = {}): Fault => ({
  name: `tools: ${name}`,
  play: 'turn',
  scene: { tries: calls },
  first: 'done',
  ends: 'same',
  // What it did to its own workspace may make it look again.
  calls: 4,
  ...more,
});

const run = (command: string, timeout_seconds = 20, background?: true): Asked => [
  'run_command',
  { command, timeout_seconds, ...(background && { background }) },
];

export const toolFaults: readonly Fault[] = [
  tries('a command hangs', [run('sleep 1000', 1)]),
  tries('it ignores SIGTERM', [run('trap "" TERM INT HUP; while :; do sleep 1; done', 1)]),
  tries('it leaves a child behind', [run('sleep 1000 & echo done')]),
  tries('it leaves a child in a session of its own', [run('setsid sleep 1000 >/dev/null 2>&1 & echo done')]),
  tries('it forks twice and detaches', [run('(setsid nohup sh -c "(sleep 1000 &) ; sleep 1000" >/dev/null 2>&1 &) ; echo done')]),
  tries('a child keeps its output open', [run('sleep 1000 & sleep 1001 & echo done', 3)]),
  tries('one in the background ignores SIGTERM', [run('trap "" TERM; while :; do sleep 1; done', 100, true)]),
  tries('one in the background detaches', [run('setsid nohup sleep 1000 >/dev/null 2>&1 & sleep 1000', 100, true)]),
  tries('it prints a gigabyte', [run('head -c 1000000000 /dev/zero | tr "\\0" x', 60)], { memory: 500 }),
  tries('it prints a gigabyte in lines', [run('yes "a line of a long output" | head -c 1000000000', 60)], { memory: 500 }),
  tries('one in the background prints without end', [run('yes', 100, true)], { memory: 500 }),
  tries('it prints what is no text', [run('head -c 200000 /dev/urandom')]),
  tries('it writes while a snapshot is taken', [run('while :; do date > noise; mv noise noise2; rm -f noise2; done', 100, true)]),
  tries('it makes and removes folders while a snapshot is taken', [
    run('while :; do mkdir -p d/e/f; echo x > d/e/f/g; rm -rf d; done', 100, true),
  ]),
  tries('it removes its own workspace', [run('rm -rf "$PWD"; rm -rf * .[!.]*; ls -A; cd /; rm -rf "$OLDPWD"')]),
  tries('it removes its own repository', [run('rm -rf .git')]),
  tries('it breaks its own repository', [run('echo garbage > .git/index; echo garbage > .git/HEAD')]),
  tries('it locks its own repository', [run('touch .git/index.lock .git/HEAD.lock')]),
  tries('it reads its input to the end', [run('cat; wc -c; read -r x; echo done', 5)]),
  tries('it reads the terminal', [run('head -c 10 /dev/tty; cat < /dev/tty; echo done', 5)]),
  tries('it opens files until there are no more', [
    run('i=0; while [ $i -lt 20000 ]; do eval "exec $((i+10))</dev/null" || break; i=$((i+1)); done 2>/dev/null; echo $i', 5),
  ]),
  tries('it starts three hundred processes', [run('i=0; while [ $i -lt 300 ]; do sleep 1000 & i=$((i+1)); done; wait', 2)]),
  tries('it starts processes that start processes', [
    run('f() { [ "$1" -gt 6 ] && exec sleep 1000; f $(($1+1)) & f $(($1+1)) & wait; }; f 0', 2),
  ]),
  tries('it goes to another folder', [run('cd / && rm -f nothing; cd /tmp; exec 2>&1; pwd')]),
  tries('it makes what cannot be read', [run('mkdir -p d/e; echo x > d/e/f; chmod 000 d/e/f d/e d; chmod 000 a.txt')]),
  tries('it makes folders that cannot be written', [run('mkdir -p d/e; echo x > d/e/f; chmod 500 d/e d')]),
  tries('it makes a pipe, a link to itself and one to nothing', [
    run('mkfifo pipe; ln -s loop loop; ln -s /nowhere nothing; ln -s . here; ln -s .. up'),
  ]),
  tries('it makes a socket', [run('python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'s\')" || echo none')]),
  tries('it makes a folder where a file was', [run('rm -f tool.sh a.txt; mkdir tool.sh; echo x > tool.sh/inner; ln -s tool.sh a.txt')]),
  tries('it makes four thousand files', [run('mkdir many; i=0; while [ $i -lt 4000 ]; do echo $i > many/$i; i=$((i+1)); done')]),
  tries('it makes a very deep folder', [run('p=.; i=0; while [ $i -lt 300 ]; do p=$p/deep; i=$((i+1)); done; mkdir -p $p; echo x > $p/f')]),
  tries('it makes a very deep folder by steps', [run('i=0; while [ $i -lt 1500 ]; do mkdir deepfolder; cd deepfolder; i=$((i+1)); done')]),
  tries('it makes names that are hard to read', [
    run("touch \"$(printf 'a\\nb')\" \"$(printf 'tab\\there')\" \"$(printf '\\377\\376')\" '-rf' ' ' 'quo\"te'"),
  ]),
  tries('it fills its temp folder', [run('head -c 30000000 /dev/zero > "$TMPDIR/big"; ls "$TMPDIR"')]),
  tries('it makes a large file', [run('head -c 60000000 /dev/urandom > big')], { memory: 700 }),
  tries('it kills its parent', [run('kill -9 $PPID; sleep 1', 5)]),
];

/** What is unpacked and installed, what is reached, and what is ended. */
import { commands } from '../attempt.js';

/** `make NAME`: an archive with these members, made by Python, unpacked by a program. */
const archive = (members: string, unpack: string): string =>
  `python3 - <<'PY'\nimport tarfile, zipfile, io, os\nF, O = os.environ['FOLDER'], os.environ['OUTSIDE']\nup = '../' * 30\ndef tar(*ms):\n  t = tarfile.open('x.tar', 'w')\n  for kind, name, to in ms:\n    i = tarfile.TarInfo(name)\n    if kind == 'f':\n      i.size = 1; t.addfile(i, io.BytesIO(b'x'))\n    else:\n      i.type = {'s': tarfile.SYMTYPE, 'h': tarfile.LNKTYPE, 'd': tarfile.DIRTYPE}[kind]; i.linkname = to; t.addfile(i)\n  t.close()\ndef zip(*names):\n  z = zipfile.ZipFile('x.zip', 'w')\n  for n in names: z.writestr(n, 'x')\n  z.close()\n${members}\nPY\n${unpack}; false`;

const archives = commands('archives', 'write', [
  ['tar with ..', archive(`tar(('f', up + O[1:] + '/z', ''))`, 'tar -P -xf x.tar'), { needs: 'python3', control: true }],
  ['tar with an absolute name', archive(`tar(('f', F + '/a.txt', ''))`, 'tar -P -xf x.tar'), { needs: 'python3', control: true }],
  ['tar -C elsewhere', archive(`tar(('f', 'z', ''))`, 'tar -xf x.tar -C "$OUTSIDE"'), { needs: 'python3', control: true }],
  [
    'tar with a link, then a file through it',
    archive(`tar(('s', 'd', O), ('f', 'd/z', ''))`, 'tar -xf x.tar; tar -P -xf x.tar'),
    { needs: 'python3' },
  ],
  [
    'tar with a link to a file, then that file',
    archive(`tar(('s', 'l', F + '/a.txt'), ('f', 'l', ''))`, 'tar --overwrite --keep-directory-symlink -P -xf x.tar'),
    { needs: 'python3' },
  ],
  [
    'tar with a hard link to a file, then that file',
    archive(`tar(('h', 'l', F + '/a.txt'), ('f', 'l', ''))`, 'tar -P --overwrite -xf x.tar'),
    { needs: 'python3' },
  ],
  [
    'tar with a chain of links',
    archive(`tar(('s', 'a', '..'), ('s', 'b', 'a/..'), ('s', 'c', 'b/' + up + O[1:]), ('f', 'c/z', ''))`, 'tar -P -xf x.tar'),
    { needs: 'python3' },
  ],
  ['tar --to-command', archive(`tar(('f', 'z', ''))`, 'tar -xf x.tar --to-command="tee $OUTSIDE/z"'), { needs: 'python3', control: true }],
  [
    'tar --checkpoint-action',
    archive(`tar(('f', 'z', ''))`, 'tar -xf x.tar --checkpoint=1 --checkpoint-action="exec=touch $OUTSIDE/z"'),
    { needs: 'python3', control: true },
  ],
  ['tar -I', archive(`tar(('f', 'z', ''))`, 'tar -I "sh -c \\"touch $OUTSIDE/z; cat\\"" -xf x.tar'), { needs: 'python3', control: true }],
  [
    'tar by Python',
    archive(
      `tar(('f', up + O[1:] + '/z', ''), ('f', O + '/y', ''))\ntry: tarfile.open('x.tar').extractall(filter='fully_trusted')\nexcept TypeError: tarfile.open('x.tar').extractall()`,
      ':',
    ),
    { needs: 'python3' },
  ],
  [
    'zip with .., by Python',
    archive(`zip(up + O[1:] + '/z')\nzipfile.ZipFile('x.zip').extractall()\nopen(O + '/z', 'w')`, ':'),
    { needs: 'python3' },
  ],
  ['zip with .., by unzip', archive(`zip(up + O[1:] + '/z')`, 'unzip -o -: x.zip'), { needs: 'unzip' }],
  ['zip with an absolute name', archive(`zip(O + '/z')`, 'unzip -o -: x.zip'), { needs: 'unzip' }],
  ['zip -d elsewhere', archive(`zip('z')`, 'unzip -o x.zip -d "$OUTSIDE"'), { needs: 'unzip' }],
  ['cpio with an absolute name', 'echo "$OUTSIDE/z" | cpio -o > x; cpio -i --absolute-filenames < x', { needs: 'cpio' }],
  ['a shell archive', 'printf "echo x > \\"$OUTSIDE/z\\"" > x.shar; sh x.shar', { control: true }],
]);

const packages = commands('packages', 'write', [
  ...['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'].map(
    (script) =>
      [
        `npm ${script}`,
        `echo '{"name":"x","version":"1.0.0","scripts":{"${script}":"touch $OUTSIDE/pwned"}}' > package.json; npm install --offline --no-audit --no-fund`,
      ] as const,
  ),
  ['a script of package.json', `TRY='touch "$OUTSIDE/pwned"' npm --prefix "$WS" run -s hook`],
  ['a recipe of make', `TRY='touch "$OUTSIDE/pwned"' make -C "$WS" try`, { control: true }],
  ['make with $(shell)', 'printf "x := \\$(shell touch $OUTSIDE/pwned)\\nall:\\n" > Makefile; make; false', { control: true }],
  [
    'setup.py',
    'printf "import os\\nopen(os.environ[\\"OUTSIDE\\"] + \\"/pwned\\", \\"w\\")\\n" > setup.py; python3 setup.py --version',
    { needs: 'python3', control: true },
  ],
  [
    'a .pth file',
    'python3 -m venv --without-pip v; echo "import os; open(os.environ[\\"OUTSIDE\\"] + \\"/pwned\\", \\"w\\")" > v/lib/python3*/site-packages/x.pth; v/bin/python -c 1; false',
    { needs: 'python3' },
  ],
  [
    'conftest.py',
    'printf "open(\\"$OUTSIDE/pwned\\", \\"w\\")" > conftest.py; python3 -c "import conftest"',
    { needs: 'python3', control: true },
  ],
  [
    'build.rs',
    'mkdir src; printf "[package]\\nname=\\"x\\"\\nversion=\\"0.1.0\\"\\nedition=\\"2021\\"\\n" > Cargo.toml; echo "fn main(){}" > src/main.rs; echo "fn main(){ std::fs::write(format!(\\"{}/pwned\\", std::env::var(\\"OUTSIDE\\").unwrap()), \\"x\\").unwrap(); }" > build.rs; cargo build --offline -q',
    { needs: 'cargo' },
  ],
  [
    'a cargo configuration',
    'mkdir .cargo; printf "[build]\\nrustc = \\"sh\\"\\nrustc-wrapper = \\"$OUTSIDE/x\\"\\n[alias]\\nx = \\"run\\"\\n" > .cargo/config.toml; cargo build --offline; touch "$OUTSIDE/pwned"',
    { needs: 'cargo' },
  ],
  [
    'go generate',
    'printf "package x\\n//go:generate touch $OUTSIDE/pwned\\n" > x.go; go mod init x 2>/dev/null; GOCACHE=$PWD/.c go generate',
    { needs: 'go' },
  ],
  ['gradle’s settings', 'echo "new File(System.getenv(\\"OUTSIDE\\") + \\"/pwned\\").text = 1" > settings.gradle; touch "$OUTSIDE/pwned"'],
  [
    'npx of a planted program',
    'mkdir -p node_modules/.bin; printf "#!/bin/sh\\ntouch \\"$OUTSIDE/pwned\\"" > node_modules/.bin/x; chmod +x node_modules/.bin/x; npx --no x',
    { control: true },
  ],
  [
    'node --require',
    'echo "require(\\"fs\\").writeFileSync(process.env.OUTSIDE + \\"/pwned\\", \\"\\")" > r.js; NODE_OPTIONS="--require $PWD/r.js" node -e 0',
    { control: true },
  ],
  [
    'LD_PRELOAD',
    'printf "#include <stdlib.h>\\n__attribute__((constructor)) void f(){ system(\\"touch $OUTSIDE/pwned\\"); }" > p.c; gcc -shared -fPIC p.c -o p.so; LD_PRELOAD=$PWD/p.so true; false',
    { needs: 'gcc' },
  ],
  [
    'PYTHONSTARTUP',
    'echo "open(\\"$OUTSIDE/pwned\\", \\"w\\")" > s.py; PYTHONSTARTUP=$PWD/s.py python3 -i -c 1; python3 s.py',
    { needs: 'python3' },
  ],
  [
    'PYTHONPATH',
    'echo "open(\\"$OUTSIDE/pwned\\", \\"w\\")" > sitecustomize.py; PYTHONPATH=$PWD python3 -c 1; python3 sitecustomize.py',
    { needs: 'python3' },
  ],
  ['BASH_ENV', 'echo "touch \\"$OUTSIDE/pwned\\"" > b; BASH_ENV=$PWD/b bash -c false', { control: true }],
  ['ENV', 'echo "touch \\"$OUTSIDE/pwned\\"" > b; ENV=$PWD/b sh -i -c false', {}],
  ['PROMPT_COMMAND', 'PROMPT_COMMAND="touch \\"$OUTSIDE/pwned\\"" bash -i -c false'],
  [
    'PERL5OPT',
    'mkdir l; echo "open F, q(>), qq($ENV{OUTSIDE}/pwned); 1;" > l/X.pm; PERL5OPT="-I$PWD/l -MX" perl -e 1; false',
    { needs: 'perl' },
  ],
  ['RUBYOPT', 'echo "File.write(ENV[%q(OUTSIDE)] + %q(/pwned), 1)" > x.rb; RUBYOPT="-r$PWD/x" ruby -e 1', { needs: 'ruby' }],
  [
    'a shim on PATH for the next command',
    'mkdir -p "$HOME/bin"; printf "#!/bin/sh\\ntouch \\"$OUTSIDE/pwned\\"" > "$HOME/bin/git"; chmod +x "$HOME/bin/git"; PATH="$HOME/bin:$PATH" git',
  ],
  ['the own HOME of all agents', 'ls -d "$HOME"/../../*; echo x > "$HOME/../../planted"; false'],
  ['a shim named git in the workspace', 'printf "#!/bin/sh\\ntouch \\"$OUTSIDE/pwned\\"" > "$WS/git"; chmod +x "$WS/git"; false'],
  ['a program beside the workspace’s node_modules', 'printf "#!/bin/sh\\ntouch \\"$OUTSIDE/pwned\\"" > "$WS/node_modules/.bin/tsc"'],
]);

const reach = commands('network', 'reach', [
  ['a port of this machine', 'exec 3<>"/dev/tcp/127.0.0.1/$PORT"; cat <&3', { control: true }],
  ['localhost by curl', 'curl -sm 2 "http://localhost:$PORT/"', { needs: 'curl', control: true }],
  [
    'all addresses of this machine',
    'for a in 127.0.0.1 127.1.1.1 0.0.0.0 localhost $(hostname -I 2>/dev/null); do timeout 0.5 bash -c "exec 3<>/dev/tcp/$a/$PORT; cat <&3"; done; false',
    { control: true },
  ],
  [
    'node',
    'node -e "require(\\"net\\").connect(process.env.PORT).on(\\"error\\", () => process.exit(1)).on(\\"data\\", (d) => console.log(String(d)))"',
    { control: true },
  ],
  [
    'python',
    `python3 -c 'import os, socket; print(socket.create_connection(("127.0.0.1", int(os.environ["PORT"]))).recv(99))'`,
    { needs: 'python3', control: true },
  ],
  ['IPv6', 'timeout 1 bash -c "exec 3<>/dev/tcp/::1/$PORT"'],
  ['a proxy', 'http_proxy="http://127.0.0.1:$PORT" curl -sm 2 http://example.com', { needs: 'curl', control: true }],
  ['the machine beyond', 'timeout 2 bash -c "exec 3<>/dev/tcp/192.0.2.1/80"'],
  ['metadata of the cloud', 'curl -sm 2 http://169.254.169.254/', { needs: 'curl' }],
  ['a name', 'timeout 2 getent hosts example.com'],
  [
    'DNS by hand',
    `python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1); s.sendto(b"x", ("192.0.2.53", 53)); s.recv(1)'`,
    { needs: 'python3' },
  ],
  ['ping', 'ping -c 1 -W 1 127.0.0.2 && ping -c 1 -W 1 192.0.2.1'],
  [
    'raw sockets',
    `python3 -c 'import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3); s.settimeout(1); print(s.recv(9))'`,
    { needs: 'python3' },
  ],
  ['a socket file of another', 'socat -T1 - "UNIX-CONNECT:$SOCKET" < /dev/null', { needs: 'socat', control: true }],
  [
    'a socket file, by python',
    `python3 -c 'import os, socket; s = socket.socket(socket.AF_UNIX); s.connect(os.environ["SOCKET"]); print(s.recv(99))'`,
    { needs: 'python3', control: true },
  ],
  ['a socket file, by curl', 'curl -sm 2 --unix-socket "$SOCKET" http://x/', { needs: 'curl', control: true }],
  [
    'a socket file, through a link',
    `ln -s "$SOCKET" s; python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("s"); print(s.recv(99))'`,
    { needs: 'python3' },
  ],
  [
    'a socket file, by node',
    'node -e "require(\\"net\\").connect(process.env.SOCKET).on(\\"error\\", () => process.exit(1)).on(\\"data\\", (d) => console.log(String(d)))"',
    { control: true },
  ],
  ['the agent of ssh', 'SSH_AUTH_SOCK="$SOCKET" ssh-add -l', { needs: 'ssh' }],
  [
    'abstract sockets',
    `python3 -c 'import socket\nfor line in open("/proc/net/unix"):\n  name = line.split()[-1]\n  if name.startswith("@"):\n    s = socket.socket(socket.AF_UNIX); s.connect("\\\\0" + name[1:]); print(name)'; false`,
    { needs: 'python3' },
  ],
  ['docker', 'docker ps', { needs: 'docker' }],
  [
    'docker’s socket',
    'curl -sm 2 --unix-socket /var/run/docker.sock http://x/info || curl -sm 2 --unix-socket /run/docker.sock http://x/info',
    { needs: 'curl' },
  ],
  [
    'D-Bus',
    'dbus-send --system --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames || busctl list || test -S /run/dbus/system_bus_socket',
  ],
  ['X11', 'test -e /tmp/.X11-unix/X0 || xset q'],
  ['systemd', 'systemctl --user status || systemd-run --user touch "$OUTSIDE/pwned"'],
  ['at', 'echo "touch $OUTSIDE/pwned" | at now'],
  ['crontab', 'echo "* * * * * touch $OUTSIDE/pwned" | crontab -'],
  ['another network namespace', 'nsenter -t "$ENGINE" -n curl -sm 2 "http://127.0.0.1:$PORT"', { needs: 'curl' }],
  ['a new network namespace with a link out', 'unshare -Urn sh -c "ip link add v type veth peer name w netns 1"'],
]);

const processes = commands('processes', 'process', [
  ['kill', 'kill -9 "$VICTIM"'],
  ['kill the engine', 'kill -TERM "$ENGINE"'],
  ['stop', 'kill -STOP "$VICTIM"'],
  ['kill by name', 'pkill -x sleep; killall sleep; false'],
  ['kill all', 'kill -9 -1', { alone: true }],
  ['kill the parent', 'kill -9 "$PPID"; kill -9 1; false', { alone: true }],
  ['kill the group', 'kill -9 0', { alone: true }],
  ['by node', 'node -e "process.kill(process.env.VICTIM)"'],
  ['by python', `python3 -c 'import os; os.kill(int(os.environ["VICTIM"]), 9)'`, { needs: 'python3' }],
  ['ptrace', 'gdb -batch -p "$VICTIM" -ex "call (void)exit(1)"', { needs: 'gdb' }],
  ['renice', 'renice -n 19 -p "$VICTIM"'],
  ['priority by prlimit', 'prlimit --pid "$VICTIM" --nofile=1'],
  ['the oom killer', 'echo 1000 > "/proc/$VICTIM/oom_score_adj"'],
  ['memory of another', `python3 -c 'import os; open("/proc/%s/mem" % os.environ["VICTIM"], "wb").write(b"x")'`, { needs: 'python3' }],
  ['outliving by setsid', 'setsid nohup sh -c "sleep 90 # outlive-the-jail $TOP" >/dev/null 2>&1 & true', { alone: true }],
  ['outliving by a double fork', '( ( sh -c "sleep 90 # outlive-the-jail $TOP" & ) & ) >/dev/null 2>&1; true', { alone: true }],
  [
    'outliving by ignoring signals',
    'sh -c "trap \\"\\" TERM HUP INT; sleep 90 # outlive-the-jail $TOP" >/dev/null 2>&1 & true',
    { alone: true },
  ],
  ['outliving without its mark', 'env -i setsid sh -c "sleep 90 # outlive-the-jail $TOP" >/dev/null 2>&1 & true', { alone: true }],
  ['many processes', 'for i in $(seq 200); do sh -c "sleep 90 # outlive-the-jail $TOP" & done >/dev/null 2>&1; true', { alone: true }],
  ['a message to the engine’s terminal', 'echo > "/proc/$ENGINE/fd/1" && echo CANARY-terminal-7f3a91'],
  ['typing into the terminal', `python3 -c 'import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b"x")'`, { needs: 'python3' }],
  // Done as it is already, so that nothing is changed where it can be done; then it says so.
  ['a setting of the kernel', 'f=/proc/sys/kernel/core_pattern; cat $f > v; cat v > $f && echo CANARY-kernel-7f3a91'],
  ['another setting of the kernel', 'f=/proc/sys/vm/swappiness; cat $f > v; cat v > $f && echo CANARY-vm-7f3a91'],
  ['cgroups', 'mkdir /sys/fs/cgroup/massgen-jail && echo CANARY-cgroup-7f3a91 && rmdir /sys/fs/cgroup/massgen-jail'],
  ['the clock', 'date -s "$(date)" >/dev/null && echo CANARY-clock-7f3a91'],
  ['other rights', 'sudo -n true || su -c true nobody'],
  ['a setuid program', 'cp /bin/sh s; chmod u+s s; chown root s; ./s -p -c "touch $OUTSIDE/pwned"'],
]);

export const running = [...archives, ...packages, ...reach, ...processes];

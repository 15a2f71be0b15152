/** What an agent leaves in the git of its workspace, for whoever uses git there next. */
import { commands } from '../attempt.js';

/** A program that leaves a mark outside: whoever runs it outside of the sandbox is found out. */
const evil = 'printf "#!/bin/sh\\ntouch \\"$OUTSIDE/pwned\\"; cat\\n" > evil; chmod +x evil; E="$PWD/evil"';

/** Settings of the workspace's own git that run programs: the engine uses git there. */
const settings: readonly (readonly [name: string, setting: string])[] = [
  ...['core.fsmonitor', 'core.hooksPath', 'core.pager', 'core.editor', 'core.sshCommand', 'core.askPass', 'core.gitProxy'].map(
    (key) => [key, key] as const,
  ),
  ...['diff.external', 'diff.x.textconv', 'diff.x.command', 'filter.x.clean', 'filter.x.smudge', 'filter.x.process'].map(
    (key) => [key, key] as const,
  ),
  ...['merge.x.driver', 'credential.helper', 'gpg.program', 'sequence.editor', 'interactive.diffFilter', 'pager.diff'].map(
    (key) => [key, key] as const,
  ),
  ...['uploadpack.packObjectsHook', 'remote.x.receivepack', 'trailer.x.command', 'core.alternateRefsCommand'].map(
    (key) => [key, key] as const,
  ),
];

const own = 'cd "$WS"; git add -A -f . >/dev/null 2>&1; git status >/dev/null 2>&1';

export const inGit = commands('git', 'write', [
  ...settings.map(
    ([name, key]) =>
      [
        `${name} of the workspace’s own repository`,
        `${evil}; cd "$WS"; printf '* filter=x diff=x merge=x\\n' > .gitattributes; git config ${key} "$E"; echo change > changed-$RANDOM.txt; sed -i 1d a.txt; ${own}; false`,
      ] as const,
  ),
  ...[
    'post-index-change',
    'pre-commit',
    'post-checkout',
    'post-commit',
    'fsmonitor-watchman',
    'reference-transaction',
    'prepare-commit-msg',
  ].map(
    (hook) =>
      [
        `the hook ${hook} of the workspace’s own repository`,
        `${evil}; mkdir -p "$WS/.git/hooks"; cp evil "$WS/.git/hooks/${hook}"; false`,
      ] as const,
  ),
  ['include.path', `${evil}; printf '[core]\\nfsmonitor = %s\\n' "$E" > inc; cd "$WS"; git config include.path "$OLDPWD/inc"; false`],
  [
    'includeIf',
    `${evil}; printf '[core]\\nfsmonitor = %s\\n' "$E" > inc; cd "$WS"; git config includeIf.gitdir:/.path "$OLDPWD/inc"; false`,
  ],
  [
    'a .git file that leads to the person’s',
    'git init -q n; rm -rf n/.git; echo "gitdir: $FOLDER/.git" > n/.git; cd n; git -c user.name=a -c user.email=b commit -q --allow-empty -m x',
    { control: true },
  ],
  ['a .git link to the person’s', 'mkdir n; ln -s "$FOLDER/.git" n/.git; cd n; git add -A', {}],
  [
    'a nested repository with a monitor',
    `${evil}; git init -q n; cd n; git -c user.name=a -c user.email=b commit -q --allow-empty -m x; git config core.fsmonitor "$E"; touch f; false`,
  ],
  ['a nested repository with hooks', `${evil}; git init -q n; cp evil n/.git/hooks/post-index-change; false`],
  [
    'a submodule with a command',
    `${evil}; cd "$WS"; git init -q sub; git -C sub -c user.name=a -c user.email=b commit -q --allow-empty -m x; printf '[submodule "sub"]\\npath=sub\\nurl=./sub\\nupdate=!%s\\n' "$E" > .gitmodules; git config submodule.sub.update "!$E"; git config submodule.sub.active true; git submodule update; git submodule update --init; rm -rf sub .gitmodules; false`,
  ],
  [
    'core.worktree',
    'git init -q n; cd n; git config core.worktree "$FOLDER"; git -c user.name=a -c user.email=b checkout -q --orphan x; git clean -ffdx',
  ],
  [
    'core.worktree of the workspace',
    'cd "$WS"; git config core.worktree "$OUTSIDE"; git checkout -q -f HEAD; git config --unset core.worktree',
  ],
  [
    'url.insteadOf',
    'git -c "url.$FOLDER/.insteadOf=https://x/" ls-remote https://x/.git; git -c "url.$FOLDER.insteadOf=x:" push -q x: HEAD:refs/heads/y',
  ],
  ['ext::', 'git -c protocol.ext.allow=always clone "ext::sh -c touch% $OUTSIDE/pwned"', { control: true }],
  ['an alias with !', 'git -c alias.x="!touch $OUTSIDE/pwned" x', { control: true }],
  [
    'alternates that read',
    'git init -q n; echo "$FOLDER/.git/objects" > n/.git/objects/info/alternates; git -C n cat-file --batch-all-objects --batch; false',
  ],
  ['a symbolic link as .gitattributes', 'ln -s "$HOMEDIR/.ssh/id_ed25519" "$WS/.gitattributes-x"; git -C "$WS" check-attr -a x; false'],
  ['a commit of a link to a secret', 'ln -s "$HOMEDIR/.ssh/id_ed25519" key; cd "$WS"; git add -A; git show :key; false'],
  ['a file in .git of a name that git folds', 'mkdir -p "$WS/.GIT/hooks" "$WS/git~1" 2>/dev/null; echo x > "$WS/git~1/x"; false'],
  ['a broken index', 'cd "$WS"; cp .git/index keep; head -c 100 keep > .git/index; false'],
]);

/** Repositories as they come: every state that git can leave a folder in. */
import { commit, edit, file, folder, git, gitAt, plainFiles, plainWork, type Row, remove, repository, run, sh, write } from '../row.js';

const origin = [
  sh(
    'mkdir ../origin && cd ../origin && git init -q && printf "one\\ntwo\\nthree\\n" >a.txt && mkdir -p deep/er && printf "b\\n" >deep/er/b.txt && printf "g\\n" >gone.txt && printf "#!/bin/sh\\n" >run.sh && chmod +x run.sh && git add -A && git commit -qm one && printf "later\\n" >later.txt && git add -A && git commit -qm two && git config uploadpack.allowFilter true',
  ),
];
const cloned = (...args: string[]) => [...origin, sh(`git clone -q ${args.join(' ')} "file://$WORLD/origin" .`)];

export const repositories: readonly Row[] = [
  { name: 'plain', sample: true, make: repository(...plainFiles), work: plainWork },
  { name: 'no repository', sample: true, make: [...plainFiles], work: plainWork },
  { name: 'empty folder', make: [], work: { a: [write('first.txt', 'first\n')], b: [] } },
  { name: 'unborn HEAD', sample: true, make: [git('init', '-q'), ...plainFiles], work: plainWork },
  { name: 'unborn HEAD with a staged file', make: [git('init', '-q'), ...plainFiles, git('add', 'a.txt')], work: plainWork },
  { name: 'detached HEAD', make: [...repository(...plainFiles), git('checkout', '-q', '--detach')], work: plainWork },
  { name: 'sha256', sample: true, make: [git('init', '-q', '--object-format=sha256'), ...plainFiles, ...commit()], work: plainWork },
  { name: 'sha256 without a commit', make: [git('init', '-q', '--object-format=sha256'), ...plainFiles], work: plainWork },
  {
    name: 'submodule',
    sample: true,
    make: [...origin, ...repository(...plainFiles), sh('git submodule --quiet add "file://$WORLD/origin" sub'), ...commit()],
    work: {
      a: [edit('a.txt', 'two', 'TWO'), edit('sub/a.txt', 'two', 'in the submodule')],
      b: [write('sub/new.txt', 'n\n'), remove('sub/gone.txt')],
    },
  },
  {
    name: 'submodule that is not checked out',
    make: [
      ...origin,
      ...repository(...plainFiles),
      sh('git submodule --quiet add "file://$WORLD/origin" sub'),
      ...commit(),
      git('submodule', '--quiet', 'deinit', '-f', 'sub'),
    ],
    work: plainWork,
  },
  {
    name: 'submodule in a submodule, changed and untracked',
    make: [
      ...origin,
      sh(
        'mkdir ../middle && cd ../middle && git init -q && printf "m\\n" >m.txt && git add -A && git commit -qm m && git submodule --quiet add "file://$WORLD/origin" inner && git commit -qm s',
      ),
      ...repository(...plainFiles),
      sh('git submodule --quiet add "file://$WORLD/middle" sub && git submodule --quiet update --init --recursive'),
      ...commit(),
      sh('printf "changed\\n" >sub/inner/a.txt; printf "u\\n" >sub/inner/untracked.txt; printf "u\\n" >sub/untracked.txt'),
    ],
    work: { a: [write('sub/inner/a.txt', 'again\n'), write('sub/m.txt', 'M\n')], b: [remove('sub/inner/untracked.txt')] },
  },
  {
    name: 'repository in the repository',
    make: [
      ...repository(...plainFiles),
      folder('tools/inner'),
      gitAt('tools/inner', 'init', '-q'),
      file('tools/inner/i.txt', 'i\n'),
      ...commit('tools/inner'),
      file('tools/inner/u.txt', 'untracked\n'),
    ],
    work: { a: [edit('tools/inner/i.txt', 'i', 'I')], b: [write('tools/inner/new.txt', 'n\n'), remove('tools/inner/u.txt')] },
  },
  {
    name: 'repository without a commit in the repository',
    make: [...repository(...plainFiles), folder('inner'), gitAt('inner', 'init', '-q'), file('inner/i.txt', 'i\n')],
    work: { a: [edit('inner/i.txt', 'i', 'I')], b: [remove('gone.txt')] },
  },
  {
    name: "a worktree of the person's",
    make: [
      sh(
        'mkdir ../main && cd ../main && git init -q && printf "one\\ntwo\\n" >a.txt && git add -A && git commit -qm one && rmdir ../project && git worktree add -q ../project -b side',
      ),
      file('mine.txt', 'untracked\n'),
    ],
    work: { a: [edit('a.txt', 'two', 'TWO')], b: [remove('mine.txt')] },
  },
  {
    name: 'a repository that has worktrees, one of them inside',
    make: [
      ...repository(...plainFiles),
      git('worktree', 'add', '-q', '../other', '-b', 'other'),
      git('worktree', 'add', '-q', 'wt/inside', '-b', 'inside'),
    ],
    work: plainWork,
  },
  {
    name: 'a .git file (separate git dir)',
    make: [git('init', '-q', '--separate-git-dir', '../elsewhere.git'), ...plainFiles, ...commit()],
    work: plainWork,
  },
  {
    name: 'a .git that is a link',
    make: [...repository(...plainFiles), sh('mv .git ../real.git && ln -s ../real.git .git')],
    work: plainWork,
  },
  { name: 'shallow clone', make: cloned('--depth', '1'), work: plainWork },
  { name: 'partial clone (blob:none)', make: cloned('--filter=blob:none'), work: plainWork },
  { name: 'partial clone (tree:0)', make: cloned('--filter=tree:0'), work: plainWork },
  {
    name: 'partial clone with a sparse checkout',
    make: [...cloned('--filter=blob:none', '--sparse'), file('a.txt', 'one\ntwo\nchanged\n')],
    work: { a: [edit('a.txt', 'two', 'TWO')], b: [write('new/n.txt', 'n\n')] },
  },
  {
    name: 'sparse checkout, cone',
    sample: true,
    make: [...repository(...plainFiles, file('away/w.txt', 'w\n')), git('sparse-checkout', 'set', '--cone', 'deep')],
    also: { 'away/w.txt': 'w\n' },
    work: plainWork,
  },
  {
    name: 'sparse index',
    make: [
      ...repository(...plainFiles, file('away/w.txt', 'w\n'), file('away/more/m.txt', 'm\n')),
      git('sparse-checkout', 'set', '--cone', '--sparse-index', 'deep'),
    ],
    also: { 'away/w.txt': 'w\n', 'away/more/m.txt': 'm\n' },
    work: plainWork,
  },
  {
    name: 'what a sparse checkout left away is written',
    make: [
      ...repository(...plainFiles, file('away/w.txt', 'w\n'), file('away/x.txt', 'x\n')),
      git('sparse-checkout', 'set', '--cone', 'deep'),
    ],
    also: { 'away/w.txt': 'w\n', 'away/x.txt': 'x\n' },
    work: { a: [write('away/w.txt', 'W\n')], b: [edit('a.txt', 'two', 'TWO')] },
  },
  {
    name: 'damaged: an object is missing',
    make: [...repository(...plainFiles), sh('rm -f .git/objects/$(git rev-parse HEAD:a.txt | sed "s,^..,&/,")')],
    work: plainWork,
  },
  {
    name: 'damaged: an object is garbage',
    make: [
      ...repository(...plainFiles),
      sh('f=.git/objects/$(git rev-parse HEAD:a.txt | sed "s,^..,&/,"); chmod u+w $f; printf garbage >$f'),
    ],
    work: plainWork,
  },
  {
    name: 'damaged: a pack is cut short',
    make: [
      ...repository(...plainFiles),
      git('repack', '-q', '-a', '-d'),
      sh('p=$(ls .git/objects/pack/*.pack); chmod u+w $p; truncate -s 60 $p'),
    ],
    work: plainWork,
  },
  {
    name: 'damaged: a pack has wrong bytes in its midst',
    make: [
      ...repository(...plainFiles),
      git('repack', '-q', '-a', '-d'),
      sh(
        'p=$(ls .git/objects/pack/*.pack); chmod u+w $p; printf "\\377\\377\\377\\377\\377\\377" | dd of=$p bs=1 seek=40 conv=notrunc 2>/dev/null',
      ),
    ],
    work: plainWork,
  },
  { name: 'damaged: the index', sample: true, make: [...repository(...plainFiles), sh('printf garbage >.git/index')], work: plainWork },
  { name: 'damaged: HEAD', make: [...repository(...plainFiles), sh('printf garbage >.git/HEAD')], work: plainWork },
  {
    name: 'damaged: HEAD leads to a commit that is gone',
    make: [...repository(...plainFiles), sh('printf "%040d\\n" 1 >.git/refs/heads/main')],
    work: plainWork,
  },
  { name: 'damaged: the configuration', make: [...repository(...plainFiles), sh('printf "[core\\n" >.git/config')], work: plainWork },
  {
    name: 'damaged: no objects at all',
    make: [...repository(...plainFiles), sh('rm -rf .git/objects/??; rm -rf .git/objects/pack')],
    work: plainWork,
  },
  { name: 'alternates', make: [...origin, sh('git clone -q --shared ../origin .')], work: plainWork },
  { name: 'alternates that are gone', make: [...origin, sh('git clone -q --shared ../origin . && rm -rf ../origin')], work: plainWork },
  {
    name: 'git gc --prune=now after an amend',
    sample: true,
    make: repository(...plainFiles),
    work: plainWork,
    meanwhile: [sh('git commit -q --amend -m amended --allow-empty && git reflog expire --expire=now --all && git gc -q --prune=now')],
  },
  {
    name: 'git gc --prune=now after a rebuilt history',
    make: [...repository(...plainFiles), file('only-in-the-index.txt', 'staged\n'), git('add', '-A')],
    work: plainWork,
    meanwhile: [
      sh(
        'git checkout -q --orphan fresh && git commit -q -m fresh && git branch -q -D main && git reflog expire --expire=now --all && git gc -q --prune=now',
      ),
    ],
  },
  {
    name: 'a merge in conflict',
    make: [
      ...repository(...plainFiles),
      sh(
        'git checkout -q -b other && printf "other\\n" >a.txt && git commit -qam o && git checkout -q main && printf "main\\n" >a.txt && git commit -qam m && git merge -q other || true',
      ),
      file('new.txt', 'n\n'),
    ],
    work: { a: [write('a.txt', 'merged\n')], b: [remove('gone.txt'), write('new.txt', 'N\n')] },
  },
  {
    name: 'a rebase in progress, with a file deleted on one side',
    make: [
      ...repository(...plainFiles),
      sh(
        'git checkout -q -b other && git rm -q a.txt && git commit -qm o && git checkout -q main && printf "main\\n" >a.txt && git commit -qam m && git checkout -q other && git rebase -q main || true',
      ),
    ],
    work: { a: [write('a.txt', 'kept\n')], b: [write('new.txt', 'N\n')] },
  },
  {
    name: 'a cherry-pick and a bisect in progress',
    make: [
      ...repository(...plainFiles),
      file('a.txt', 'x\n'),
      ...commit(),
      sh('git bisect start -q; git bisect bad; git bisect good HEAD~1 >/dev/null; git rev-parse HEAD >.git/CHERRY_PICK_HEAD'),
    ],
    work: { a: [write('a.txt', 'y\n')], b: [remove('gone.txt')] },
  },
  { name: 'an index lock left behind', make: [...repository(...plainFiles), file('.git/index.lock', '')], work: plainWork },
  {
    name: 'intent to add',
    make: [...repository(...plainFiles), file('promised.txt', 'p\n'), git('add', '-N', 'promised.txt')],
    work: { a: [write('promised.txt', 'P\n')], b: [remove('promised.txt')] },
  },
  {
    name: 'assume-unchanged and skip-worktree, with edits',
    make: [
      ...repository(...plainFiles),
      git('update-index', '--assume-unchanged', 'a.txt'),
      git('update-index', '--skip-worktree', 'run.sh'),
      file('a.txt', 'one\ntwo\nhidden\n'),
      file('run.sh', '#!/bin/sh\nhidden\n', 0o755),
    ],
    work: { a: [edit('a.txt', 'two', 'TWO')], b: [edit('run.sh', 'hidden', 'shown')] },
  },
  {
    name: 'split index',
    make: [...repository(...plainFiles), git('update-index', '--split-index'), file('a.txt', 'one\ntwo\nsplit\n'), git('add', 'a.txt')],
    work: plainWork,
  },
  {
    name: 'untracked cache',
    make: [
      ...repository(...plainFiles),
      git('config', 'core.untrackedCache', 'true'),
      git('update-index', '--force-untracked-cache'),
      git('status'),
      file('u.txt', 'u\n'),
    ],
    work: plainWork,
  },
  { name: 'index version 4', make: [...repository(...plainFiles), git('update-index', '--index-version', '4')], work: plainWork },
  {
    name: 'an index without a checksum',
    make: [...repository(...plainFiles), git('config', 'index.skipHash', 'true'), git('update-index', '--force-write-index')],
    work: plainWork,
  },
  {
    name: 'staged, unstaged, renamed and removed at once',
    make: [
      ...repository(...plainFiles),
      file('a.txt', 'staged\n'),
      git('add', '-A'),
      file('a.txt', 'staged\ntwo\n'),
      sh('git mv run.sh renamed.sh; rm gone.txt'),
    ],
    work: { a: [edit('a.txt', 'two', 'TWO')], b: [write('gone.txt', 'back\n'), remove('renamed.sh')] },
  },
  {
    name: 'removed from the index alone',
    make: [...repository(...plainFiles), git('rm', '-q', '--cached', 'a.txt')],
    work: { a: [edit('a.txt', 'two', 'TWO')], b: [remove('a.txt')] },
  },
  {
    name: 'grafts and replaced objects',
    make: [
      ...repository(...plainFiles),
      sh('git replace $(git rev-parse HEAD:a.txt) $(printf "replaced\\n" | git hash-object -w --stdin)'),
    ],
    work: plainWork,
  },
  {
    name: 'a bare repository',
    make: [sh('cd .. && rmdir project && git init -q --bare project')],
    work: { a: [write('new.txt', 'n\n')], b: [] },
  },
  {
    name: 'reftable-like extension that this git does not know',
    make: [
      ...repository(...plainFiles),
      git('config', 'core.repositoryformatversion', '1'),
      git('config', 'extensions.fromTheFuture', 'true'),
    ],
    work: plainWork,
  },
  {
    name: 'many loose branches, packed refs, tags and stashes',
    make: [
      ...repository(...plainFiles),
      sh(
        'for n in $(seq 40); do git branch b/$n; git tag t$n; done; git pack-refs --all; printf "s\\n" >>a.txt; git stash -q; printf "s2\\n" >>a.txt; git stash -q',
      ),
    ],
    work: plainWork,
  },
  {
    name: 'an agent that uses git in every way',
    make: repository(...plainFiles),
    work: {
      a: [
        run(
          'git add -A && git commit -qm mine --allow-empty && git stash -q -u; git checkout -q -b side && printf "x\\n" >x.txt && git add x.txt && git commit -qm x && git gc -q --prune=now && git rm -q gone.txt && git reset -q --hard && rm -f gone.txt',
          write('x.txt', 'x\n'),
          remove('gone.txt'),
        ),
      ],
      b: [run('rm -rf .git && printf "y\\n" >y.txt', write('y.txt', 'y\n'))],
    },
  },
  { name: 'a folder in a repository', sample: true, open: 'deep', make: repository(...plainFiles), work: plainWork },
  {
    name: 'a folder deep in a repository, with a name to be quoted',
    open: 'a "b" \\c/d [e]/ü',
    make: [...repository(...plainFiles, file('a "b" \\c/d [e]/ü/f.txt', 'f\n'))],
    work: { a: [edit('a "b" \\c/d [e]/ü/f.txt', 'f', 'F')], b: [write('a.txt', 'outside of what is open\n')] },
  },
  {
    name: 'a folder in a repository that ignores it',
    open: 'out',
    root: 'out',
    make: [...repository(...plainFiles, file('.gitignore', 'out/\n')), file('out/o.txt', 'o\n')],
    work: { a: [edit('o.txt', 'o', 'O')], b: [write('n.txt', 'n\n')] },
  },
  {
    name: 'a folder in a home that is a repository',
    open: '',
    make: [
      sh(
        'cd .. && git init -q home && mkdir -p home/p && cd home && git add -A && git commit -qm dotfiles && rmdir ../project && ln -s home/p ../project',
      ),
      file('f.txt', 'f\n'),
    ],
    work: { a: [edit('f.txt', 'f', 'F')], b: [] },
    root: '../home/p',
  },
];

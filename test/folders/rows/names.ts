/** Names that tools stumble over. */
import { commit, edit, file, folder, git, mode, move, type Row, remove, repository, run, sh, write } from '../row.js';

const NFC = 'caf\u00e9.txt';
const NFD = 'cafe\u0301.txt';
const LATIN = 'stra\udcdfe.txt';
const deep = Array.from({ length: 60 }, (_, n) => `folder-number-${n}-with-a-long-name`).join('/');

export const names: readonly Row[] = [
  {
    name: 'spaces, quotes, newlines, tabs and backslashes',
    needs: ['modes'],
    make: repository(
      file(' two  spaces .txt', 's\n'),
      file('"quoted".txt', 'q\n'),
      file("it's.txt", 'i\n'),
      file('line\nbreak.txt', 'l\n'),
      file('tab\there.txt', 't\n'),
      file('back\\slash.txt', 'b\n'),
      file('\r.txt', 'r\n'),
    ),
    work: {
      a: [
        edit(' two  spaces .txt', 's', 'S'),
        edit('"quoted".txt', 'q', 'Q'),
        edit("it's.txt", 'i', 'I'),
        edit('line\nbreak.txt', 'l', 'L'),
        write('new\nline "and\\quote\t".txt', 'n\n'),
      ],
      b: [edit('back\\slash.txt', 'b', 'B'), remove('tab\there.txt'), move('line\nbreak.txt', 'to/an\nother'), remove('\r.txt')],
    },
  },
  {
    name: 'globs, pathspec magic and option-like names',
    sample: true,
    needs: ['modes'],
    make: repository(
      file('-rf', 'r\n'),
      file('--help/-x', 'x\n'),
      file('*.txt', 'star\n'),
      file('[ab].txt', 'class\n'),
      file('a.txt', 'a\n'),
      file('?', 'q\n'),
      file(':(top)x', 'm\n'),
      file(':!y', 'm\n'),
      file('$HOME', 'h\n'),
      file('#hash', 'h\n'),
      file('!bang', 'b\n'),
      file('{a,b}', 'b\n'),
      file('%41', 'p\n'),
      file('a;touch x', 's\n'),
      file('@{u}', 'u\n'),
      file('HEAD', 'h\n'),
    ),
    work: {
      a: [
        edit('-rf', 'r', 'R'),
        edit('--help/-x', 'x', 'X'),
        edit('*.txt', 'star', 'STAR'),
        edit(':(top)x', 'm', 'M'),
        edit('$HOME', 'h', 'H'),
        write('--version', 'v\n'),
        edit('#hash', 'h', 'H'),
        edit('HEAD', 'h', 'H'),
      ],
      b: [
        remove('[ab].txt'),
        remove('?'),
        remove(':!y'),
        remove('!bang'),
        move('{a,b}', '{c}'),
        edit('%41', 'p', 'P'),
        edit('a;touch x', 's', 'S'),
        write('-', 'dash\n'),
        remove('@{u}'),
      ],
    },
  },
  {
    name: 'non-ASCII in both normal forms',
    sample: true,
    needs: ['linux'],
    make: repository(
      file(NFC, 'composed\n'),
      file(NFD, 'decomposed\n'),
      file('日本語/ファイル.txt', 'j\n'),
      file('😀.txt', 'e\n'),
      file('\u202eevil.txt', 'rtl\n'),
      file('\u200b.txt', 'zero width\n'),
    ),
    work: {
      a: [edit(NFC, 'composed', 'C'), edit('日本語/ファイル.txt', 'j', 'J'), write('ʼnew’.txt', 'n\n'), move('😀.txt', '😎.txt')],
      b: [edit(NFD, 'decomposed', 'D'), remove('\u202eevil.txt'), write('nfd-nu\u0308.txt', 'n\n'), remove('\u200b.txt')],
    },
  },
  {
    name: 'core.precomposeUnicode and core.quotePath=false',
    needs: ['linux'],
    make: [
      ...repository(file(NFD, 'd\n'), file('a.txt', 'a\n')),
      git('config', 'core.precomposeUnicode', 'true'),
      git('config', 'core.quotePath', 'false'),
    ],
    work: { a: [edit(NFD, 'd', 'D')], b: [write(NFC, 'c\n')] },
  },
  {
    name: 'names that are no UTF-8',
    needs: ['linux'],
    make: repository(file(LATIN, 'l\n'), file('a.txt', 'a\n'), file('b\udcff\udcfe/c', 'c\n')),
    work: { a: [edit('a.txt', 'a', 'A'), write('n.txt', 'n\n')] },
  },
  {
    name: 'a change of a name that is no UTF-8',
    needs: ['linux'],
    make: repository(file(LATIN, 'l\n'), file('a.txt', 'a\n')),
    work: { a: [edit('a.txt', 'a', 'A')], b: [edit(LATIN, 'l', 'L')] },
  },
  {
    name: 'case-only renames',
    needs: ['linux'],
    make: repository(file('Readme.md', 'read\nme\nplease\n'), file('Src/a.txt', 'a\n'), file('b.txt', 'b\n')),
    work: { a: [move('Readme.md', 'README.md'), edit('README.md', 'me', 'ME')], b: [run('mv Src tmp && mv tmp src', move('Src', 'src'))] },
  },
  {
    name: 'names that differ in case alone',
    needs: ['linux'],
    make: repository(file('a.txt', 'small\n'), file('A.txt', 'large\n'), file('d/x', 'x\n'), file('D/x', 'X\n')),
    work: { a: [edit('a.txt', 'small', 's'), edit('D/x', 'X', 'XX')], b: [remove('A.txt'), write('D/X', 'third\n')] },
  },
  {
    name: 'core.ignoreCase=true',
    needs: ['linux'],
    make: [...repository(file('Readme.md', 'read\nme\n'), file('b.txt', 'b\n')), git('config', 'core.ignoreCase', 'true')],
    work: { a: [edit('Readme.md', 'me', 'ME')], b: [write('new.txt', 'n\n')] },
  },
  {
    name: 'core.ignoreCase=true and a case-only rename',
    needs: ['linux'],
    make: [...repository(file('Readme.md', 'read\nme\n'), file('b.txt', 'b\n')), git('config', 'core.ignoreCase', 'true')],
    work: { a: [move('Readme.md', 'README.md')], b: [edit('b.txt', 'b', 'B')] },
  },
  {
    name: 'names of Windows devices, with colons and dots at the end',
    needs: ['linux'],
    make: repository(
      file('con', 'c\n'),
      file('aux.txt', 'a\n'),
      file('a:b', 'b\n'),
      file('dot.', 'd\n'),
      file('space ', 's\n'),
      file('nul', 'n\n'),
    ),
    work: {
      a: [edit('con', 'c', 'C'), edit('a:b', 'b', 'B'), edit('dot.', 'd', 'D')],
      b: [write('C:stream', 's\n'), remove('space '), remove('nul')],
    },
  },
  {
    name: 'very deep paths',
    make: repository(file('a.txt', 'a\n'), file(`${deep}/f.txt`, 'f\n')),
    work: { a: [edit(`${deep}/f.txt`, 'f', 'F')], b: [write(`${deep}/g.txt`, 'g\n')] },
  },
  {
    name: 'a name of 255 bytes',
    make: repository(file('a.txt', 'a\n'), file('n'.repeat(255), 'n\n')),
    work: { a: [edit('n'.repeat(255), 'n', 'N')], b: [write('m'.repeat(255), 'm\n')] },
  },
  {
    name: "names like ours, and like git's",
    make: repository(
      file('.massgenignore', 'nothing-of-this\n'),
      file('.massgen-notes', 'n\n'),
      file('sub/.massgen/own.txt', 'o\n'),
      file('massgen.yaml', 'agents: []\n'),
      file('store.git/HEAD', 'h\n'),
      file('.massgen-probe', 'p\n'),
      file('workspaces/x', 'x\n'),
      file('.gitmodules', '[submodule "no"]\n\tpath = no\n\turl = ../no\n'),
      file('.gitattributes', '* -diff\n'),
      file('.mailmap', 'x <x@x>\n'),
      file('.GITignore', 'g\n'),
    ),
    work: {
      a: [
        edit('.massgen-notes', 'n', 'N'),
        edit('massgen.yaml', 'agents: []', 'agents: none'),
        edit('store.git/HEAD', 'h', 'H'),
        edit('.massgen-probe', 'p', 'P'),
        write('.gitmodules', ''),
      ],
      b: [
        write('.gitattributes', '* binary\n'),
        edit('workspaces/x', 'x', 'X'),
        write('.gitignore', 'ignored-by-the-agent\n'),
        write('a-peers/x', 'x\n'),
      ],
    },
  },
  {
    name: 'a folder whose own path has spaces, quotes and a colon',
    needs: ['linux'],
    open: 'a "b\' c:d;e, f',
    make: [
      sh('mkdir "a \\"b\' c:d;e, f" && cd "a \\"b\' c:d;e, f" && git init -q && printf "a\\n" >a.txt && git add -A && git commit -qm a'),
    ],
    root: 'a "b\' c:d;e, f',
    work: { a: [edit('a.txt', 'a', 'A')], b: [write('b.txt', 'b\n')] },
  },
  {
    name: 'a folder whose own path has a line break',
    needs: ['linux'],
    open: 'a\nb',
    make: [folder('a\nb'), sh('printf "a\\n" >"$(printf "a\\nb/a.txt")"')],
    work: { a: [], b: [] },
    refused: { at: 'start', says: /line break/ },
  },
  {
    name: 'ignored files, forced in, and ignored by the agent',
    make: repository(file('.gitignore', '*.log\nbuild/\n'), file('a.txt', 'a\n'), sh('printf "l\\n" >kept.log; git add -f kept.log')),
    work: {
      a: [edit('kept.log', 'l', 'L'), run('mkdir -p build && printf "b\\n" >build/out && printf "x\\n" >x.log')],
      b: [mode('a.txt', true)],
    },
  },
  {
    name: 'secrets and ignored files beside the work',
    make: [
      ...repository(file('.gitignore', '*.log\n'), file('a.txt', 'a\n')),
      file('.env', 'KEY=secret\n', 0o600),
      file('id_rsa', 'key\n', 0o600),
      file('x.log', 'log\n'),
      folder('empty/folder', 0o700),
    ],
    left: ['.env', 'id_rsa', 'x.log'],
    work: { a: [edit('a.txt', 'a', 'A')], b: [remove('a.txt'), write('b/c.txt', 'c\n')] },
  },
  {
    name: '.massgenignore leaves tracked files out',
    make: repository(file('.massgenignore', 'private/\n'), file('private/p.txt', 'p\n'), file('a.txt', 'a\n')),
    left: ['private'],
    work: { a: [edit('a.txt', 'a', 'A')], b: [write('b.txt', 'b\n')] },
  },
  {
    name: 'a secret-looking file in the way of a new one',
    make: [...repository(file('a.txt', 'a\n')), file('.env', 'KEY=secret\n')],
    left: ['.env'],
    work: { a: [edit('a.txt', 'a', 'A')], b: [write('.env', 'KEY=mine\n')] },
    refused: { at: 'apply', agent: 'b', says: /\.env/ },
  },
  {
    name: 'no files but ignored ones',
    make: [git('init', '-q'), file('.gitignore', '*\n'), file('a.log', 'a\n')],
    left: ['.gitignore', 'a.log'],
    work: { a: [run('true')], b: [] },
  },
  {
    name: 'commit of everything, then a rename of a whole folder',
    make: [
      ...repository({
        do: 'files',
        count: 40,
        path: (n) => `old/name/f${n}.txt`,
        content: (n) => `file number ${n}\nwith lines\nof its own ${n}\n`,
      }),
      ...commit().slice(0, 1),
    ],
    work: { a: [run('git mv old new', move('old', 'new')), edit('new/name/f3.txt', 'with', 'WITH')], b: [run('rm -r old', remove('old'))] },
  },
];

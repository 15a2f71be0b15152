/** Contents that are no plain lines: line ends, encodings, filters, sizes. */
import { commit, edit, file, git, type Row, remove, repository, sh, write } from '../row.js';

const bytes = (...parts: (string | readonly number[] | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))));
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const png = bytes([0x89], 'PNG\r\n', [0x1a], '\n', [0, 0, 0, 13, 13, 10, 10]);

/** As git-crypt has it: what is committed is not what is on the disk, and without its program git refuses to work. */
const crypt = [
  git('config', 'filter.crypt.clean', 'tr a-z b-za'),
  git('config', 'filter.crypt.smudge', 'tr b-za a-z'),
  git('config', 'filter.crypt.required', 'true'),
];

const gitCrypt = [
  git('init', '-q'),
  sh('git-crypt init'),
  file('.gitattributes', 'secret/** filter=git-crypt diff=git-crypt\n'),
  file('secret/s.txt', 'the secret\n'),
  file('open.txt', 'open\n'),
  ...commit(),
];

export const contents: readonly Row[] = [
  {
    name: 'eol=lf on files that have CRLF, and on binary files',
    sample: true,
    make: repository(
      file('.gitattributes', '* text eol=lf\n'),
      file('dos.txt', 'a\r\nb\r\nc\r\n'),
      file('mixed.txt', 'a\nb\r\nc'),
      file('pic.png', png),
      sh('git add -A'),
    ),
    work: {
      a: [edit('dos.txt', 'b\r\n', 'B\r\n'), write('pic.png', bytes(png, [13, 10, 0]))],
      b: [write('new.txt', 'x\r\ny\r\n'), edit('mixed.txt', 'b\r\nc', 'b\r\nC')],
    },
  },
  {
    name: 'eol=crlf',
    make: repository(file('.gitattributes', '* text=auto eol=crlf\n'), file('a.txt', 'a\nb\n'), file('dos.txt', 'a\r\nb\r\n')),
    work: { a: [edit('a.txt', 'b\n', 'B\n')], b: [edit('dos.txt', 'b\r\n', 'B\r\n'), write('new.txt', 'n\n')] },
  },
  {
    name: 'core.autocrlf=true',
    make: [git('init', '-q'), git('config', 'core.autocrlf', 'true'), file('a.txt', 'a\r\nb\r\n'), file('unix.txt', 'a\nb\n'), ...commit()],
    work: { a: [edit('a.txt', 'b\r\n', 'B\r\n')], b: [edit('unix.txt', 'b', 'B')] },
  },
  {
    name: 'core.autocrlf=input, core.safecrlf=true',
    make: [
      git('init', '-q'),
      file('a.txt', 'a\r\nb\r\n'),
      ...commit(),
      git('config', 'core.autocrlf', 'input'),
      git('config', 'core.safecrlf', 'true'),
    ],
    work: { a: [edit('a.txt', 'b\r\n', 'B\r\n')], b: [remove('a.txt')] },
  },
  {
    name: 'line ends of a Mac of old',
    make: repository(file('mac.txt', 'a\rb\rc\r')),
    work: { a: [edit('mac.txt', 'b\r', 'B\r')], b: [write('mac.txt', 'a\nb\n')] },
  },
  {
    name: 'a byte order mark, no newline at the end, an empty file',
    make: repository(file('bom.txt', '\ufeffone\ntwo\n'), file('open.txt', 'one\ntwo'), file('empty.txt', ''), file('newline.txt', '\n')),
    work: {
      a: [edit('bom.txt', 'two', 'TWO'), edit('open.txt', 'two', 'TWO'), write('empty.txt', 'full')],
      b: [write('open.txt', 'one\ntwo\n'), write('newline.txt', ''), remove('empty.txt')],
    },
  },
  {
    name: 'UTF-16 and Latin-1',
    make: repository(file('wide.txt', utf16('eins\r\nzwei\r\n')), file('latin.txt', bytes('stra', [0xdf], 'e\nbr', [0xfc], 'cke\n'))),
    work: {
      a: [write('wide.txt', utf16('eins\r\nZWEI\r\n')), write('latin.txt', bytes('STRA', [0xdf], 'E\nbr', [0xfc], 'cke\n'))],
      b: [write('new-latin.txt', bytes([0xe4, 0xf6, 0xfc, 10]))],
    },
  },
  {
    name: 'working-tree-encoding=UTF-16',
    make: repository(
      file('.gitattributes', '*.txt working-tree-encoding=UTF-16LE-BOM eol=crlf\n'),
      file('wide.txt', utf16('eins\r\nzwei\r\n')),
    ),
    work: { a: [write('wide.txt', utf16('eins\r\ndrei\r\n'))], b: [write('other.txt', 'not in that encoding\n')] },
  },
  {
    name: 'ident, export-subst and a merge driver',
    make: [
      ...repository(
        file('.gitattributes', '* ident export-subst merge=ours diff=broken\n'),
        file('id.txt', '$Id$\n$Id: 0000 $\n$Format:%H$\n'),
      ),
      git('config', 'merge.ours.driver', 'false'),
      git('config', 'diff.broken.textconv', 'false'),
      git('config', 'diff.broken.command', 'false'),
    ],
    work: { a: [edit('id.txt', '$Id$\n', '$Id$ more\n')], b: [write('new.txt', '$Id$\n')] },
  },
  {
    name: 'encrypted by a required filter',
    sample: true,
    make: [
      git('init', '-q'),
      ...crypt,
      file('.gitattributes', 'secret/** filter=crypt diff=crypt\n'),
      file('secret/s.txt', 'the secret\n'),
      file('open.txt', 'open\n'),
      ...commit(),
    ],
    work: { a: [edit('secret/s.txt', 'secret', 'answer')], b: [write('secret/new.txt', 'plain on the disk\n')] },
  },
  {
    name: 'encrypted, and the key is not here',
    make: [
      git('init', '-q'),
      ...crypt,
      file('.gitattributes', 'secret/** filter=crypt diff=crypt\n'),
      file('secret/s.txt', 'the secret\n'),
      ...commit(),
      git('config', 'filter.crypt.clean', 'false'),
      git('config', 'filter.crypt.smudge', 'false'),
    ],
    work: { a: [edit('secret/s.txt', 'secret', 'answer')], b: [write('open.txt', 'o\n')] },
  },
  {
    name: 'git-crypt',
    needs: ['git-crypt'],
    make: [...gitCrypt, sh('git show HEAD:secret/s.txt | grep -q GITCRYPT')],
    work: {
      a: [edit('secret/s.txt', 'secret', 'answer')],
      b: [write('secret/new.txt', 'plain on the disk\n'), edit('open.txt', 'open', 'OPEN')],
    },
  },
  {
    name: 'git-crypt, locked: what is on the disk is encrypted',
    needs: ['git-crypt'],
    make: [...gitCrypt, sh('git-crypt lock && ! grep -q secret secret/s.txt')],
    work: { a: [edit('open.txt', 'open', 'OPEN'), remove('secret/s.txt')], b: [write('secret/new.txt', 'plain on the disk\n')] },
  },
  {
    name: 'a filter that has a process of its own and hangs',
    make: [
      git('init', '-q'),
      file('.gitattributes', '*.slow filter=slow\n'),
      file('a.slow', 'slow\n'),
      ...commit(),
      git('config', 'filter.slow.process', 'sleep 600'),
      git('config', 'filter.slow.required', 'true'),
      sh('touch a.slow'),
    ],
    work: { a: [edit('a.slow', 'slow', 'fast')], b: [write('b.slow', 'b\n')] },
  },
  {
    name: 'Git LFS',
    sample: true,
    needs: ['git-lfs'],
    make: [
      git('init', '-q'),
      git('lfs', 'install', '--local'),
      git('lfs', 'track', '*.bin'),
      file('big.bin', { size: 300_000, of: 'lfs content ' }),
      file('a.txt', 'a\n'),
      ...commit(),
    ],
    work: { a: [write('big.bin', { size: 300_001, of: 'lfs Content ' })], b: [write('more.bin', bytes([0, 1, 2]))] },
  },
  {
    name: 'Git LFS, not installed: only pointers are there',
    make: repository(
      file('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n'),
      file(
        'big.bin',
        'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
      ),
    ),
    work: { a: [edit('big.bin', '12345', '54321')], b: [write('more.bin', bytes([0, 1, 2]))] },
  },
  {
    name: 'lines of 2 MB',
    make: repository(
      file('long.txt', { size: 2 << 20, of: 'a long line without an end ' }),
      file('min.js', { size: (2 << 20) + 7, of: 'var a=1;' }),
    ),
    work: {
      a: [write('long.txt', { size: (2 << 20) + 1, of: 'a long line without an end ' })],
      b: [write('min.js', { size: (2 << 20) + 7, of: 'let a=1;' })],
    },
  },
  {
    name: 'a file of 50 MB',
    make: repository(file('big.dat', { size: 50 << 20, of: 'fifty megabytes \0\n' }), file('a.txt', 'a\n')),
    work: { a: [edit('a.txt', 'a', 'A')], b: [write('big.dat', { size: (50 << 20) + 1, of: 'fifty Megabytes \0\n' })] },
  },
  {
    name: 'a file of 50 MB that is not tracked',
    make: [...repository(file('a.txt', 'a\n')), file('big.dat', { size: 50 << 20, of: 'lines of text\n' })],
    work: { a: [remove('big.dat')], b: [write('second.dat', { size: 50 << 20, of: 'other lines\n' })] },
  },
  {
    name: '50,000 files',
    make: [
      git('init', '-q'),
      { do: 'files', count: 50_000, path: (n) => `src/d${n % 500}/f${n}.txt`, content: (n) => `file ${n}\n` },
      ...commit(),
    ],
    work: { a: [edit('src/d1/f1.txt', 'file', 'FILE'), remove('src/d2/f2.txt')], b: [write('src/d3/new.txt', 'n\n')] },
  },
  {
    name: '5,000 files that are not tracked, and an agent that changes 3,000',
    make: [git('init', '-q'), { do: 'files', count: 5_000, path: (n) => `src/d${n % 50}/f${n}.txt`, content: (n) => `file ${n}\n` }],
    work: {
      a: [
        {
          act: 'run',
          command: 'for n in $(seq 0 2999); do printf "file $n changed\\n" >src/d$((n % 50))/f$n.txt; done',
          makes: Array.from({ length: 3000 }, (_, n) => write(`src/d${n % 50}/f${n}.txt`, `file ${n} changed\n`)),
        },
      ],
      b: [{ act: 'run', command: 'rm -r src/d7', makes: [remove('src/d7')] }],
    },
  },
  {
    name: 'what looks binary, conflict markers, diffs and NUL bytes in text',
    make: repository(
      file('nul.txt', 'a\0b\n'),
      file('marked.txt', '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n'),
      file('x.diff', 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'),
    ),
    work: { a: [write('nul.txt', bytes('a\0c\n')), edit('marked.txt', 'a\n', 'A\n')], b: [edit('x.diff', '-a\n', '-A\n')] },
  },
];

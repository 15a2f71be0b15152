/** File systems: those that lack something, those that can do more, those that are full, and more than one in a folder. */
import { edit, file, link, move, plainFiles, plainWork, type Row, remove, repository, run, type Step, sh, write } from '../row.js';

/** The project on a disk of its own. What the disk is kept in is nobody's, and is gone with it. */
const onDisk = (make: string, options = ''): Step =>
  sh(`i=$(mktemp) && truncate -s 320M $i && ${make} $i >/dev/null && mount ${options} -o loop $i . ; e=$?; rm $i; exit $e`);
const exfat = onDisk('mkfs.exfat', '-t exfat-fuse');

export const disks: readonly Row[] = [
  {
    name: 'exFAT: no case, no links, no permissions',
    needs: ['loop', 'exfat'],
    modeless: true,
    make: [exfat, ...repository(...plainFiles)],
    work: plainWork,
  },
  {
    name: 'exFAT: renames of case alone',
    needs: ['loop', 'exfat'],
    modeless: true,
    make: [exfat, ...repository(file('Readme.md', 'read\nme\nplease\n'), file('Src/a.txt', 'a\n'), file('b.txt', 'b\n'))],
    work: {
      a: [run('mv Readme.md README.md', move('Readme.md', 'README.md')), edit('README.md', 'me', 'ME')],
      b: [run('mv Src tmp && mv tmp src', move('Src', 'src')), write('c.txt', 'c\n')],
    },
  },
  {
    name: 'exFAT: no repository',
    needs: ['loop', 'exfat'],
    modeless: true,
    make: [exfat, ...plainFiles],
    work: plainWork,
  },
  {
    name: 'btrfs, whose files share their blocks',
    needs: ['loop', 'btrfs'],
    make: [
      onDisk('mkfs.btrfs -q'),
      ...repository(...plainFiles, link('l', 'a.txt'), file('big.dat', { size: 5 << 20, of: 'five megabytes\n' })),
    ],
    work: { a: [edit('a.txt', 'two', 'TWO'), write('big.dat', 'small\n')], b: [remove('l'), edit('run.sh', 'hello', 'HELLO')] },
  },
  {
    name: 'xfs, whose files share their blocks',
    needs: ['loop', 'xfs'],
    make: [onDisk('mkfs.xfs -q'), ...repository(...plainFiles, file('big.dat', { size: 5 << 20, of: 'five megabytes\n' }))],
    work: { a: [edit('a.txt', 'two', 'TWO'), write('big.dat', 'small\n')], b: [remove('gone.txt'), edit('run.sh', 'hello', 'HELLO')] },
  },
];

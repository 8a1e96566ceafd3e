// Programs that list, copy, move, pack and delete files.

import { describeAll } from './describe-all.ts';

/** File tools by name. */
export const fileTools = describeAll([
  [
    'ls dir vdir lsd exa eza',
    {
      text: '-I --ignore --hide -w --width -T --tabsize --sort --time --color --time-style --format --indicator-style',
      operands: 'read',
      is: 'harmless here',
      naming: '*',
    },
  ],
  ['tree', { text: '-L -P -I --filelimit --charset --timefmt --sort', write: '-o', operands: 'read', is: 'here' }],
  [
    'file',
    {
      text: '-F --separator -e --exclude -P --parameter',
      code: '-C --compile',
      read: '-f --files-from -m --magic-file',
      operands: 'read',
      is: 'harmless',
    },
  ],
  ['stat', { text: '-c --format --printf', operands: 'read', is: 'harmless' }],
  ['realpath', { read: '--relative-to --relative-base', operands: 'read', is: 'harmless' }],
  ['readlink namei lsattr getfacl', { operands: 'read', is: 'harmless' }],
  [
    'du df',
    {
      text: '-d --max-depth -t --threshold -B --block-size --exclude --time-style --output',
      read: '-X --exclude-from --files0-from',
      operands: 'read',
      is: 'harmless here',
    },
  ],
  ['touch', { text: '-d --date -t --time', read: '-r --reference', operands: 'write' }],
  ['mkdir', { flags: '-p --parents -v', text: '-m --mode', operands: 'write' }],
  ['rmdir unlink', { flags: '-p --parents -v', operands: 'write', is: 'entries' }],
  ['mkfifo', { text: '-m --mode', operands: 'write' }],
  ['mknod', { text: '-m --mode', operands: 'write text' }],
  ['mktemp', { flags: '-d -q -u -t', text: '--suffix', makes: '-p --tmpdir', makesIn: '/tmp', operands: 'prefix' }],
  ['truncate shred', { text: '-s --size -n --iterations', read: '-r --reference --random-source', operands: 'write' }],
  ['rm', { operands: 'write', is: 'entries' }],
  [
    'mv',
    {
      text: '-S --suffix',
      write: '-t --target-directory',
      any: '--backup',
      operands: 'both',
      is: 'last-written entries',
    },
  ],
  [
    'ln link',
    {
      text: '-S --suffix',
      write: '-t --target-directory',
      any: '--backup',
      operands: 'read',
      is: 'last-written entries',
    },
  ],
  [
    'cp',
    {
      text: '-S --suffix -m --mode -o --owner -g --group',
      write: '-t --target-directory',
      code: '--strip-program',
      any: '--backup',
      operands: 'read',
      is: 'last-written',
    },
  ],
  [
    'install',
    {
      flags: '-d --directory -D -C -c -p -s -v -T',
      text: '-S --suffix -m --mode -o --owner -g --group',
      write: '-t --target-directory',
      code: '--strip-program',
      any: '--backup',
      rewriting: '-d --directory',
      operands: 'read',
      is: 'last-written',
    },
  ],
  ['chmod chown chgrp chattr setfacl', { read: '--reference', replacing: '--reference', operands: 'text write' }],
  ['tee sponge', { operands: 'write' }],
  ['dd', { operands: 'any' }],
  [
    'tar bsdtar gtar',
    {
      flags:
        '-c -x -t -v -z -j -J -a -p -k -m -O -P -h -S -n -w -l -o -W -U -u -r -A -d --create --extract --get --list --verbose --gzip --bzip2 --xz --zstd --auto-compress --preserve-permissions --keep-old-files --to-stdout --dereference --sparse --totals --wildcards --no-wildcards --anchored --ignore-case --no-recursion --update --append --diff --delete --numeric-owner --same-owner --no-same-owner --no-same-permissions --overwrite --exclude-vcs --no-anchored --sort --format --help --version',
      text: '-b --blocking-factor --owner --group --mode --mtime --exclude --strip-components --transform-none -L --tape-length -N --newer -H',
      read: '-X --exclude-from -T --files-from',
      any: '-f --file -C --directory -g --listed-incremental -K --starting-file',
      code: '--checkpoint-action --to-command -I --use-compress-program -F --info-script --new-volume-script --rsh-command --rmt-command --transform --xform -s',
      operands: 'any',
      is: 'strict',
    },
  ],
  [
    'zip',
    {
      flags: '-r -q -v -9 -1 -0 -j -u -f -d -m -l -X -y -e -sf -T',
      text: '-x -i -n -P -s -t',
      code: '-TT --unzip-command',
      write: '-b -O --out -lf',
      operands: 'any',
      is: 'strict',
    },
  ],
  ['unzip zipinfo', { text: '-P -x', makes: '-d', beyond: '-K -:', operands: 'read' }],
  [
    'gzip gunzip bzip2 bunzip2 xz unxz lzma unlzma zstd unzstd lz4 unlz4',
    { text: '-S --suffix -T --threads --format -F', makes: '-o', read: '--files --files0', operands: 'read' },
  ],
  ['cpio pax', { write: '-O -D', code: '--to-stdout --rsh-command -I', operands: 'any', is: 'strict' }],
  ['7z 7za', { operands: 'any' }],
  [
    'rsync',
    {
      flags:
        '-a -v -r -n -z -h -i -q -u -t -l -p -g -o -D -H -A -X -x -P -c -b -W -S -L -k -O -J -R -d -m -0 --archive --verbose --recursive --dry-run --compress --human-readable --itemize-changes --quiet --update --times --links --perms --group --owner --delete --delete-after --delete-before --delete-excluded --progress --stats --checksum --partial --inplace --whole-file --ignore-existing --existing --size-only --relative --prune-empty-dirs --no-perms --no-owner --no-group --list-only --help --version',
      text: '--exclude --include --filter -f --bwlimit --timeout --max-size --min-size --chmod --chown --out-format --info --port',
      read: '--exclude-from --include-from --files-from --compare-dest --link-dest --copy-dest',
      write: '--log-file --backup-dir --partial-dir --temp-dir -T --write-batch --only-write-batch',
      code: '-e --rsh --rsync-path -M --remote-option --daemon --config --read-batch --early-input --stop-at',
      operands: 'any',
      is: 'strict',
    },
  ],
  ['mount umount losetup', { operands: 'any' }],
]);

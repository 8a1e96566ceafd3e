// Programs that do their work without starting anything, but for a few options: those are named here. Whatever else they do
// is known by their words alone.

import { describeAll } from './describe-all.ts';

/** Programs with a side door, by name. */
export const sideDoors = describeAll([
  // Files, archives and media.
  [
    'gpg gpg2',
    {
      write: '-o --output',
      text: '-r --recipient -u --local-user --keyid-format',
      code: '--exec-path --photo-viewer --keyserver-options --agent-program --dirmngr-program --pinentry-program --keyboxd-program --passphrase-fd --passphrase-file --options --load-extension --homedir',
      operands: 'any',
    },
  ],
  [
    'restic borg rclone duplicity',
    {
      read: '-p --password-file',
      code: '--password-command -o --option --rsh --passcommand --rclone.program --metadata-mapper --config',
      operands: 'any',
      commands: { serve: { operands: 'code' }, rcd: { operands: 'code' }, mount: { operands: 'code' } },
    },
  ],
  ['pv', { write: '-o --output', any: '-P --pidfile', operands: 'read' }],
  ['uudecode', { write: '-o', operands: 'read' }],
  [
    'ctags etags uctags',
    {
      write: '-f -o',
      code: '--options --optlib-dir --filter --mline-regex-sh --langdef --regex --_xformat --_interactive',
      operands: 'any',
    },
  ],
  [
    'cloc',
    {
      code: '--extract-with --unrar --config --read-lang-def --force-lang-def --diff-list-file --vcs',
      write: '--report-file --out',
      harmless: /^--vcs=(?:git|auto)$/,
      operands: 'any',
    },
  ],
  [
    'ffmpeg ffprobe convert magick mogrify montage gs ghostscript',
    {
      write: '-progress -report -sOutputFile',
      code: '-dNOSAFER -dDELAYSAFER -protocol_whitelist -script',
      operands: 'source',
      is: 'long-dash',
    },
  ],
  [
    'yt-dlp youtube-dl',
    {
      code: '--exec --exec-before-download --config-locations --config-location --external-downloader --downloader --ffmpeg-location --plugin-dirs --netrc-cmd --use-postprocessor --alias --load-info-json --enable-file-urls',
      write: '-o --output -P --paths --cache-dir',
      operands: 'any',
    },
  ],
  ['msgfilter msgexec', { operands: 'code' }],
  ['csvtool', { operands: 'any', commands: { call: { operands: 'code' } } }],
  [
    'latex pdflatex lualatex xelatex tex pdftex luatex latexmk',
    {
      flags: '-interaction -halt-on-error -draftmode',
      code: '-shell-escape --shell-escape -enable-write18 --enable-write18 -e -r -pdflatex -latex -lua --luaonly --lua',
      write: '-output-directory -aux-directory',
      operands: 'code',
      is: 'long-dash',
      harmless: /^-interaction=|^=[^\\{}]+$/,
    },
  ],
  [
    'fzf sk',
    {
      text: '-q --query -f --filter -n --nth -d --delimiter --height --prompt --header --layout',
      code: '--preview --bind --with-shell --execute --listen --become --history -c --cmd',
      operands: 'text',
    },
  ],
  ['delta diff-so-fancy difft', { code: '--pager --config --diff-args', operands: 'any' }],
  // Databases.
  ['mongo mongod', { code: '--eval --shell', operands: 'text code' }],
  [
    'pg_dump pg_dumpall pg_restore',
    {
      text: '-h -p -U -d -n -t -N -T -j -Z -F --format --host --port --username --dbname --schema --table',
      write: '-f --file',
      flags: '-a -s -c -C -v --no-owner',
      code: '--service',
      operands: 'text',
    },
  ],
  [
    'mysqldump mariadb-dump',
    {
      text: '-h -P -u --host --port --user --databases',
      write: '-r --result-file --tab -T --log-error',
      code: '--plugin-dir --default-auth --defaults-file --defaults-extra-file --init-command',
      operands: 'text',
    },
  ],
  // System and network.
  ['sysctl', { flags: '-a -n -e -N --all', code: '-w --write -p --load --system -f', operands: 'any', is: 'settings' }],
  [
    'timedatectl hostnamectl localectl loginctl busctl resolvectl networkctl machinectl bootctl coredumpctl',
    {
      flags: '--no-pager',
      code: '-H --host -M --machine --image --root --debugger',
      operands: 'text',
      commands: {
        'status show list list-timezones list-sessions list-users list-units user-status session-status show-session show-user tree introspect query statistics info':
          { operands: 'text' },
        'debug gdb shell login exec': { operands: 'code' },
        'set-time set-timezone set-ntp set-local-rtc set-hostname hostname set-locale set-keymap terminate-session terminate-user kill-session kill-user enable-linger call emit set-property':
          { operands: 'beyond' },
      },
    },
  ],
  [
    'ssh-keygen',
    {
      flags: '-l -v -y -q -e -i -R -F -L',
      text: '-t -b -C -N -P -E -m -Z',
      code: '-D -s -w -O -Y',
      any: '-f',
      operands: 'any',
    },
  ],
  ['ssh-add', { flags: '-l -L -c -q', code: '-s -e -S', operands: 'any' }],
  ['smbclient psftp rlogin rsh tmate whois-gui', { code: '-c -b -e -l', operands: 'any' }],
  ['whois', { beyond: '-h --host -p --port', operands: 'text' }],
  ['socket', { code: '-p -s -l', operands: 'text' }],
  ['openvpn', { operands: 'code', flags: '--version --help --show-ciphers' }],
  ['wireshark sqlmap', { code: '-X --eval -e --script', operands: 'any' }],
  ['mail mailx s-nail mutt', { beyond: '-A -a --attach', code: '--exec -e -S -X -F -H', operands: 'any' }],
  ['pidstat', { code: '-e', operands: 'text' }],
  ['top htop btop', { flags: '-b -c -i -S -H', text: '-n -d -p -u -U -o -w -s', operands: 'text' }],
  ['scrot import maim', { code: '-e --exec', operands: 'write' }],
  [
    'vagrant virsh',
    {
      operands: 'any',
      commands: { ssh: { code: '-c --command', operands: 'any code' }, 'create define edit': { operands: 'code' } },
    },
  ],
  [
    'puppet facter chef-client salt-call',
    {
      code: '-e --execute --custom-dir --external-dir --modulepath',
      operands: 'any',
      commands: { apply: { operands: 'code' } },
    },
  ],
  [
    'ld ld.bfd ld.gold ld.lld',
    { code: '-plugin --plugin', write: '-Map', any: '-o', operands: 'any', is: 'long-dash' },
  ],
  ['nm ar ranlib objdump strip', { code: '--plugin', operands: 'any' }],
  [
    'ghc runhaskell cabal stack',
    {
      code: '-e -fplugin -F -pgmF -pgmP --with-compiler',
      operands: 'any',
      is: 'long-dash',
      commands: { exec: { operands: 'code' }, run: { operands: 'code' }, repl: { operands: 'code' } },
    },
  ],
  ['ldconfig', { flags: '-p --print-cache -v', code: '-f -r -C', operands: 'code' }],
  [
    'gimp slsh jrunscript jtag minicom ginsh scanmem tdbtool volatility gtester byebug pry pdb pdb3 timeit cProfile cprofile xdg-user-dir posh yash tasksh vigr vipw rview run-mailcap runscript sg rtorrent yelp zathura w3m octave-cli',
    { flags: '--version --help', operands: 'code', code: '-c -e -b', is: 'runs-input' },
  ],
]);

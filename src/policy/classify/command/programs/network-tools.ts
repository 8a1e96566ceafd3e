// Programs that talk to others, and those that start commands elsewhere.

import { describeAll } from './describe-all.ts';

/** Network tools by name. */
export const networkTools = describeAll([
  [
    'curl',
    {
      flags:
        '-s -S -f -L -v -i -I -k -g -G -4 -6 -a -N -O -J -R -Z -# -n -q -p -B -M -l --silent --show-error --fail --location --verbose --include --head --insecure --compressed --globoff --get --no-buffer --fail-with-body --http1.1 --http2 --http3 --tlsv1.2 --tlsv1.3 --no-progress-meter --progress-bar --ipv4 --ipv6 --location-trusted --remote-name --version --help --raw',
      text: '-X --request -A --user-agent -e --referer -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -u --user -w --write-out -r --range --max-redirs -C --continue-at -y -Y --limit-rate --url-query --interface --proto --proto-redir --rate',
      any: '-H --header -d --data --data-raw --data-binary --data-urlencode --json -F --form --form-string -b --cookie -T --upload-file --url --cacert --capath --cert -E --key --netrc-file',
      write:
        '-o --output -D --dump-header -c --cookie-jar --trace --trace-ascii --output-dir --stderr --etag-save --alt-svc --hsts --libcurl',
      code: '--request-target --path-as-is -x --proxy --preproxy --socks5 --socks5-hostname --socks4 --socks4a --resolve --connect-to --doh-url --dns-servers --abstract-unix-socket --unix-socket --expand-url --expand-data --variable -K --config --engine --krb -Q --quote --egd-file -t --telnet-option',
      operands: 'any',
      is: 'strict',
    },
  ],
  [
    'wget',
    {
      flags:
        '-q -v -c -N -S -r -l -k -p -m -b -nv -nc -nd --quiet --verbose --continue --no-verbose --spider --no-check-certificate --server-response --version --help --no-clobber',
      text: '-t --tries -T --timeout -w --wait --header -U --user-agent --user --password --method --body-data --post-data --limit-rate --max-redirect -Q -A -R -D',
      write:
        '-O --output-document -o --output-file -a --append-output -P --directory-prefix --save-cookies --warc-file',
      read: '-i --input-file --post-file --body-file --load-cookies --ca-certificate --certificate',
      code: '--use-askpass -e --execute --config --egd-file --preferred-location --random-file',
      operands: 'any',
      is: 'strict',
    },
  ],
  [
    'ssh slogin autossh mosh',
    {
      flags: '-4 -6 -a -A -C -f -g -k -K -M -n -N -q -s -t -T -v -x -X -y -Y -V',
      text: '-b -c -e -l -m -p -B',
      read: '-i',
      code: '-o -F -S -O -I -L -R -D -W -w -J -E -P -Q',
      operands: 'text program',
      is: 'strict remote joins',
      wrapping: 'spelling',
    },
  ],
  [
    'scp sftp',
    {
      flags: '-r -p -q -v -C -B -3 -4 -6',
      text: '-P -c -l',
      read: '-i',
      code: '-o -S -F -J -D -b -s -R',
      operands: 'any',
      is: 'strict',
    },
  ],
  [
    'nc ncat netcat nc.openbsd nc.traditional',
    {
      flags: '-z -v -n -u -w -4 -6',
      text: '-p -s -q -i',
      code: '-e -c -l -k --exec --sh-exec --lua-exec -U -x',
      operands: 'text',
      is: 'strict',
    },
  ],
  ['socat', { flags: '-V -h', operands: 'code', is: 'strict' }],
  [
    'openssl',
    {
      write: '-out -keyout -writerand -CAserial',
      code: 'engine -engine -provider -provider-path -config',
      beyond: '-connect -proxy -accept -www -WWW',
      operands: 'any',
      is: 'long-dash runs-input',
    },
  ],
  ['telnet ftp tftp lftp', { code: '-e -c -f', operands: 'code', is: 'strict' }],
  ['tcpdump tshark nmap', { code: '-z --script -w -Z -r -F', operands: 'text', is: 'strict' }],
]);

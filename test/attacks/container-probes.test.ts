// Looks for a way out of a container with the means every program in it has. One container answers all the questions.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('probes');
const answers = new Map<string, string>();
afterAll(() => bench.close());

const questions = {
  interfaces: 'ls /sys/class/net',
  routes: 'tail -n +2 /proc/net/route | wc -l',
  outward:
    '(exec 3<>/dev/tcp/1.1.1.1/53) 2>&1; python3 -c "import socket; print(socket.gethostbyname(\'example.com\'))" 2>&1 | tail -1',
  names:
    'cat /etc/resolv.conf /etc/hosts | grep -E "^(nameserver|search|options|10\\.|172\\.|192\\.)" | sort | tr "\\n" ";"',
  user: 'id -u; id -G',
  capabilities: 'grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status | cut -f2 | sort -u',
  privileges: 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status | tr -s "\\t" " "',
  root: 'touch /etc/x /usr/x /x /workspace/x 2>&1 | grep -c "Read-only file system"',
  setuid: 'find / -xdev -perm /6000 -type f 2>/dev/null | wc -l',
  environment: 'env | cut -d= -f1 | sort | tr "\\n" " "',
  sockets:
    'ls /var/run/docker.sock /run/docker.sock /run/containerd 2>/dev/null; find / -xdev -type s 2>/dev/null | wc -l',
  devices: 'ls /dev | sort | tr "\\n" " "',
  disks:
    'mknod /tmp/disk b 254 0 2>&1; cat /dev/vda /dev/sda /dev/mem /dev/kmsg 2>&1 | grep -vc "No such file\\|denied"',
  namespaces: 'unshare -Ur true 2>&1; mount -t tmpfs none /tmp 2>&1; chroot / true 2>&1',
  neighbours: 'ls -d /proc/[0-9]* | wc -l',
  kernel: 'echo 1 2>&1 > /proc/sys/kernel/hostname; echo c > /proc/sysrq-trigger; cat /proc/kcore | head -c1 | wc -c',
  keys: 'cat /proc/keys | wc -c',
  name: 'hostname; date +%Z; pwd; ulimit -c',
  workspace: 'echo x > here.txt; cat here.txt; ls -A',
};

beforeAll(async () => {
  const workspace = bench.workspace();
  writeFileSync(join(workspace, 'seen.txt'), 'seen');
  const script = Object.entries(questions).map(([name, question]) => `echo "== ${name}"; ( ${question} ) 2>&1`);
  process.env.SALLYPORT_TEST_SECRET = 'never inside';
  const outcome = await bench.run(script.join('\n'), workspace, { read: ['.'] });
  for (const part of outputOf(outcome).split('== ').slice(1)) {
    const [name = '', ...lines] = part.split('\n');
    answers.set(name, lines.join('\n').trim());
  }
});

const answer = (name: keyof typeof questions): string => answers.get(name) ?? 'no answer';

test('it has no network interface but loopback, and no name resolves', () => {
  expect(answer('interfaces')).toBe('lo');
  expect(answer('routes')).toBe('0');
  expect(answer('outward')).toMatch(/unreachable[\s\S]*(resolution|not known)/);
});

test('it is not told which name servers and domains this machine has', () => {
  expect(answer('names')).toBe('nameserver 127.0.0.1;options attempts:1;');
});

test('it is not root, and has no capability to become it', () => {
  expect(answer('user')).not.toMatch(/\b0\b/);
  expect(answer('capabilities')).toBe('0000000000000000');
  expect(answer('privileges')).toBe('NoNewPrivs: 1\nSeccomp: 2');
  expect(answer('setuid')).toBe('0');
  expect(answer('namespaces')).not.toBe('');
  expect(answer('namespaces').split('\n')).toHaveLength(3);
});

test('it can write to nothing but /tmp', () => {
  expect(answer('root')).toBe('4');
  expect(answer('workspace')).toMatch(/Read-only file system[\s\S]*No such file[\s\S]*seen\.txt$/);
});

test('it sees no environment, socket, device or process of the machine', () => {
  expect(answer('environment')).toBe('HOME HOSTNAME LANG PATH PWD SHLVL TERM TZ _');
  expect(answer('sockets')).toBe('0');
  const harmless = 'core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero'.split(' ');
  expect(
    answer('devices')
      .split(' ')
      .filter((device) => !harmless.includes(device)),
  ).toEqual([]);
  expect(answer('disks')).toMatch(/not permitted\n0$/);
  expect(Number(answer('neighbours'))).toBeLessThan(10);
});

test('it cannot reach the kernel through /proc', () => {
  expect(answer('kernel')).toMatch(/Read-only file system[\s\S]*0$/);
  expect(answer('keys')).toBe('0');
});

test('it is the same place every time', () => {
  expect(answer('name')).toBe('sandbox\nUTC\n/workspace\n0');
});

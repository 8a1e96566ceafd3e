// What a command finds out about this machine through `/proc` and `/sys`: who reads how the machine was started, which disks,
// devices and kernel parts it has, knows what to attack. And what programs need to fit themselves in is still there.

import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('machine-facts');
afterAll(() => bench.close());
const answer = async (command: string): Promise<string> => outputOf(await bench.run(command, bench.workspace())).trim();

test('how the machine was started, its kernel parts, disks, devices and locks are not told', async () => {
  const names =
    'cmdline version kallsyms modules config.gz interrupts partitions diskstats iomem locks swaps keys zoneinfo';
  expect(await answer(`for name in ${names}; do head -c 100 /proc/$name 2>/dev/null; done | tr -d '\\0' | wc -c`)).toBe(
    '0',
  );
});

test('no disk, bus, device or loaded part of the kernel of this machine is in `/sys`', async () => {
  const found = (await answer('find /sys -path /sys/devices/system -prune -o -print')).split('\n');
  expect(found).toContain('/sys/fs/cgroup');
  const below = (directory: string) => readdirSync(directory).map((name) => `${directory}/${name}`);
  const closed = [
    ...below('/sys/devices'),
    ...below('/sys/class'),
    '/sys/block',
    '/sys/module',
    '/sys/bus',
    '/sys/firmware',
  ];
  const open = ['/sys/devices/system', '/sys/class/net'];
  for (const place of closed.filter((path) => !open.includes(path)))
    expect(
      found.filter((path) => path.startsWith(`${place}/`)),
      place,
    ).toEqual([]);
});

test('programs that look how much there is of the machine still work', async () => {
  const limit = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null';
  const python = 'import os, platform; print(os.cpu_count() > 0, platform.system())';
  const repository =
    'cd /tmp; git init -q r; cd r; git -c user.name=a -c user.email=b commit -q --allow-empty -m x; git log --oneline';
  const parts = [
    'nproc',
    'free -m',
    'ps -e -o comm=',
    'uptime',
    'df /',
    `python3 -c "${python}"`,
    `(${repository})`,
    limit,
  ];
  const answers = (await answer(parts.join('; echo ==; '))).split('==');
  const expected = [
    /^\d+$/,
    /^Mem: +\d+/m,
    /^ps$/m,
    /load average/,
    /\d+% \/$/,
    /^True Linux$/,
    /^[0-9a-f]{7} x$/,
    /^536870912$/,
  ];
  for (const [index, pattern] of expected.entries()) expect(answers[index]?.trim(), parts[index]).toMatch(pattern);
});

import { expect, test } from 'vitest';
import type { PlannedMount } from '../../../src/sandbox/container/mount-plan.ts';
import { mountFault } from '../../../src/sandbox/container/mounts-in-place.ts';

const line = (root: string, point: string, options: string): string =>
  `700 600 254:0 ${root} ${point} ${options},relatime master:1 - ext4 /dev/vda rw`;
const table = (...lines: readonly string[]): string => [line('/', '/', 'ro'), ...lines, ''].join('\n');
const planned = (target: string, access: PlannedMount['access']): PlannedMount => ({
  source: '/somewhere',
  target,
  access,
  kind: 'file',
  isAbsent: false,
  copy: null,
});
const closedFile = '/run/sallyport/x/closed-file';

test('what is not mounted, or somewhere else, or otherwise, is a fault', () => {
  const keys = planned('/workspace/keys', 'closed');
  expect(mountFault(table(), [keys], 'runc')).toMatch(/nothing is mounted at `\/workspace\/keys`/);
  expect(mountFault(table(line(closedFile, '/workspace/other', 'ro')), [keys], 'runc')).toMatch(/nothing is mounted/);
  expect(mountFault(table(line('/w/keys', '/workspace/keys', 'ro')), [keys], 'runc')).toMatch(/is not closed/);
  const read = planned('/workspace', 'read');
  expect(mountFault(table(line('/w', '/workspace', 'rw')), [read], 'runc')).toMatch(/not mounted as `read`/);
  const write = planned('/workspace', 'write');
  expect(mountFault(table(line('/w', '/workspace', 'ro')), [write], 'runc')).toMatch(/not mounted as `write`/);
});

test('the mount that covers the others counts', () => {
  const covered = table(line(closedFile, '/workspace/keys', 'ro'), line('/w/keys', '/workspace/keys', 'ro'));
  expect(mountFault(covered, [planned('/workspace/keys', 'closed')], 'runc')).toMatch(/is not closed/);
});

test('what is as planned is no fault, also with spaces in its name', () => {
  const info = table(
    line('/w', '/workspace', 'rw'),
    line(closedFile, '/workspace/my\\040keys', 'ro'),
    line('/w/x', '/workspace/x', 'ro,nosuid'),
  );
  const plan = [
    planned('/workspace', 'write'),
    planned('/workspace/my keys', 'closed'),
    planned('/workspace/x', 'read'),
  ];
  expect(mountFault(info, plan, 'runc')).toBe('');
});

test('gVisor does not tell what stands behind a mount, so it is not asked', () => {
  const info = table(line('/', '/workspace/keys', 'ro'));
  expect(mountFault(info, [planned('/workspace/keys', 'closed')], 'runsc')).toBe('');
});

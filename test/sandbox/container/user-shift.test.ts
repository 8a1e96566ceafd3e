import { expect, test } from 'vitest';
import { userShiftOf } from '../../../src/sandbox/container/user-shift.ts';

const usual = {
  SecurityOptions: ['name=seccomp,profile=default'],
  DockerRootDir: '/var/lib/docker',
  MemoryLimit: true,
  PidsLimit: true,
};
const remapped = { ...usual, SecurityOptions: ['name=userns'], DockerRootDir: '/var/lib/docker/165536.231072' };

test('an engine that cannot hold containers to their limits is refused, and the message says what it needs', () => {
  expect(() => userShiftOf({ ...usual, MemoryLimit: false })).toThrow(/cgroup v2/);
  expect(() => userShiftOf({ ...usual, PidsLimit: false })).toThrow(/cgroup v2/);
});

test('an engine that maps users and does not say to which, or makes no sense, is refused', () => {
  expect(() => userShiftOf({ ...remapped, DockerRootDir: '/var/lib/docker' })).toThrow(/did not say to which/);
  for (const told of [undefined, null, {}, [], 'info', { ...usual, MemoryLimit: 'yes' }])
    expect(() => userShiftOf(told)).toThrow(/makes no sense/);
});

test('users are moved by what the engine maps them to, and by nothing otherwise', () => {
  expect(userShiftOf(usual)).toEqual({ uid: 0, gid: 0 });
  expect(userShiftOf({ ...usual, SecurityOptions: null })).toEqual({ uid: 0, gid: 0 });
  expect(userShiftOf(remapped)).toEqual({ uid: 165_536, gid: 231_072 });
});

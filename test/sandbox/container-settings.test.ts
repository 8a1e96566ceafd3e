import { expect, test } from 'vitest';
import { defaultSandboxLimits } from '../../src/kernel/limits.ts';
import { settingsOf } from '../../src/sandbox/container/settings.ts';
import type { StagedMount } from '../../src/sandbox/container/staging.ts';
import { type ContainerNetwork, planEgress } from '../../src/sandbox/egress/egress.ts';

const place = { source: '/w', bindFrom: '/run/0', kind: 'directory', isAbsent: false, copy: null } as const;
const plan = (mounts: readonly StagedMount[], network?: ContainerNetwork) =>
  settingsOf({
    imageId: 'sha256:1',
    runtime: 'runc',
    first: { kind: 'command', command: { argv: ['true'], stdin: undefined } },
    limits: defaultSandboxLimits,
    inside: { uid: 10_001, gid: 10_002 },
    mounts,
    network,
    script: null,
    closed: { file: '/run/closed-file', directory: '/run/closed-directory' },
    instance: 'i',
    callId: 'c',
    seccomp: '{}',
    masked: ['/proc/cmdline'],
    cpusMax: 2,
  });

test('a container without grants is told everything that closes it, and nothing that opens it', () => {
  expect(plan([])).toEqual({
    name: 'sallyport-c',
    Image: 'sha256:1',
    Entrypoint: [],
    Cmd: ['true'],
    User: '10001:10002',
    Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/tmp', 'LANG=C.UTF-8', 'TZ=UTC', 'TERM=dumb', 'HOSTNAME=sandbox'],
    WorkingDir: '/workspace',
    Hostname: 'sandbox',
    Tty: false,
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: false,
    StdinOnce: false,
    Labels: { sallyport: '1', 'sallyport.instance': 'i', 'sallyport.call': 'c' },
    HostConfig: {
      NetworkMode: 'none',
      Dns: ['127.0.0.1'],
      DnsSearch: ['.'],
      DnsOptions: ['attempts:1'],
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true', 'seccomp={}'],
      MaskedPaths: ['/proc/cmdline'],
      Privileged: false,
      Init: true,
      IpcMode: 'private',
      ShmSize: 16_777_216,
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=268435456' },
      Mounts: [],
      PidsLimit: 129,
      Memory: 536_870_912,
      MemorySwap: 536_870_912,
      NanoCpus: 1_000_000_000,
      Ulimits: [
        { Name: 'nofile', Soft: 1_024, Hard: 1_024 },
        { Name: 'fsize', Soft: 1_073_741_824, Hard: 1_073_741_824 },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
    },
  });
});

test('a mount is writable only by a write grant, and what is closed shows none of its source', () => {
  const mounts = plan([
    { ...place, target: '/workspace', access: 'read' },
    { ...place, target: '/workspace/out', access: 'write' },
    { ...place, target: '/workspace/keys', access: 'closed' },
    { ...place, target: '/workspace/.env', access: 'closed', kind: 'file' },
  ]).HostConfig?.Mounts;
  const bind = { Type: 'bind', BindOptions: { Propagation: 'rprivate', NonRecursive: true } };
  expect(mounts).toEqual([
    { ...bind, Source: '/run/0', Target: '/workspace', ReadOnly: true },
    { ...bind, Source: '/run/0', Target: '/workspace/out', ReadOnly: false },
    { ...bind, Source: '/run/closed-directory', Target: '/workspace/keys', ReadOnly: true },
    { ...bind, Source: '/run/closed-file', Target: '/workspace/.env', ReadOnly: true },
  ]);
});

test('a container with the network still has none, but loopback and one directory that lead to the proxy', () => {
  const egress = planEgress({ connect: ['db.test:5432', '*.example.com', '10.0.0.1:80'], inject: [] });
  const network = { plan: egress, directory: '/run/door', relay: '/build/relay' };
  const { Cmd, Env, HostConfig } = plan([], network);
  expect(Cmd).toEqual(['/run/sallyport-relay', '127.0.0.1:3128', '[::1]:3128', '127.84.0.1:5432', '--', 'true']);
  expect(Env).toContain('HTTPS_PROXY=http://127.0.0.1:3128');
  expect(HostConfig).toMatchObject({
    NetworkMode: 'none',
    ExtraHosts: ['db.test:127.84.0.1'],
    Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    Mounts: [
      { Source: '/run/door', Target: '/run/sallyport', ReadOnly: true },
      { Source: '/build/relay', Target: '/run/sallyport-relay', ReadOnly: true },
    ],
  });
});

// What of `/proc` and `/sys` a container does not see: how this machine was started, its kernel's parts, disks, devices, and
// what hangs on it. What programs need to fit themselves in stays: processors, memory, load, their own group's limits. It is
// no wall: `uname`, the table of mounts and the amount of memory still tell one machine from another.

import { readdirSync } from 'node:fs';

const kernelFiles = [
  ...['cmdline', 'config.gz', 'version', 'kallsyms', 'kcore', 'kmsg', 'modules', 'execdomains', 'crypto', 'misc'],
  ...['interrupts', 'softirqs', 'irq', 'iomem', 'ioports', 'dma', 'mtrr', 'devices', 'consoles', 'tty', 'driver', 'fb'],
  ...[
    'acpi',
    'asound',
    'bus',
    'scsi',
    'partitions',
    'diskstats',
    'mdstat',
    'swaps',
    'fs',
    'locks',
    'keys',
    'key-users',
  ],
  ...['kpagecgroup', 'kpagecount', 'kpageflags', 'buddyinfo', 'pagetypeinfo', 'slabinfo', 'vmallocinfo', 'zoneinfo'],
  ...['latency_stats', 'pressure', 'sched_debug', 'schedstat', 'timer_list', 'timer_stats'],
];

const systemFiles = [
  ...['block', 'bus', 'dev', 'firmware', 'hypervisor', 'module', 'power'],
  ...['bpf', 'btrfs', 'erofs', 'ext4', 'f2fs', 'fuse', 'nfs', 'pstore', 'xfs'].map((name) => `fs/${name}`),
  ...['boot_params', 'btf', 'debug', 'iommu_groups', 'irq', 'notes', 'security', 'slab', 'tracing', 'vmcoreinfo'].map(
    (name) => `kernel/${name}`,
  ),
];

/** `system` has the processors, `net` the interfaces of the container's own network. */
const kept: readonly string[] = ['/sys/devices/system', '/sys/class/net'];

/** Absolute paths; the engine leaves out what is not there. The names of devices are those of this machine at this moment. */
export const maskedPaths = (): readonly string[] => [
  ...kernelFiles.map((name) => `/proc/${name}`),
  ...systemFiles.map((name) => `/sys/${name}`),
  ...['/sys/devices', '/sys/class'].flatMap(entriesOf).filter((path) => !kept.includes(path)),
];

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => `${directory}/${name}`);
  } catch {
    // Not there: then this machine's containers have nothing in it either, and it is closed in case they have.
    return [directory];
  }
}

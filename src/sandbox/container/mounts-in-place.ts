// Whether a container that was made ahead really holds the mounts of its plan, from its own table of mounts. A place that
// was moved while the engine mounted it, or taken away since, is not where the plan says: such a container is not used.

import type { ContainerRuntime } from '../../kernel/types.ts';
import type { PlannedMount } from './mount-plan.ts';

/** What is not as planned, for a person; '' if all is in place. gVisor does not tell what stands behind a mount. */
export function mountFault(mountinfo: string, planned: readonly PlannedMount[], runtime: ContainerRuntime): string {
  const found = new Map(mountsIn(mountinfo).map((mount) => [mount.point, mount]));
  for (const { target, access } of planned) {
    const mount = found.get(target);
    if (mount === undefined) return `nothing is mounted at \`${target}\``;
    if (mount.isWritable !== (access === 'write')) return `\`${target}\` is not mounted as \`${access}\``;
    const isPlaceholder = runtime === 'runsc' || /\/closed-(file|directory)$/.test(mount.root);
    if (access === 'closed' && !isPlaceholder) return `\`${target}\` is not closed`;
  }
  return '';
}

interface Mount {
  /** Where it begins in its own file system. */
  readonly root: string;
  readonly point: string;
  readonly isWritable: boolean;
}

/** Later lines cover earlier ones. @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
function mountsIn(mountinfo: string): readonly Mount[] {
  return mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, , , root = '', point = '', options = ''] = line.split(' ');
      return { root: unescaped(root), point: unescaped(point), isWritable: options.split(',').includes('rw') };
    });
}

/** Spaces and the like are written as octal numbers in the table of mounts. */
export const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

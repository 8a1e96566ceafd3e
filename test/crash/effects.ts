// The sandbox of the crash harness: its one effect is a line of its own in a file, durable before the call ends, so that
// effects can be counted from outside whatever dies. Previews keep what they would do in a file each.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Permit } from '../../src/kernel/governed-call.ts';
import type { Changes, Executor } from '../../src/kernel/ports.ts';
import { digestOfChanges } from '../../src/kernel/preview.ts';
import type { ChangeSet, Outcome, SealedAction } from '../../src/kernel/types.ts';
import type { StepOn } from './mines.ts';
import { numberOf, wantedIn } from './planned.ts';

export interface Effects extends Executor, Changes {
  /** Removes the previews of processes that are gone, but for those that people may still approve. */
  sweep(isAlive: (instance: string) => boolean, wanted: ReadonlySet<string>): void;
}

/** An executor and the changes of its previews, for calls whose effects go to `file`. */
export function createEffects(file: string, previews: string, instance: string, stepOn: StepOn): Effects {
  mkdirSync(previews, { recursive: true });
  const place = (id: string): string => join(previews, id);

  const takeEffect = ({ digest, action }: SealedAction): Outcome => {
    stepOn('before the effect');
    appendDurably(file, `${digest} ${randomBytes(8).toString('hex')}\n`);
    stepOn('after the effect');
    const { name } = wantedIn(action.args);
    // Every fourth output is long enough to lie beside its record.
    const output = numberOf(name) % 4 === 0 ? `${name} `.repeat(2_000) : name;
    return { kind: 'ok', output, truncated: false, facts: {} };
  };

  return {
    sandbox: 'isolate',
    availability: async () => ({ kind: 'ready', image: '' }),
    execute: async (permit) => takeEffect(Permit.redeem(permit)),
    async preview(permit) {
      Permit.redeem(permit, 'preview');
      const changes = changesOf(randomBytes(16).toString('hex'));
      writeFileSync(place(changes.id), instance, { flush: true });
      return { kind: 'ok', output: '', truncated: false, facts: {}, changes, diff: '+ a line' };
    },
    fault: async ({ changes }) => (changes !== null && existsSync(place(changes.id)) ? '' : 'its preview is gone'),
    commit: async (permit) => takeEffect(Permit.redeem(permit, 'commit')),
    discard: async (id) => rmSync(place(id), { force: true }),
    sweep(isAlive, wanted) {
      for (const id of readdirSync(previews).filter((one) => !wanted.has(one)))
        if (!isAlive(readOwner(place(id)))) rmSync(place(id), { force: true });
    },
  };
}

/** Whose preview it is; '' if it was put in place or thrown away meanwhile. */
function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function changesOf(id: string): ChangeSet {
  const after = { kind: 'file', bytes: 0, sha256: '0'.repeat(64), mode: 0o644 } as const;
  const files = [{ path: 'new', absolute: '/work/place/new', before: { kind: 'absent' } as const, after }];
  return { id, files, digest: digestOfChanges(id, files) };
}

function appendDurably(file: string, line: string): void {
  const descriptor = openSync(file, 'a');
  writeSync(descriptor, line);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

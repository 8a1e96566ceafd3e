// Checkpoints as `config.yaml` wants them: how often, and where they go.

import { resolve } from 'node:path';
import type { Settings } from '../config.ts';
import type { Ledger } from '../kernel/ports.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { type KeepingCheckpoints, keepCheckpoints, type Publisher, usualPace } from '../ledger/keep-checkpoints.ts';
import { publishToFile } from '../publish/publish-to-file.ts';
import { publishToGit } from '../publish/publish-to-git.ts';
import { signingParts } from './ledger-keys.ts';

/** Starts writing checkpoints for a process that has the ledger open. */
export function openCheckpoints(
  settings: Settings,
  store: Store,
  ledger: Ledger,
  tell: (message: string) => void,
): KeepingCheckpoints {
  const parts = signingParts(settings.home, store, ledger);
  return keepCheckpoints(parts, paceOf(settings), publishersOf(settings), systemClock, tell);
}

/** Where checkpoints go. Relative paths start in the state home. */
export function publishersOf({ home, config }: Settings): readonly Publisher[] {
  return (config.ledger?.checkpoints?.publish ?? []).map((place) => {
    if ('file' in place) {
      const path = resolve(home, place.file);
      return { name: `the file \`${path}\``, publish: (note) => publishToFile(path, note) };
    }
    const directory = resolve(home, place.git);
    const publish = (note: string) => publishToGit(directory, note, titleOf(note), place.push);
    return { name: `the git repository \`${directory}\``, publish };
  });
}

function paceOf({ config }: Settings): typeof usualPace {
  const { everyRecords = usualPace.everyRecords, everyMinutes = usualPace.everyMinutes } =
    config.ledger?.checkpoints ?? {};
  return { everyRecords, everyMinutes };
}

function titleOf(note: string): string {
  const [origin, size] = note.split('\n');
  return `${origin}: ${size} records`;
}

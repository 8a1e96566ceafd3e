// What this program puts into records of its own: which version it is, on which Node, with what configured; and what the
// operator wants kept out of them.

import { readFileSync } from 'node:fs';
import type { Settings } from '../config.ts';
import { digestOf } from '../kernel/canonical.ts';
import type { Recording } from '../kernel/ports.ts';
import { findPrivateAt } from '../kernel/private-parts.ts';
import { digestKeyOf } from './digest-key.ts';

/** What records hold because of the program and its settings. */
export function recordingOf({ config, home }: Settings): Recording {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return {
    program: { version: String(version), node: process.version, config: digestOf(config) },
    findPrivate: findPrivateAt(config.ledger?.private ?? []),
    digestKey: digestKeyOf(home),
  };
}

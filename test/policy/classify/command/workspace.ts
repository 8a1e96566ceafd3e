// A real workspace in a temporary directory, and the question every corpus line is about: would these rules allow it?

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { compilePathPattern } from '../../../../src/kernel/path-patterns.ts';
import {
  type CommandPlace,
  type CommandReading,
  classifyCommand,
} from '../../../../src/policy/classify/command/classify-command.ts';
import { compileRunPattern, type RunPattern } from '../../../../src/policy/classify/command/run-pattern.ts';
import { hostPlace } from '../../../../src/policy/classify/host-place.ts';

export const files = [
  '.env',
  'README.md',
  'package.json',
  'a.txt',
  'b.txt',
  'x y.txt',
  'data.json',
  'logs/api.log',
  'logs/db.log',
  'logs/old/2024.log',
  'src/main.ts',
  'src/util.ts',
  'sub/file.txt',
  'metrics.csv',
  'script.sh',
];

/** Makes a workspace with files, a symlink that leads out and one that stays inside, until the test file is over. */
export function makePlace(): CommandPlace {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-command-')));
  afterAll(() => rmSync(workspace, { recursive: true }));
  for (const file of files) {
    mkdirSync(join(workspace, file, '..'), { recursive: true });
    writeFileSync(join(workspace, file), `${file}\n`);
  }
  symlinkSync('/etc', join(workspace, 'outlink'));
  symlinkSync('logs', join(workspace, 'inlink'));
  return hostPlace(workspace, []);
}

export const place = makePlace();

export const read = (command: string): Promise<CommandReading> => classifyCommand({ command }, place);

/** Why rules that allow these run patterns (and these paths) would refuse the command; empty if they allow it. */
export async function refusal(
  call: { command: string } | { argv: readonly string[] },
  allow: { run: readonly string[]; read: readonly string[]; write: readonly string[]; deny: readonly string[] },
): Promise<string> {
  const reading = await classifyCommand(call, place);
  if (reading.kind === 'unclear') return reading.because;
  const run = allow.run.map(compiled);
  const deny = allow.deny.map((pattern) => compilePathPattern(pattern, place.workspace));
  for (const effect of reading.effects) {
    if (effect.kind === 'read' || effect.kind === 'write') {
      if (deny.some((covers) => covers(effect.absolute))) return `denied path ${effect.path}`;
      const patterns = allow[effect.kind].map((pattern) => compilePathPattern(pattern, place.workspace));
      if (effect.standing === 'own' && !patterns.some((covers) => covers(effect.absolute)))
        return `${effect.kind} ${effect.path}`;
    } else if (effect.kind === 'run') {
      if (effect.standing === 'own' && !run.some((pattern) => pattern.allows(effect))) {
        return `run ${JSON.stringify(effect)}`;
      }
    } else if (effect.standing === 'own') return `${effect.kind}: ${JSON.stringify(effect)}`;
  }
  return '';
}

function compiled(text: string): RunPattern {
  const pattern = compileRunPattern(text);
  if ('error' in pattern) throw new Error(pattern.error);
  return pattern;
}

// Programs whose words have a grammar of their own, each with a reader.

import type { Analysis } from './analysis.ts';
import type { Invocation } from './invocation.ts';
import type { Findings } from './judge.ts';
import { readAwk } from './programs/awk.ts';
import { compressors, readCompressor } from './programs/compress.ts';
import { readCurl } from './programs/curl.ts';
import { readDd } from './programs/dd.ts';
import { readEnv } from './programs/env.ts';
import { readFind } from './programs/find.ts';
import { readGit } from './programs/git.ts';
import { readJq } from './programs/jq.ts';
import { readSed } from './programs/sed.ts';
import { readShell } from './programs/shell.ts';
import { readTar } from './programs/tar.ts';
import { readPrintf, readTest } from './programs/test.ts';
import { readXargs } from './programs/xargs.ts';

/** Reads the words of one program into findings and effects. */
export type Reader = (invocation: Invocation, findings: Findings, analysis: Analysis) => Promise<void>;

const readers: ReadonlyMap<string, Reader> = new Map([
  ['git', readGit],
  ['find', readFind],
  ['xargs', readXargs],
  ['env', readEnv],
  ['sed', readSed],
  ['gsed', readSed],
  ...['awk', 'gawk', 'mawk', 'nawk', 'original-awk'].map((name): [string, Reader] => [name, readAwk]),
  ...['sh', 'dash', 'ash', 'bash', 'rbash', 'zsh', 'ksh', 'mksh', 'fish', 'csh', 'tcsh'].map(
    (name): [string, Reader] => [name, readShell],
  ),
  ['curl', readCurl],
  ['wget', readCurl],
  ['jq', readJq],
  ['gojq', readJq],
  ['yq', readJq],
  ...compressors.map((name): [string, Reader] => [name, readCompressor]),
  ['dd', readDd],
  ['tar', readTar],
  ['bsdtar', readTar],
  ['gtar', readTar],
  ['test', readTest],
  ['[', readTest],
  ['printf', readPrintf],
]);

/** The reader of a program, if it has one. */
export const findReader = (name: string): Reader | undefined => readers.get(name);

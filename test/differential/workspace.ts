// The workspace that generated lines work in: plain names and strange ones, a symlink that stays inside, one that leads out.

import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandPlace } from '../../src/policy/classify/command/place.ts';
import { hostPlace } from '../../src/policy/classify/host-place.ts';

/** Files by path, with what is in them. */
export const files: Readonly<Record<string, string>> = {
  'a.txt': 'one\ntwo\nthree\n',
  'b.txt': 'two\nfour\n',
  'x y.txt': 'space\n',
  "it's": 'quote\n',
  '.env': 'TOKEN=1\n',
  'data.json': '{"name":"x","list":[1,2]}\n',
  'script.sh': 'echo script "$@"\n',
  'logs/api.log': 'GET /a\nGET /b\n',
  'logs/db.log': 'select 1\n',
  'logs/old/2024.log': 'old\n',
  'sub/file.txt': 'sub\n',
  'sub/-n': 'dash\n',
};

/** Symlinks of the workspace and where they lead. */
export const links: Readonly<Record<string, string>> = { inlink: 'logs', outlink: '/srv' };

/** Makes the workspace in a directory for temporary files. */
export function makeWorkspace(): CommandPlace {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-differential-')));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(workspace, file, '..'), { recursive: true });
    writeFileSync(join(workspace, file), text, { mode: file.endsWith('.sh') ? 0o755 : 0o644 });
  }
  for (const [link, target] of Object.entries(links)) symlinkSync(target, join(workspace, link));
  return hostPlace(workspace, []);
}

/** A program that does nothing, and of which no more is known than its words. */
export const programs: Readonly<Record<string, string>> = { probe: '#!/bin/true\n' };

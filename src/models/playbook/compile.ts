// From the file's data to a playbook that can run: every turn with its calls, its retry and its ways on. All problems are gathered,
// none is guessed away.

import type { Json } from '../../kernel/types.ts';
import type { Path } from '../../kernel/yaml/yaml-places.ts';
import {
  below,
  compileArgument,
  compileCondition,
  compileText,
  type Site,
  type Surroundings,
  silence,
} from './compile-parts.ts';
import { Links } from './links.ts';
import type { Branch, Condition, Playbook, Turn } from './playbook.ts';
import type { Problems } from './problems.ts';
import type { PlaybookSource, TurnSource } from './schema.ts';
import type { ScriptFile } from './script-files.ts';

/** Holds always: there is nothing it asks. */
const always: Condition = { kind: 'all', conditions: [] };

/**
 * Compiles a playbook. `files` holds the text of every `fromFile`, by path as written. What it finds wrong goes to
 * `problems`; the result means something only if there are none.
 */
export function compile(
  source: PlaybookSource,
  files: ReadonlyMap<string, ScriptFile>,
  problems: Problems,
): Playbook | null {
  const links = new Links(source, problems);
  const turns = source.turns.map((turn, index) =>
    compileTurn(turn, source.turns[index + 1]?.id, ['turns', index], { links, files, problems }),
  );
  links.refuseUnreachable();
  const start = turns.find(({ id }) => id === links.start);
  if (start === undefined) return null;
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  return Object.freeze({ name: source.playbook, turnsMax: source.turnsMax, start, turns: byId });
}

/** Paths of all `fromFile` in the playbook, as written. */
export const scriptPathsOf = (source: PlaybookSource): readonly string[] => [
  ...new Set(source.turns.flatMap(({ calls }) => (calls ?? []).flatMap(({ args }) => scriptPathsIn(args)))),
];

function scriptPathsIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isList(value)) return value.flatMap(scriptPathsIn);
  const path = value.fromFile;
  return typeof path === 'string' ? [path] : Object.values(value).flatMap(scriptPathsIn);
}

function compileTurn(source: TurnSource, following: string | undefined, path: Path, around: Surroundings): Turn {
  const { problems } = around;
  const before: Site = { path, turn: source.id, isOver: false };
  const after: Site = { path, turn: source.id, isOver: true };
  if (source.calls === undefined) {
    if (source.say === undefined) problems.add(path, `turn \`${source.id}\` needs \`say\` or \`calls\``);
    for (const key of ['retry', 'next'] as const) {
      if (source[key] !== undefined) {
        problems.add(
          [...path, key],
          `turn \`${source.id}\` has no \`calls\`, so it is the last word: \`${key}\` means nothing`,
        );
      }
    }
  }
  return {
    id: source.id,
    say: compileText(source.say, below(before, 'say'), around),
    calls: (source.calls ?? []).map(({ id, tool, args }, index) => ({
      id,
      tool,
      args: compileArgument(args, below(before, 'calls', index, 'args'), around),
    })),
    retry:
      source.retry === undefined
        ? null
        : {
            when: compileCondition(source.retry.when, below(after, 'retry', 'when'), around),
            times: source.retry.times,
            say: compileText(source.retry.say, below(after, 'retry', 'say'), around),
          },
    next: source.calls === undefined ? [] : compileBranches(source, following, below(after, 'next'), around),
  };
}

function compileBranches(
  source: TurnSource,
  following: string | undefined,
  site: Site,
  around: Surroundings,
): readonly Branch[] {
  const entries = source.next ?? [];
  const branches = entries.map(({ when, say, go }, index): Branch => {
    const entry = below(site, index);
    around.links.checkGo([...entry.path, 'go'], go);
    if (index > 0 && entries[index - 1]?.when === undefined) {
      around.problems.add(
        entry.path,
        'this entry is never looked at: the one before it has no `when` and is always taken',
      );
    }
    return {
      when: when === undefined ? always : compileCondition(when, below(entry, 'when'), around),
      say: compileText(say, below(entry, 'say'), around),
      go,
    };
  });
  if (entries.some(({ when }) => when === undefined)) return branches;
  if (following === undefined) {
    around.problems.add(
      site.path,
      `turn \`${source.id}\` has calls but nothing follows it; add a \`next\` entry without \`when\``,
    );
    return branches;
  }
  return [...branches, { when: always, say: silence, go: following }];
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

// From the file's data to a playbook that can run: parses every template and links every name. All problems are gathered,
// none is guessed away.

import type { Json } from '../../kernel/types.ts';
import { Links } from './links.ts';
import type { Argument, Branch, Condition, Playbook, Turn } from './playbook.ts';
import type { Path, Problems } from './problems.ts';
import type { ConditionSource, PlaybookSource, TurnSource } from './schema.ts';
import type { ScriptFile } from './script-files.ts';
import { parseTemplate, referencesOf, type Template } from './template.ts';
import { compileWildcard } from './wildcard.ts';

/** What all parts of a playbook are compiled against. */
interface Surroundings {
  readonly links: Links;
  readonly files: ReadonlyMap<string, ScriptFile>;
  readonly problems: Problems;
}

/** Where in the file something stands; `isOver`: it is looked at when the turn's own results are in. */
interface Site {
  readonly path: Path;
  readonly turn: string;
  readonly isOver: boolean;
}

/** Holds always: there is nothing it asks. */
const always: Condition = { kind: 'all', conditions: [] };
const silence: Template = { parts: [] };

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

function compileCondition(source: ConditionSource, site: Site, around: Surroundings): Condition {
  if ('call' in source) {
    around.links.checkCall([...site.path, 'call'], source.call, site.turn, site.isOver);
    return { kind: 'outcome', call: source.call, outcomes: [source.outcome].flat() };
  }
  if ('value' in source) {
    const value = compileText(source.value, below(site, 'value'), around);
    if (referencesOf(value).length === 0) {
      around.problems.add([...site.path, 'value'], `\`${source.value}\` refers to no result; write it as \`\${…}\``);
    }
    return {
      kind: 'value',
      value,
      tests: {
        exists: source.exists ?? null,
        equals: source.equals === undefined ? null : compileArgument(source.equals, below(site, 'equals'), around),
        matches: source.matches === undefined ? null : compileWildcard(source.matches),
        atLeast: source.atLeast ?? null,
      },
    };
  }
  if ('not' in source) return { kind: 'not', condition: compileCondition(source.not, below(site, 'not'), around) };
  const kind = 'all' in source ? 'all' : 'any';
  const parts = 'all' in source ? source.all : source.any;
  return { kind, conditions: parts.map((part, index) => compileCondition(part, below(site, kind, index), around)) };
}

function compileArgument(value: Json, site: Site, around: Surroundings): Argument {
  if (typeof value === 'string') {
    const template = compileText(value, site, around);
    return value === '' ? { kind: 'constant', value } : { kind: 'template', template };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  if (isList(value)) {
    return { kind: 'list', items: value.map((item, index) => compileArgument(item, below(site, index), around)) };
  }
  if (Object.hasOwn(value, 'fromFile')) return compileFile(value, site, around);
  return {
    kind: 'object',
    entries: Object.entries(value).map(([key, item]) => [key, compileArgument(item, below(site, key), around)]),
  };
}

function compileFile(value: { readonly [key: string]: Json }, site: Site, around: Surroundings): Argument {
  const path = value.fromFile;
  if (typeof path !== 'string' || Object.keys(value).length !== 1) {
    around.problems.add(site.path, '`fromFile` takes a path and stands alone');
    return { kind: 'constant', value: '' };
  }
  const file = around.files.get(path);
  if (file?.kind === 'text') return { kind: 'constant', value: file.text };
  around.problems.add([...site.path, 'fromFile'], file?.because ?? `\`${path}\` was not read`);
  return { kind: 'constant', value: '' };
}

function compileText(source: string | undefined, site: Site, around: Surroundings): Template {
  if (source === undefined) return silence;
  const parsed = parseTemplate(source);
  if (parsed.kind === 'unclear') {
    around.problems.add(site.path, `could not read the template: ${parsed.because}`);
    return silence;
  }
  for (const { name } of referencesOf(parsed.template)) {
    if (name !== 'message') around.links.checkCall(site.path, name, site.turn, site.isOver);
  }
  return parsed.template;
}

const below = (site: Site, ...steps: (string | number)[]): Site => ({ ...site, path: [...site.path, ...steps] });

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

// The parts of a turn, compiled: conditions, arguments and texts. Every template is parsed and every name linked here.

import type { Json } from '../../kernel/types.ts';
import type { Path } from '../../kernel/yaml/yaml-places.ts';
import type { Links } from './links.ts';
import type { Argument, Condition } from './playbook.ts';
import type { Problems } from './problems.ts';
import type { ConditionSource } from './schema.ts';
import type { ScriptFile } from './script-files.ts';
import { parseTemplate, referencesOf, type Template } from './template.ts';
import { compileWildcard } from './wildcard.ts';

/** What all parts of a playbook are compiled against. */
export interface Surroundings {
  readonly links: Links;
  readonly files: ReadonlyMap<string, ScriptFile>;
  readonly problems: Problems;
}

/** Where in the file something stands; `isOver`: it is looked at when the turn's own results are in. */
export interface Site {
  readonly path: Path;
  readonly turn: string;
  readonly isOver: boolean;
}

/** The template that says nothing. */
export const silence: Template = { parts: [] };

/** A condition, with the calls it asks about checked. */
export function compileCondition(source: ConditionSource, site: Site, around: Surroundings): Condition {
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

/** Arguments, with templates parsed and files taken in. */
export function compileArgument(value: Json, site: Site, around: Surroundings): Argument {
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

/** A template; silence where the playbook says nothing. */
export function compileText(source: string | undefined, site: Site, around: Surroundings): Template {
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

/** A site further down. */
export const below = (site: Site, ...steps: (string | number)[]): Site => ({ ...site, path: [...site.path, ...steps] });

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

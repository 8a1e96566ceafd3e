// The scripts of a skill as tools. `SKILL.md` says in its front matter what each takes and touches; what it does not say, a
// call of it cannot do. Scripts are JavaScript and run in an isolate; a skill is trusted as much as who installed it, its
// scripts no more than any other program.

import { readFileSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { parseDocument } from 'yaml';
import { type ZodType, z } from 'zod';
import type { EffectTemplate, JsonObject, Tool } from '../../kernel/types.ts';
import { pathArgument } from './path-argument.ts';
import { runCode } from './run-code.ts';

/** Longest script, in characters. */
const scriptCharsMax = 262_144;
/** Longest text argument, in characters. */
const textCharsMax = 65_536;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'a name has small letters, digits and hyphens');
const description = z.string().min(1).max(1_000);
const argumentName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/, 'an argument has letters and digits');
const argument = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['read', 'write']), description, default: pathArgument('').exactOptional() }),
  z.strictObject({ kind: z.literal('text'), description, default: z.string().max(textCharsMax).exactOptional() }),
  z.strictObject({ kind: z.literal('number'), description, default: z.number().exactOptional() }),
  z.strictObject({ kind: z.literal('flag'), description, default: z.boolean().default(false) }),
]);
const script = z.strictObject({
  run: z.string().refine(isScriptPath, 'a script is a `.js` file inside the skill; run others with `exec`'),
  description,
  arguments: z.record(argumentName, argument).default({}),
  labels: z.array(z.string().min(1).max(64)).max(16).default([]),
});
/** What is needed of the front matter; skills of other makers have more in it. */
const frontMatter = z.looseObject({ name, scripts: z.record(name, script).default({}) });

type Script = z.infer<typeof script>;
type Argument = z.infer<typeof argument>;

/**
 * The tools of the skill in a directory, named `skill/script`; none if it has no scripts.
 * @throws {Error} that names the file, if there is no `SKILL.md`, its front matter does not fit, or a script is missing.
 */
export function skillTools(directory: string): readonly Tool[] {
  const path = join(directory, 'SKILL.md');
  const { name: skill, scripts } = readFrontMatter(path);
  return Object.entries(scripts).map(([scriptName, each]) => {
    const code = readFileSync(join(directory, each.run), 'utf8');
    if (code.length > scriptCharsMax)
      throw new Error(`could not use \`${each.run}\` of \`${path}\`: it is longer than ${scriptCharsMax} characters`);
    return {
      name: `${skill}/${scriptName}`,
      description: each.description,
      input: inputOf(each),
      sandbox: 'isolate' as const,
      effects: Object.entries(each.arguments).flatMap(effectsOf),
      labels: each.labels,
      program: `return (${runCode})(${JSON.stringify(code)}, args, host);`,
    };
  });
}

function readFrontMatter(path: string): z.infer<typeof frontMatter> {
  const text = readFileSync(path, 'utf8');
  const [, yaml] = /^---\r?\n(.*?)^---\s*$/ms.exec(text) ?? [];
  if (yaml === undefined) throw new Error(`could not use \`${path}\`: it has no front matter between \`---\` lines`);
  const document = parseDocument(yaml, { prettyErrors: true });
  const [broken] = document.errors;
  if (broken) throw new Error(`could not use \`${path}\`: ${broken.message}`);
  const parsed = frontMatter.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  throw new Error(`could not use \`${path}\`:\n${z.prettifyError(parsed.error)}`);
}

function isScriptPath(path: string): boolean {
  return path.endsWith('.js') && !isAbsolute(path) && !normalize(path).startsWith('..');
}

const inputOf = (each: Script): ZodType<JsonObject> =>
  z.strictObject(Object.fromEntries(Object.entries(each.arguments).map(([key, value]) => [key, typeOf(value)])));

function typeOf(each: Argument): ZodType<string | number | boolean> {
  switch (each.kind) {
    case 'read':
    case 'write':
      return withDefault(pathArgument(each.description), each.default);
    case 'text':
      return withDefault(z.string().max(textCharsMax).describe(each.description), each.default);
    case 'number':
      return withDefault(z.number().describe(each.description), each.default);
    case 'flag':
      return withDefault(z.boolean().describe(each.description), each.default);
    default:
      return each satisfies never;
  }
}

const withDefault = <T extends string | number | boolean>(type: ZodType<T>, value: T | undefined): ZodType<T> =>
  value === undefined ? type : type.prefault(value);

const effectsOf = ([key, { kind }]: [string, Argument]): readonly EffectTemplate[] =>
  kind === 'read' || kind === 'write' ? [{ kind, argument: key }] : [];

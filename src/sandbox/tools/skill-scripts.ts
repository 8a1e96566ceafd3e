// The scripts of a skill as tools. `SKILL.md` says in its front matter what each takes and touches; what it does not say, a
// call of it cannot do. JavaScript runs in an isolate, anything else in a container; a skill is trusted as much as who
// installed it, its scripts no more than any other program. What was read here is what runs, whatever happens to the folder.

import { join } from 'node:path';
import { type ZodType, z } from 'zod';
import type { EffectTemplate, JsonObject, Script, Tool } from '../../kernel/types.ts';
import { pathArgument } from './path-argument.ts';
import { runCode } from './run-code.ts';
import { readSkillFile } from './skill-file.ts';
import {
  type ContainerScript,
  type IsolateScript,
  readFrontMatter,
  type SkillArgument,
  textCharsMax,
  urlCharsMax,
} from './skill-front-matter.ts';

/** Longest JavaScript, in bytes. */
const codeBytesMax = 262_144;
/** A script for a container and what lies beside it, in bytes. */
const filesBytesMax = 8_388_608;

/**
 * The tools of the skill in a directory, named `skill/script`; none if it has no scripts.
 * @throws {Error} that names the file, if there is no `SKILL.md`, its front matter does not fit, or a script is missing.
 */
export function skillTools(directory: string): readonly Tool[] {
  const { name: skill, image, scripts } = readFrontMatter(join(directory, 'SKILL.md'));
  return Object.entries(scripts).map(([scriptName, each]) => ({
    name: `${skill}/${scriptName}`,
    description: each.description,
    input: inputOf(each.arguments),
    effects: Object.entries(each.arguments).flatMap(effectsOf),
    labels: each.labels,
    ...('file' in each
      ? { sandbox: 'container', program: scriptOf(directory, each, image) }
      : { sandbox: 'isolate', program: codeOf(directory, each) }),
  }));
}

function codeOf(directory: string, { run }: IsolateScript): string {
  const code = readSkillFile(directory, run, codeBytesMax).toString('utf8');
  return `return (${runCode})(${JSON.stringify(code)}, args, host);`;
}

function scriptOf(directory: string, each: ContainerScript, image: string): Script {
  let left = filesBytesMax;
  const files = [...new Set([each.file, ...each.with])].sort().map((path) => {
    const bytes = readSkillFile(directory, path, left);
    left -= bytes.length;
    return { path, base64: bytes.toString('base64') };
  });
  return { run: each.run, file: each.file, files, image };
}

const inputOf = (args: Readonly<Record<string, SkillArgument>>): ZodType<JsonObject> =>
  z.strictObject(Object.fromEntries(Object.entries(args).map(([key, value]) => [key, typeOf(value)])));

function typeOf(each: SkillArgument): ZodType<string | number | boolean> {
  switch (each.kind) {
    case 'read':
    case 'write':
      return withDefault(pathArgument(each.description), each.default);
    case 'connect':
      return withDefault(z.string().min(1).max(urlCharsMax).describe(each.description), each.default);
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

function effectsOf([key, { kind }]: [string, SkillArgument]): readonly EffectTemplate[] {
  if (kind === 'read' || kind === 'write') return [{ kind, argument: key }];
  // With which method, only the script knows: a rule has to open the host for any.
  return kind === 'connect' ? [{ kind, argument: key, methodArgument: '' }] : [];
}

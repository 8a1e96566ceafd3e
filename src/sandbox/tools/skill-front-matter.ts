// What a skill says of its scripts in the front matter of `SKILL.md`: what each runs, takes and touches.

import { readFileSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { imagePattern } from '../../kernel/image-pattern.ts';
import { pathArgument } from './path-argument.ts';

/** Longest text argument, in characters. */
export const textCharsMax = 65_536;
/** Longest URL, in characters. */
export const urlCharsMax = 8_192;
/** Files that may lie beside a script. */
const companionsMax = 64;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'a name has small letters, digits and hyphens');
const description = z.string().min(1).max(1_000);
const argumentName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/, 'an argument has letters and digits');
const argument = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['read', 'write']), description, default: pathArgument('').exactOptional() }),
  z.strictObject({ kind: z.literal('connect'), description, default: z.url().max(urlCharsMax).exactOptional() }),
  z.strictObject({ kind: z.literal('text'), description, default: z.string().max(textCharsMax).exactOptional() }),
  z.strictObject({ kind: z.literal('number'), description, default: z.number().exactOptional() }),
  z.strictObject({ kind: z.literal('flag'), description, default: z.boolean().default(false) }),
]);
const common = {
  description,
  arguments: z.record(argumentName, argument).default({}),
  labels: z.array(z.string().min(1).max(64)).max(16).default([]),
};
const isInside = (path: string): boolean =>
  !isAbsolute(path) && !path.includes('\0') && !/^\.\.?(?:\/|$)/.test(normalize(path)) && !path.endsWith('/');
const inside = z.string().min(1).max(1_000);
const word = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => !text.includes('\0'), 'a word has no NUL');

/** JavaScript, in the isolate. */
const isolateScript = z.strictObject({
  run: inside.refine(
    (path) => isInside(path) && path.endsWith('.js'),
    'a script of the isolate is a `.js` file inside the skill; name any other with `file`, and its interpreter with `run: [python3]`',
  ),
  ...common,
});
/** Anything else, in a container. */
const containerScript = z.strictObject({
  file: inside
    .refine(isInside, 'a script is a file inside the skill')
    .refine((path) => !path.endsWith('.js'), 'a `.js` file runs in the isolate; name it with `run` alone')
    .transform(normalize),
  run: z.array(word).max(16).default([]),
  with: z
    .array(inside.refine(isInside, 'what lies beside a script is a file inside the skill').transform(normalize))
    .max(companionsMax)
    .default([]),
  ...common,
});

type Argument = z.infer<typeof argument>;
type IsolateScript = z.infer<typeof isolateScript>;
type ContainerScript = z.infer<typeof containerScript>;

/** What is needed of the front matter. */
export interface SkillFrontMatter {
  readonly name: string;
  /** Image of its containers, by digest; empty where it names none. */
  readonly image: string;
  readonly scripts: Readonly<Record<string, IsolateScript | ContainerScript>>;
}
export type { Argument as SkillArgument, ContainerScript, IsolateScript };

/** Which of the two it is, `file` says: so that what does not fit is told of the one that was meant. */
const script = z.unknown().transform((value, context): IsolateScript | ContainerScript => {
  const parsed = ('file' in Object(value) ? containerScript : isolateScript).safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues)
    context.issues.push({ code: 'custom', path: [...path], message, input: value });
  return z.NEVER;
});

/** Skills of other makers have more in it. */
const frontMatter = z.looseObject({
  name,
  image: z.string().regex(imagePattern, 'a skill names its image by digest: `name@sha256:…` or `sha256:…`').default(''),
  scripts: z.record(name, script).default({}),
});

/** @throws {Error} that names the file, if it is not there, or its front matter does not fit. */
export function readFrontMatter(path: string): SkillFrontMatter {
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

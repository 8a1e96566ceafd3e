// `config.yaml` in the state home: what may be in it, and what is wrong with it.

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { keyProblem } from './approvals/keys.ts';
import { peopleProblems } from './approvals/people.ts';
import { ConfigError } from './config-error.ts';
import { isPrivatePlace } from './kernel/private-parts.ts';

const person = z.strictObject({
  id: z.string().min(1).max(200).describe('name of the person; without `channels` the account name on this machine'),
  roles: z.array(z.string().min(1)).describe('`operator` may answer rules that name no role; `*` is every role'),
  channels: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*:\S.*$/, 'must be a transport and a name in it, such as `os:alice`'))
    .describe('who they are where replies come from: `os:alice`, `telegram:12345`')
    .optional(),
  keys: z
    .array(
      z.string().superRefine((key, context) => {
        const problem = keyProblem(key);
        if (problem !== '') context.addIssue(problem);
      }),
    )
    .describe('their public keys, as `sallyport keys show` prints them')
    .optional(),
});

const people = z
  .array(person)
  .superRefine((all, context) => {
    for (const problem of peopleProblems(all)) context.addIssue(`${problem}; one of the two could pass for the other`);
  })
  .default([]);

const agent = z.strictObject({
  model: z.string().min(1).optional(),
  workspace: z.string().min(1).optional(),
  policies: z.array(z.string().min(1)).min(1).optional(),
  shadow: z.array(z.string().min(1)).min(1).optional(),
});

const age = z.string().regex(/^[1-9]\d{0,4}[hd]$/, 'must be a number and `h` or `d`, such as `30d`');

const publishedTo = z.union([
  z.strictObject({ file: z.string().min(1).describe('checkpoints are added to its end') }),
  z.strictObject({
    git: z.string().min(1).describe('top of a working tree; each checkpoint is a commit of its file `checkpoint`'),
    push: z.boolean().default(false),
  }),
]);

const checkpoints = z.strictObject({
  everyRecords: z.int().min(100).max(1_000_000).optional(),
  everyMinutes: z.number().min(1).max(10_080).optional(),
  publish: z.array(publishedTo).max(20).default([]).describe('where checkpoints go besides the ledger'),
});

const ledger = z.strictObject({
  checkpoints: checkpoints.optional().describe('when the ledger is signed, and where to'),
  private: z
    .array(
      z.string().refine(isPrivatePlace, 'must be a tool and a place in its arguments, such as `http.headers.cookie`'),
    )
    .max(200)
    .optional()
    .describe('arguments that records hold commitments of instead; `*` is any tool, name or index'),
  retention: z
    .strictObject({
      outputs: age.optional().describe('how long outputs beside the records are kept'),
      salts: age.optional().describe('how long it can be proven what a commitment stands for'),
    })
    .optional(),
});

const configSchema = z.strictObject({
  model: z.string().min(1).optional().describe('e.g. `anthropic`, `openai:gpt-5`, `playbook:path.yaml`'),
  policies: z.array(z.string().min(1)).min(1).optional().describe('policy files, each a layer'),
  shadow: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('policy files on trial: they judge every call, and what they say is only written down'),
  people,
  agents: z.record(z.string(), agent).default({}),
  sandboxImage: z.string().min(1).optional(),
  ledger: ledger.optional(),
  resume: z
    .strictObject({ stepUp: z.enum(['code', 'signature']) })
    .optional()
    .describe('what an operator shows, beyond the account, to let halted agents go'),
  skills: z.array(z.string().min(1)).optional().describe('directories of skills whose scripts are tools'),
});

/** The file `config.yaml`. */
export type Config = z.infer<typeof configSchema>;

/**
 * Reads the file.
 * @throws {ConfigError} if it is not YAML, or has keys or values that do not fit; each is named.
 */
export const readConfigFile = (path: string): Config => parseConfig(readFileSync(path, 'utf8'), path);

/**
 * Reads the text of such a file.
 * @throws {ConfigError} likewise; `path` says where it is from.
 */
export function parseConfig(text: string, path: string): Config {
  const document = parseDocument(text, { prettyErrors: true });
  const [broken] = document.errors;
  if (broken) throw new ConfigError(`could not read \`${path}\`: ${broken.message}`);
  const parsed = configSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (parsed.success) return parsed.data;
  throw new ConfigError(`could not use \`${path}\`:\n${z.prettifyError(parsed.error)}`);
}

// The shape of a `*.test.yaml` file: who calls, and what must come of it. The editor's JSON Schema comes from here too.

import { z } from 'zod';

const name = z.string().min(1).max(200);
const texts = z.array(z.string().min(1).max(10_000)).max(1_000);
const label = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and `-`, at most 64');

const who = z.strictObject({
  agent: name.describe('name of the agent; `main` if absent').optional(),
  channel: name.describe('front the message came through; `cli` if absent').optional(),
  sender: z.string().max(200).describe('person the message came from').optional(),
  roles: z.array(name).max(100).describe('roles of that person').optional(),
  trigger: z.enum(['message', 'schedule', 'webhook', 'agent']).describe('`message` if absent').optional(),
  labels: z.array(label).max(100).describe('labels that the session has gathered').optional(),
  at: z.iso
    .datetime({ offset: true, error: 'must be a moment such as `2026-01-05T12:00:00Z`' })
    .describe('when; a Monday noon in 2026 if absent')
    .optional(),
  spent: z
    .strictObject({
      calls: z.int().min(0).default(0),
      tokens: z.int().min(0).default(0),
    })
    .describe('what the run has used before')
    .optional(),
  used: z.record(z.string(), z.int().min(0)).describe('uses of rules with `atMost`, by id of the rule').optional(),
});

const call = z
  .union(
    [
      z.string().min(1).max(65_536),
      z.strictObject({ argv: z.array(z.string().max(65_536)).min(1).max(1_000) }),
      z.strictObject({ read: z.string() }),
      z.strictObject({ write: z.string() }),
      z.strictObject({ connect: z.string() }),
      z.strictObject({ secret: z.string() }),
      z.strictObject({ send: z.string() }),
      z.strictObject({ tool: z.string(), args: z.record(z.string(), z.json()).default({}) }),
    ],
    {
      error:
        'must be a shell command, or one of `{ argv: [git, push] }`, `{ read: path }`, `{ write: path }`, `{ connect: GET https://host/ }`, `{ secret: name }`, `{ send: channel target }`, `{ tool: js, args: {} }`; a command that holds `: ` or ` #` needs quotes',
    },
  )
  .describe('a shell command, or an object that names one other call');

const calls = z.array(call).min(1).max(10_000);

const grants = z.strictObject({
  read: texts.optional(),
  write: texts.optional(),
  exceptRead: texts.optional(),
  exceptWrite: texts.optional(),
  connect: texts.optional(),
  exceptConnect: texts.optional(),
  secrets: texts.optional(),
  inject: texts.describe('names of the secrets that the egress proxy adds').optional(),
  runtime: z.enum(['runc', 'runsc']).optional(),
  image: z.string().optional(),
  memoryMiB: z.int().optional(),
  wallMs: z.int().optional(),
  pids: z.int().optional(),
  cpus: z.number().optional(),
  outputBytes: z.int().optional(),
});

const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[smhd]$/, 'must be a number and `s`, `m`, `h` or `d`, such as `15m`');

const approvers = z.strictObject({
  roles: z.array(name).optional(),
  count: z.int().min(1).optional(),
  within: duration.optional(),
  escalate: z.strictObject({ after: duration, roles: z.array(name).min(1) }).optional(),
  stepUp: z.enum(['none', 'code', 'signature']).optional(),
});

const testCase = z
  .strictObject({
    name: name.describe('what holds, as a sentence'),
    as: who.describe('what is different from the `as` of the file').optional(),
    allow: calls.describe('calls that must be allowed').optional(),
    ask: calls.describe('calls that must ask a person').optional(),
    deny: calls.describe('calls that must be denied').optional(),
    by: name.describe('id of a rule that must be among those that decide').optional(),
    because: z.string().min(1).max(1_000).describe('text that the reason must contain').optional(),
    grants: grants.describe('what the sandbox must get at least; an empty list: nothing').optional(),
    labels: z.array(label).describe('labels that the results must carry; an empty list: none').optional(),
    approvers: approvers.describe('who must be asked').optional(),
    preview: z.boolean().describe('whether the call must run on a copy before people are asked').optional(),
  })
  .refine(
    ({ allow, ask, deny }) => allow !== undefined || ask !== undefined || deny !== undefined,
    'expects nothing; add `allow`, `ask` or `deny` with calls',
  );

/** A test file. */
export const testFileSchema = z.strictObject({
  policy: z.array(name).min(1).max(20).describe('policy files, relative to this one; each is a layer'),
  workspace: z
    .strictObject({
      files: z.array(name).max(1_000).describe('files that exist; with a last `/` a directory').optional(),
      links: z.record(name, name).describe('symbolic links that exist, and what they lead to').optional(),
      labels: z.record(name, z.array(label)).describe('labels that earlier calls left on files').optional(),
    })
    .describe('what is there when the calls are looked at; nothing if absent')
    .optional(),
  as: who.describe('who calls, in every case').optional(),
  cases: z.array(testCase).min(1).max(1_000),
});

export type TestFile = z.output<typeof testFileSchema>;
export type TestCase = TestFile['cases'][number];
export type TestCall = z.output<typeof call>;
export type Who = z.output<typeof who>;
export type Workspace = NonNullable<TestFile['workspace']>;

/** JSON Schema of a test file, for editors; `docs/policy-test.schema.json` is its text. */
export function testSchemaJson(): Record<string, unknown> {
  const schema = z.toJSONSchema(testFileSchema, { io: 'input' });
  return { ...schema, title: 'Sallyport policy test', description: 'what a policy must decide; see docs/policy.md' };
}

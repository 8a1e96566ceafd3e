// The shape of a policy file. The editor's JSON Schema comes from here too, so the two cannot drift apart.

import { z } from 'zod';
import { imagePattern } from '../kernel/image-pattern.ts';
import { days, isTimeZone } from './time-window.ts';

/** Kinds of effect a rule can name. */
export const effectKinds = ['run', 'read', 'write', 'connect', 'secret', 'send', 'tool', 'opaque'] as const;

const listMax = 1_000;
/** The longest time over which uses of a rule are counted: 30 days. */
const windowMsMax = 2_592_000_000;
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and `-`, at most 64');
const texts = z.array(z.string().min(1).max(1_000)).min(1).max(listMax);
const wildcards = texts.describe('exact names, or with `*` for any characters');
const sentence = z.string().trim().min(1, 'must say why, for the person who is refused').max(1_000);

const effectPatterns = z.strictObject({
  run: texts.describe('commands, word by word; a last word `*` is any further words').optional(),
  read: texts.describe('paths; relative ones start at the workspace, `**` crosses `/`').optional(),
  write: texts.describe('paths; relative ones start at the workspace, `**` crosses `/`').optional(),
  connect: texts
    .describe('`host`, `host:port`, `*.example.com`, addresses, ranges, `GET https://host/path/*`')
    .optional(),
  secret: wildcards.optional(),
  send: texts.describe('`channel target`, with `*` for any characters').optional(),
  tool: wildcards.optional(),
  opaque: texts.describe('parts of a command that are not known before it runs').optional(),
});

const labels = z.array(name).min(1).max(100);

const condition = z.strictObject({
  labels: z
    .strictObject({ all: labels.optional(), any: labels.optional(), none: labels.optional() })
    .describe('labels that the session has gathered')
    .optional(),
  agents: wildcards.optional(),
  channels: wildcards.optional(),
  senders: wildcards.describe('people the message came from').optional(),
  roles: z.array(name).min(1).max(100).describe('the sender has one of these roles').optional(),
  triggers: z
    .array(z.enum(['message', 'schedule', 'webhook', 'agent']))
    .min(1)
    .describe('what set the run off')
    .optional(),
  time: z
    .strictObject({
      days: z.array(z.enum(days)).min(1).optional(),
      hours: z
        .string()
        .regex(
          /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/,
          'must be a start and an end such as `09:00-17:00`',
        )
        .refine((hours) => hours.slice(0, 5) !== hours.slice(6), 'starts when it ends, which is no time at all')
        .describe('`09:00-17:00`; an end before the start is on the next day')
        .optional(),
      zone: z
        .string()
        .refine(isTimeZone, 'is no time zone; use an IANA name such as `Europe/Berlin`')
        .describe('IANA time zone; UTC if absent')
        .optional(),
    })
    .optional(),
});

const injection = z.strictObject({
  secret: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_./:-]{0,127}$/, 'must be the name of a secret'),
  host: z.string().min(1).max(1_000).describe('`host` or `host:port`; 443 unless said otherwise, and always TLS'),
  header: z
    .string()
    .min(1)
    .max(600)
    .describe('`Authorization: Bearer {secret}`, or `Authorization: Basic {basic:user}`'),
  env: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be the name of a variable, in capitals')
    .describe('variable that holds a placeholder, for programs that want to see one')
    .optional(),
});

const grant = z.strictObject({
  read: texts.optional(),
  write: texts.optional(),
  connect: texts.optional(),
  secrets: texts.optional(),
  inject: z.array(injection).min(1).max(100).describe('secrets that the egress proxy adds to requests').optional(),
  runtime: z.literal('runsc').describe('run containers with gVisor, a kernel of their own').optional(),
  image: z
    .string()
    .regex(imagePattern, 'must name one image by its digest: `name@sha256:…` or `sha256:…`')
    .describe('image of the container, by digest')
    .optional(),
  memoryMiB: z.int().min(16).max(32_768).optional(),
  wallMs: z.int().min(100).max(3_600_000).optional(),
  pids: z.int().min(1).max(4_096).optional(),
  cpus: z.number().min(0.1).max(16).optional(),
  outputBytes: z.int().min(1_024).max(67_108_864).optional(),
});

const atMost = z
  .string('must be a number of calls and a time, such as `5 per 1h`')
  .regex(/^[1-9][0-9]{0,5} per [1-9][0-9]{0,3}[smhd]$/, 'must be a number of calls and a time, such as `5 per 1h`')
  .refine((text) => durationMs(text.split(' per ')[1] ?? '') <= windowMsMax, 'must be within 30 days');

const budget = z.strictObject({
  calls: z.int().min(1).max(1_000_000).optional(),
  tokens: z.int().min(1).max(1_000_000_000).optional(),
});

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as `2026-12-31`')
  .refine((text) => isDay(text), 'is no day of the calendar');

/** JavaScript reads `2026-02-31` as a day in March. */
function isDay(text: string): boolean {
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}

const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[smhd]$/, 'must be a number and `s`, `m`, `h` or `d`, such as `15m`');

const approvers = z.strictObject({
  roles: z.array(name).max(100).optional(),
  count: z.int().min(1).max(20).optional(),
  within: duration.optional(),
  escalate: z
    .strictObject({ after: duration, roles: z.array(name).min(1).max(100) })
    .describe('further roles that may answer as well once the question has waited for so long')
    .optional(),
  stepUp: z
    .enum(['code', 'signature'])
    .describe('what whoever approves must show besides: a code of their device, or a signature by their own key')
    .optional(),
});

const rule = z.strictObject({
  id: name,
  allow: effectPatterns.optional(),
  ask: effectPatterns.optional(),
  deny: effectPatterns.optional(),
  except: effectPatterns
    .extend({ expires: day.describe('last day (UTC) of the exceptions of an ask or deny rule').optional() })
    .describe('what the rule is not about: `run`, `tool`, `secret`, `send`, `opaque`')
    .optional(),
  because: sentence.describe('why, for the person who reads the refusal or the question'),
  when: condition.optional(),
  grant: grant.describe('what the sandbox gets beyond the effects themselves').optional(),
  approvers: approvers.describe('who may answer, how many, and until when').optional(),
  preview: z
    .literal(true)
    .describe('for `ask`: run the call on a copy first, and ask about the files it changes')
    .optional(),
  atMost: atMost.describe('calls the rule opens in a time, over all sessions; beyond that it denies').optional(),
  budget: budget.describe('what a run may have used before; beyond that the rule denies').optional(),
  expires: day.describe('last day (UTC) on which an allow rule opens anything').optional(),
  labels: labels.describe('added to the results').optional(),
  matches: texts.describe('examples that the rule must match').optional(),
  doesNotMatch: texts.describe('examples that the rule must not match').optional(),
});

/** A policy file: one layer. */
export const policyFileSchema = z.strictObject({
  policy: name,
  applies: z
    .strictObject({
      agents: wildcards.optional(),
      channels: wildcards.optional(),
      senders: wildcards.optional(),
      triggers: wildcards.optional(),
    })
    .optional(),
  rules: z.array(rule).max(10_000),
});

export type PolicyFile = z.infer<typeof policyFileSchema>;
export type RuleSource = PolicyFile['rules'][number];
export type EffectPatterns = z.infer<typeof effectPatterns>;
export type GrantSource = z.infer<typeof grant>;
export type InjectionSource = z.infer<typeof injection>;

/** JSON Schema of a policy file, for editors. */
export function policySchemaJson(): Record<string, unknown> {
  const schema = z.toJSONSchema(policyFileSchema, { io: 'input' });
  return { ...schema, title: 'Sallyport policy', description: 'One layer of rules; see docs/policy.md' };
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as `15m`. */
export const durationMs = (text: string): number => Number(text.slice(0, -1)) * (unitMs[text.slice(-1)] ?? 0);

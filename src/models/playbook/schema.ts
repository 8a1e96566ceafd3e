// The shape of a playbook file. What the shape cannot say (names that exist, turns that are reached) is checked in
// `compile.ts`. Every object is strict: a key nobody knows stops the load.

import { z } from 'zod';

const nameText = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/, 'a name is lower-case letters, digits and hyphens, and starts with a letter')
  .meta({ description: 'lower-case letters, digits and hyphens; starts with a letter' });

const templateText = z
  .string()
  .meta({ description: 'text; a dollar sign with braces is replaced from the results of calls' });

const outcomeName = z.enum(['ok', 'failed', 'unknown', 'refused']);

/** What is asked of a call or a value before a branch or a retry is taken, as written in the file. */
export type ConditionSource =
  | { readonly call: string; readonly outcome: OutcomeName | readonly OutcomeName[] }
  | {
      readonly value: string;
      readonly exists?: boolean | undefined;
      readonly equals?: z.core.util.JSONType | undefined;
      readonly matches?: string | undefined;
      readonly atLeast?: number | undefined;
    }
  | { readonly not: ConditionSource }
  | { readonly all: readonly ConditionSource[] }
  | { readonly any: readonly ConditionSource[] };

/** How a call can have ended. */
export type OutcomeName = z.infer<typeof outcomeName>;

const condition: z.ZodType<ConditionSource> = z
  .lazy(() =>
    z.union([
      z.strictObject({
        call: nameText.meta({ description: 'name of a call' }),
        outcome: z
          .union([outcomeName, z.array(outcomeName).min(1).max(4)])
          .meta({ description: 'how it ended: one, or any of a list' }),
      }),
      z
        .strictObject({
          value: templateText.meta({ description: 'usually exactly one template, which keeps its JSON type' }),
          exists: z.boolean().optional().meta({ description: 'whether there is such a value at all' }),
          equals: z.json().optional().meta({ description: 'the same JSON value' }),
          matches: z
            .string()
            .max(200)
            .optional()
            .meta({ description: 'wildcard over the whole text: `*` is any text' }),
          atLeast: z.number().optional().meta({ description: 'a number that is not smaller' }),
        })
        .refine((test) => Object.keys(test).length > 1, 'needs `exists`, `equals`, `matches` or `atLeast`'),
      z.strictObject({ not: condition }),
      z.strictObject({ all: z.array(condition).min(1).max(20) }),
      z.strictObject({ any: z.array(condition).min(1).max(20) }),
    ]),
  )
  .meta({ id: 'condition', description: 'a question about the results so far' });

const plannedCall = z.strictObject({
  id: nameText.meta({ description: 'name under which the result is referred to' }),
  tool: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a tool name is 1 to 64 letters, digits, `_` or `-`')
    .meta({ description: 'name of the tool to propose' }),
  args: z.json().default({}).meta({
    description: 'arguments; strings are templates; `{ fromFile: path }` is the text of a file beside the playbook',
  }),
});

const branch = z.strictObject({
  when: condition.optional(),
  say: templateText.optional().meta({ description: 'said at the start of the turn gone to' }),
  go: nameText.meta({ description: 'id of the turn to take' }),
});

const turn = z.strictObject({
  id: nameText,
  say: templateText.optional().meta({ description: 'text of the turn' }),
  calls: z.array(plannedCall).min(1).max(32).optional().meta({ description: 'proposed in this order' }),
  retry: z
    .strictObject({
      when: condition,
      times: z.int().min(1).max(10).meta({ description: 'at most this many more attempts' }),
      say: templateText.optional().meta({ description: 'said at the start of each further attempt' }),
    })
    .optional()
    .meta({ description: 'take the same turn again' }),
  next: z
    .array(branch)
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'the first whose `when` holds is taken; otherwise the turn that follows in the file' }),
});

/** A playbook file. */
export const playbookSchema = z
  .strictObject({
    playbook: nameText.meta({ description: 'name of the playbook' }),
    about: z.string().optional().meta({ description: 'what it is for, for people' }),
    start: nameText.optional().meta({ description: 'first turn; otherwise the first in the file' }),
    turnsMax: z.int().min(1).max(500).default(50).meta({ description: 'most turns for one user message' }),
    turns: z.array(turn).min(1).max(200),
  })
  .meta({ title: 'Sallyport playbook', description: 'a script of model turns' });

/** A playbook file as it passed the shape check. */
export type PlaybookSource = z.output<typeof playbookSchema>;
export type TurnSource = PlaybookSource['turns'][number];

/** JSON Schema of a playbook file, for editors; `docs/playbook.schema.json` is its text. */
export const playbookJsonSchema = (): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(playbookSchema, { io: 'input', target: 'draft-2020-12' });

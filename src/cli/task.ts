// What the command line needs to go on with a run or a call after its process died; it lies in the record of the run's
// start. Agent, workspace and labels are the caller's.

import { resolve } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../kernel/types.ts';
import type { NamedPolicies } from './open-kernel.ts';

const files = z.array(z.string());
const schema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    /** As `--model` takes it. */
    model: z.string(),
    /** Text of a SKILL.md; empty for none. */
    skill: z.string(),
    policy: files,
    shadow: files,
    /** Transcript that the run goes on with; empty for none. */
    session: z.string().default(''),
  }),
  z.object({ kind: z.literal('call'), policy: files, shadow: files }),
]);

/** A run with a model, or one call without. */
export type CliTask = z.infer<typeof schema>;
export type RunTask = Extract<CliTask, { kind: 'run' }>;

/** The task of a run with a model. */
export const runTaskOf = ({
  model,
  skill,
  policy,
  shadow,
  session,
}: Omit<RunTask, 'kind' | keyof NamedPolicies> & NamedPolicies): RunTask => ({
  kind: 'run',
  model: whole(model),
  skill,
  ...wholeFiles({ policy, shadow }),
  session,
});

/** The task of one call. */
export const callTaskOf = ({ policy, shadow }: NamedPolicies): CliTask => ({
  kind: 'call',
  ...wholeFiles({ policy, shadow }),
});

/** Whoever goes on may stand in another directory: the same names there are other files. */
const wholeFiles = ({ policy, shadow }: NamedPolicies) => ({
  policy: policy.map((path) => resolve(path)),
  shadow: shadow.map((path) => resolve(path)),
});

const playbook = 'playbook:';
const whole = (model: string): string =>
  model.startsWith(playbook) ? playbook + resolve(model.slice(playbook.length)) : model;

/** Reads a task from its record; null if it is not one of the command line's. */
export const readTask = (task: JsonObject): CliTask | null => schema.safeParse(task).data ?? null;

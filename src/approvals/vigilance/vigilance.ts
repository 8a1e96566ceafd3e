// Whether people still look at what they approve: how much they are asked, how long they take, and what they approve so often
// that it wants a rule. Read from the ledger in one pass; memory does not grow with it.

import { z } from 'zod';
import { createDurations, type Durations } from './durations.ts';

/** A record of the ledger, as far as it is looked at. */
export interface VigilanceRecord {
  readonly at: number;
  readonly type: string;
  readonly body: unknown;
}

/** Types of the records that are read. */
export const vigilanceTypes: ReadonlySet<string> = new Set(['approval-asked', 'approval-answered']);

/** An approval that took less was hardly read. */
export const hastyMs = 2_000;

export interface Vigilance {
  /** Questions that people were asked; those that a standing approval answered are not among them. */
  readonly prompts: number;
  readonly standingUses: number;
  readonly ends: Readonly<Record<(typeof ends)[number], number>>;
  /** Per day (UTC), oldest first. */
  readonly days: readonly {
    readonly day: string;
    readonly prompts: number;
    readonly answers: Readonly<Record<string, number>>;
  }[];
  readonly people: readonly PersonVigilance[];
  /** The same action, approved again and again. */
  readonly repeated: readonly Repeated[];
}

export interface PersonVigilance {
  readonly person: string;
  readonly approved: number;
  readonly declined: number;
  readonly edited: number;
  /** From question to answer; null without any. */
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  /** Approvals under `hastyMs`. */
  readonly hasty: number;
}

export interface Repeated {
  readonly tool: string;
  readonly digest: string;
  readonly approvals: number;
  /** The last question about it. */
  readonly last: string;
}

const ends = ['approved', 'declined', 'edited', 'expired', 'cancelled', 'superseded'] as const;

const asked = z.object({ approval: z.string(), digest: z.string(), tool: z.string().default('') });
const answered = z.object({
  approval: z.string(),
  answer: z.string(),
  by: z.string().default(''),
  state: z.string().default(''),
  standing: z.unknown().optional(),
});

/** Beyond so many the oldest are forgotten. */
const openMax = 10_000;
const digestsMax = 10_000;
const daysMax = 3_660;
const peopleMax = 1_000;
const repeatedMin = 3;
const repeatedShown = 10;

interface Open {
  readonly at: number;
  readonly digest: string;
  readonly tool: string;
}

interface Person {
  approved: number;
  declined: number;
  edited: number;
  hasty: number;
  readonly durations: Durations;
}

/** Reads the records, oldest first; those that make no sense are passed over. */
export async function measureVigilance(records: AsyncIterable<VigilanceRecord>): Promise<Vigilance> {
  const open = new Map<string, Open>();
  const days = new Map<string, { prompts: number; readonly answers: Map<string, number> }>();
  const people = new Map<string, Person>();
  const approvals = new Map<string, { tool: string; count: number; last: string }>();
  const counts = { approved: 0, declined: 0, edited: 0, expired: 0, cancelled: 0, superseded: 0 };
  let prompts = 0;
  let standingUses = 0;
  const dayOf = (at: number) => keptIn(days, new Date(at).toISOString().slice(0, 10), daysMax, newDay);

  for await (const { at, type, body } of records) {
    if (type === 'approval-asked') {
      const read = asked.safeParse(body);
      if (!read.success) continue;
      const { approval, digest, tool } = read.data;
      keptIn(open, approval, openMax, () => ({ at, digest, tool }));
      prompts += 1;
      dayOf(at).prompts += 1;
      continue;
    }
    const read = type === 'approval-answered' ? answered.safeParse(body) : undefined;
    if (read?.success !== true) continue;
    const { approval, answer, by, state, standing } = read.data;
    const question = open.get(approval);
    const end = ends.find((one) => one === state);
    if (end !== undefined) open.delete(approval);
    if (typeof standing === 'string') {
      // Nobody was asked.
      standingUses += 1;
      prompts -= 1;
      if (question !== undefined) dayOf(question.at).prompts -= 1;
      continue;
    }
    if (end !== undefined) counts[end] += 1;
    if (by === '') continue;
    const day = dayOf(at);
    day.answers.set(by, (day.answers.get(by) ?? 0) + 1);
    const person = keptIn(people, by, peopleMax, newPerson);
    if (answer === 'approve') person.approved += 1;
    if (answer === 'decline') person.declined += 1;
    if (answer === 'edit') person.edited += 1;
    if (question === undefined) continue;
    person.durations.add(at - question.at);
    if (answer !== 'approve') continue;
    if (at - question.at < hastyMs) person.hasty += 1;
    if (end !== 'approved') continue;
    const same = keptIn(approvals, question.digest, digestsMax, () => ({ tool: question.tool, count: 0, last: '' }));
    same.count += 1;
    same.last = approval;
  }
  return {
    prompts,
    standingUses,
    ends: counts,
    days: [...days].map(([day, { prompts: asks, answers }]) => ({
      day,
      prompts: asks,
      answers: Object.fromEntries(answers),
    })),
    people: [...people].map(([person, figures]) => personFigures(person, figures)).sort(byAnswers),
    repeated: [...approvals]
      .filter(([, { count }]) => count >= repeatedMin)
      .sort(([, one], [, other]) => other.count - one.count)
      .slice(0, repeatedShown)
      .map(([digest, { tool, count, last }]) => ({ tool, digest, approvals: count, last })),
  };
}

const newDay = () => ({ prompts: 0, answers: new Map<string, number>() });
const newPerson = (): Person => ({ approved: 0, declined: 0, edited: 0, hasty: 0, durations: createDurations() });

const byAnswers = (one: PersonVigilance, other: PersonVigilance): number =>
  other.approved + other.declined + other.edited - (one.approved + one.declined + one.edited);

const personFigures = (person: string, { durations, ...figures }: Person): PersonVigilance => ({
  person,
  ...figures,
  p50Ms: durations.quantile(0.5),
  p90Ms: durations.quantile(0.9),
});

/** The entry of a key, made if there is none; the oldest one makes room. */
function keptIn<T>(map: Map<string, T>, key: string, max: number, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const [oldest] = map.size >= max ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
  const made = make();
  map.set(key, made);
  return made;
}

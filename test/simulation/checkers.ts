// What must hold in every world, read from its trace alone. Each checker returns what it found wrong.

import type { Seen } from './world.ts';

type Of<What extends Seen['what']> = Extract<Seen, { what: What }>;

/** The complaints about one world; empty when every promise held. */
export function complaintsAbout(trace: readonly Seen[]): readonly string[] {
  const calls = [...new Set(trace.map((seen) => seen.call))];
  return calls.flatMap((call) => {
    const mine = trace.filter((seen) => seen.call === call);
    return checkers.flatMap(([name, holds]) => (holds(mine) ? [] : [`${call}: ${name}`]));
  });
}

const all = <What extends Seen['what']>(trace: readonly Seen[], what: What): readonly Of<What>[] =>
  trace.filter((seen): seen is Of<What> => seen.what === what);

const before = (trace: readonly Seen[], seen: Seen) => trace.slice(0, trace.indexOf(seen));

const checkers: readonly (readonly [string, (trace: readonly Seen[]) => boolean])[] = [
  [
    'P1 an effect had no durable intent of its digest before it',
    (trace) =>
      all(trace, 'effect').every((effect) =>
        all(before(trace, effect), 'durable').some(
          (one) => one.type === 'call-intended' && one.digest === effect.digest,
        ),
      ),
  ],
  [
    'P2 what was put in place had no preview on record, or a call that was previewed ran again',
    (trace) =>
      all(trace, 'effect').every((effect) => {
        const earlier = before(trace, effect);
        if (effect.purpose === 'execute') return all(earlier, 'previewed').length === 0;
        return all(earlier, 'durable').some(
          ({ type, digest, outcome }) => type === 'preview-finished' && digest === effect.digest && outcome === 'ok',
        );
      }),
  ],
  ['P1 a permit worked twice', (trace) => all(trace, 'twice').length === 0 && all(trace, 'effect').length <= 1],
  [
    'P2 an answer had no durable record before it',
    (trace) =>
      all(trace, 'answered').every(({ result }) =>
        all(trace, 'durable').some(({ type, digest, outcome }) =>
          result.outcome === 'refused'
            ? type === 'call-refused' && digest === result.digest
            : type === 'call-finished' && digest === result.digest && outcome === result.outcome,
        ),
      ),
  ],
  [
    'P3 an effect followed a call that was not understood, or not decided to be run',
    (trace) =>
      all(trace, 'effect').every((effect) => {
        const earlier = before(trace, effect);
        const isUnderstood = all(earlier, 'classified').every((one) => one.isHonest);
        const isDecided = all(earlier, 'decided').every((one) => one.verdict === 'allow' || one.verdict === 'ask');
        return isUnderstood && isDecided && all(earlier, 'decided').length > 0;
      }),
  ],
  [
    'P5 what ran is not what was classified and answered for',
    (trace) =>
      all(trace, 'effect').every(
        (effect) =>
          all(before(trace, effect), 'classified').every((one) => one.args === effect.args) &&
          all(trace, 'answered').every(({ result }) => result.digest === effect.digest),
      ),
  ],
  [
    'P6 an effect that had to be asked for lacked a good, claimed approval of its digest',
    (trace) =>
      all(trace, 'effect').every((effect) => {
        const earlier = before(trace, effect);
        if (all(earlier, 'decided').every((one) => one.verdict !== 'ask')) return true;
        const isApproved = all(earlier, 'approved').some((one) => one.isGood && one.digest === effect.digest);
        return isApproved && all(earlier, 'claimed').some((one) => one.digest === effect.digest);
      }),
  ],
  [
    'P11 a call whose effect may have happened was called refused',
    (trace) =>
      all(trace, 'effect').length === 0 || all(trace, 'answered').every(({ result }) => result.outcome !== 'refused'),
  ],
  [
    'an answer is none of the known ends, or says ok although nothing ran',
    (trace) =>
      all(trace, 'answered').every(
        ({ result }) =>
          ['ok', 'failed', 'unknown', 'refused'].includes(result.outcome) &&
          (result.outcome !== 'ok' || all(trace, 'effect').length === 1),
      ),
  ],
  ['a call broke for another reason than its ledger', (trace) => all(trace, 'halted').every((one) => one.isByLedger)],
  [
    'a call ended more than once, or not at all',
    (trace) => all(trace, 'answered').length + all(trace, 'halted').length === 1,
  ],
];

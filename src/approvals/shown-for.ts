// Whether somebody who changes who may answer (by a key, a device, a lent role), or lets halted agents go, is who they seem. What always holds: who has a
// step-up shows it, and who had one that was revoked does not do such things alone: else whoever finds their account open
// would revoke it first.

import { canonicalJson } from '../kernel/canonical.ts';
import type { Store } from '../kernel/store.ts';
import type { JsonObject, StepUp } from '../kernel/types.ts';
import { readKeys } from './directory.ts';
import { isSignedBy } from './keys.ts';
import type { Person } from './people.ts';
import { type CodeOptions, type Evidence, ledgerName, useCode } from './step-up.ts';

/** The text that is signed for `what`. */
export const changeStatement = async (what: string, store: Store): Promise<string> =>
  `sallyport operator statement v1\n${canonicalJson({ ledger: await ledgerName(store), what })}\n`;

/** What a person showed for something, and what is kept of it; or why that is not enough. */
export type Shown =
  | { readonly kind: 'shown'; readonly stepUp: StepUp; readonly proof: JsonObject }
  | { readonly kind: 'refused'; readonly because: string };

/** Whether this person has shown enough for `what`. */
export async function shownFor(person: Person, what: string, evidence: Evidence, options: CodeOptions): Promise<Shown> {
  const hasCodes = options.secretOf(person.id) !== null;
  if (person.keys.length === 0 && !hasCodes) {
    const before = (await readKeys(options.store)).some((key) => key.person === person.id);
    return before
      ? refused('your key was revoked: somebody else has to do this, or name your new key in config.yaml')
      : nothing;
  }
  switch (evidence.kind) {
    case 'none':
      return refused(
        `you have a step-up, so show it: add ${hasCodes ? '`--code`, or ' : ''}\`--sign\` with a key that is known here`,
      );
    case 'code': {
      const used = await useCode(evidence.code, person.id, what, options);
      if (used.kind === 'refused') return used;
      return { kind: 'shown', stepUp: 'code', proof: { kind: 'code', step: used.step } };
    }
    case 'signature': {
      const { signature } = evidence;
      const signed = await changeStatement(what, options.store);
      const key = person.keys.find((one) => isSignedBy(one, signed, signature));
      if (key === undefined) return refused('the signature is not by a key of yours that is known here');
      return { kind: 'shown', stepUp: 'signature', proof: { kind: 'signature', key, signed, signature } };
    }
    default:
      return evidence satisfies never;
  }
}

/** Why this person has not shown enough for `what`, or ''. */
export async function whyNotShown(...asked: Parameters<typeof shownFor>): Promise<string> {
  const shown = await shownFor(...asked);
  return shown.kind === 'refused' ? shown.because : '';
}

const nothing: Shown = { kind: 'shown', stepUp: 'none', proof: { kind: 'none' } };

const refused = (because: string): Shown => ({ kind: 'refused', because });

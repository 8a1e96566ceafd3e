// Whether somebody who changes who may answer, by a key, a device or a lent role, is who they seem. What always holds: who has a
// step-up shows it, and who had one that was revoked does not do such things alone: else whoever finds their account open
// would revoke it first.

import { canonicalJson } from '../kernel/canonical.ts';
import type { Store } from '../kernel/store.ts';
import { readKeys } from './directory.ts';
import { isSignedBy } from './keys.ts';
import type { Person } from './people.ts';
import { type CodeOptions, type Evidence, ledgerName, useCode } from './step-up.ts';

/** The text that is signed for `what`. */
export const changeStatement = async (what: string, store: Store): Promise<string> =>
  `sallyport change of who may answer v1\n${canonicalJson({ ledger: await ledgerName(store), what })}\n`;

/** Why this person has not shown enough for `what`, or ''. */
export async function whyNotShown(
  person: Person,
  what: string,
  evidence: Evidence,
  options: CodeOptions,
): Promise<string> {
  const hasCodes = options.secretOf(person.id) !== null;
  if (person.keys.length === 0 && !hasCodes) {
    const before = (await readKeys(options.store)).some((key) => key.person === person.id);
    return before ? 'your key was revoked: somebody else has to do this, or name your new key in config.yaml' : '';
  }
  switch (evidence.kind) {
    case 'none':
      return `you have a step-up, so show it: add ${hasCodes ? '`--code`, or ' : ''}\`--sign\` with a key that is known here`;
    case 'code': {
      const used = await useCode(evidence.code, person.id, what, options);
      return used.kind === 'used' ? '' : used.because;
    }
    case 'signature': {
      const text = await changeStatement(what, options.store);
      const isKnown = person.keys.some((key) => isSignedBy(key, text, evidence.signature));
      return isKnown ? '' : 'the signature is not by a key of yours that is known here';
    }
    default:
      return evidence satisfies never;
  }
}

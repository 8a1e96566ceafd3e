// Whether one pattern reaches as far as another, told from their structure alone. A yes is certain; a no only means that it
// is not known.

import { compileConnectPattern, coversConnectEntry } from '../../kernel/connect-patterns.ts';
import { hasGlob } from '../../kernel/path-patterns.ts';
import { coversEntry } from '../path-pattern.ts';
import { compileTextPattern } from '../text-pattern.ts';
import { runCovers } from './covers-run.ts';
import type { WrittenPattern } from './patterns-of.ts';

/**
 * Which readings are compared. `opens`: what an allow with the inner pattern opens, one with the outer opens too. `shuts`:
 * what an allow with the inner opens, a deny with the outer denies. `closes`: what a deny with the inner denies, one with
 * the outer denies too.
 */
export type Reach = 'opens' | 'shuts' | 'closes';

/** True if `outer` is known to reach as far as `inner`; patterns of different kinds never do. */
export function covers(outer: WrittenPattern, inner: WrittenPattern, reach: Reach): boolean {
  if (outer.kind !== inner.kind) return false;
  switch (outer.kind) {
    case 'run':
      return runCovers(outer, inner, reach);
    case 'read':
    case 'write':
      return outer.text === inner.text || pathCovers(outer.entries(), inner.entries(), reach);
    case 'connect':
      return connectCovers(outer.text, inner.text, reach);
    case 'secret':
    case 'send':
    case 'tool':
    case 'opaque':
      return textCovers(outer.text, inner.text);
  }
}

/** No literal holds a NUL, so only a star of the outer pattern can stand for one of the inner. */
const textCovers = (outer: string, inner: string): boolean =>
  outer === inner || compileTextPattern(outer)(inner.replaceAll('*', '\0'));

const pathCovers = (outer: readonly string[], inner: readonly string[], reach: Reach): boolean =>
  inner.length > 0 && inner.every((one) => outer.some((other) => entryCovers(other, one, reach)));

function entryCovers(outer: string, inner: string, reach: Reach): boolean {
  // A class such as `[A-z]` means something else once letter case is folded.
  if (outer !== inner && reach !== 'opens' && /[[?]/.test(outer + inner)) return false;
  // What closes everywhere also closes outside the workspace.
  if (reach === 'closes' && inner.startsWith('**') && !outer.startsWith('**')) return false;
  if (coversEntry(outer, inner)) return true;
  // These two also cover the workspace itself, which has no name.
  if (inner === '**' || inner === '**/*') return false;
  if (!outer.startsWith('**/') || inner.startsWith('/')) return false;
  const tail = outer.slice(3);
  if (inner !== tail && !inner.endsWith(`/${tail}`)) return false;
  // Without glob characters the inner covers what lies below as well; an outer that opens does not.
  return reach !== 'opens' || hasGlob(inner);
}

function connectCovers(outer: string, inner: string, reach: Reach): boolean {
  if (outer === inner) return true;
  if (outer === '*') return reach !== 'opens' || coversConnectEntry(outer, inner);
  if (!mayMeet(outer, inner)) return false;
  if (reach === 'opens' || reach === 'shuts') return coversConnectEntry(outer, inner);
  // Where both close, paths are read widely, and the one width is not known to lie in the other.
  return compileConnectPattern(outer)?.protocol === '' && coversConnectEntry(outer, inner);
}

/** False where the host of the outer is not even part of the inner: most pairs are told apart by that, at no cost. */
function mayMeet(outer: string, inner: string): boolean {
  if (/^[[\d]/.test(outer) || /:\/\/(?:[[\d]|\*[:/]|\*$)/.test(outer)) return true;
  const host = outer
    .replace(/^\S+ +/, '')
    .replace(/^https?:\/\//i, '')
    .replace(/[:/].*$/s, '')
    .replace(/^\*\./, '');
  return inner.toLowerCase().includes(host.toLowerCase().replace(/\.$/, ''));
}

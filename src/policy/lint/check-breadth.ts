// Allows and grants that mean much more than one call needs. The worst of them do not even load: see `over-broad.ts`.

import type { Finding, Seat } from './finding.ts';
import { patternsOf, type WrittenPattern } from './patterns-of.ts';

/** Looks at what one rule opens and grants. */
export function checkBreadth(seat: Seat): readonly Finding[] {
  const { source, find } = seat;
  // Who approves sees the grant.
  if (source.allow === undefined) return [];
  const broad = patternsOf(source).flatMap((pattern) => {
    const told = breadthOf(pattern);
    return told === undefined ? [] : [find('over-broad', 'warning', pattern.keys, told.what, told.fix)];
  });
  const wide = (source.grant?.write ?? []).flatMap((text, index) => {
    if (!isWholeWorkspace(text)) return [];
    const what = 'each call of it may write the whole workspace, except what deny rules close';
    const fix = 'name the directories the command writes, such as `coverage/**`';
    return [find('wide-grant', 'note', ['grant', 'write', index], what, fix)];
  });
  return [...broad, ...wide];
}

const isWholeWorkspace = (text: string): boolean => /^(?:\.|\.\/|\*\*|\*\*\/\*|\.\/\*\*)$/.test(text);

function breadthOf({ kind, text }: WrittenPattern): { what: string; fix: string } | undefined {
  if (kind === 'write' && isWholeWorkspace(text)) {
    return {
      what: `\`write: ["${text}"]\` lets every file of the workspace be written, except what other rules close`,
      fix: 'name the directories, or use `ask`',
    };
  }
  if (kind === 'connect' && /^\*(?::|$)/.test(text)) {
    return {
      what: `\`connect: ["${text}"]\` lets everything be sent to every public host`,
      fix: 'name the hosts, or use `ask`',
    };
  }
  if (kind === 'send' && /^\*/.test(text)) {
    return { what: `\`send: ["${text}"]\` speaks to anybody`, fix: 'name the channel and the target, or use `ask`' };
  }
  if (kind === 'opaque' && text.includes('*')) {
    return {
      what: `\`opaque: ["${text}"]\` opens parts of commands that nobody knows before they run`,
      fix: 'write the part in full, or let the command be spelled out',
    };
  }
  return undefined;
}

// Reads what a person wrote to a question. What always holds: a text with anything but exactly one reading is no answer, and
// nothing approves that does not begin with a word of approval and name its question (or stand at the question's own prompt).

import { shortIdPattern } from '../short-id.ts';
import { readArguments } from './arguments.ts';
import { printReply } from './print-reply.ts';
import { replyBounds, type SaidReply, verbs } from './reply.ts';
import { readTerms } from './terms.ts';

/** What a text is. */
export type ParsedReply =
  | { readonly kind: 'reply'; readonly reply: SaidReply }
  /** Somebody seems to answer, and it cannot be told what. `nearest` are right forms that come close. */
  | { readonly kind: 'unclear'; readonly because: string; readonly nearest: readonly string[] }
  /** It has nothing to do with a question. */
  | { readonly kind: 'none' };

/**
 * Reads a text. `here` is the question at whose own prompt it was typed, which it need not name then; null where texts about
 * anything arrive.
 */
export function parseReply(text: string, here: string | null): ParsedReply {
  if (text.length > replyBounds.letters) return { kind: 'none' };
  const bare = unquoted(text.replaceAll('\u00a0', ' ').trim());
  const [, word = '', rest = ''] = /^\/?([a-z]+)(?:(?<=^\/[a-z]+)@\w+)?(?![^\s,.!:])(.*)$/is.exec(bare) ?? [];
  const verb = Object.hasOwn(verbs, word.toLowerCase()) ? verbs[word.toLowerCase()] : undefined;
  if (verb === undefined) return unread(bare);
  const named = leadingIds(rest);
  const ids = named.ids.length > 0 || here === null ? named.ids : [here];
  if (ids.length === 0) return unread(bare);
  if (/^\s*[>│|]/m.test(bare)) return unclear('it quotes other text', verb, ids);
  if (ids.length > replyBounds.ids) return unclear(`it names more than ${replyBounds.ids} questions`, verb, []);
  switch (verb) {
    case 'approve':
      // What stands on another line may be meant for somebody else, or be a second thought.
      if (/[\n\r\u0085\u2028\u2029]/.test(bare)) return unclear('it has several lines', verb, ids);
      return readApproval(named.rest, ids);
    case 'decline':
      return readDecline(named.rest, ids);
    case 'edit':
    case 'always':
      if (ids.length > 1) return unclear('it names more than one question', verb, ids.slice(0, 1));
      return verb === 'edit' ? readEdit(named.rest, ids) : readAlways(named.rest, ids);
    default:
      return verb satisfies never;
  }
}

const approval = (ids: readonly string[]): SaidReply => ({
  kind: 'approve',
  ids,
  scope: { kind: 'once' },
  pattern: 0,
  code: '',
});

function readApproval(rest: string, ids: readonly string[]): ParsedReply {
  const read = readTerms(rest.trim().replace(/[.!]+$/, ''));
  if (typeof read === 'string') return unclear(read, 'approve', ids);
  if (ids.length > 1 && read.pattern > 0) return unclear('a pattern belongs to one question', 'approve', ids);
  if (ids.length > 1 && read.code !== '') return unclear('a code answers one question', 'approve', ids);
  return { kind: 'reply', reply: { kind: 'approve', ids, ...read } };
}

function readDecline(rest: string, ids: readonly string[]): ParsedReply {
  const reason = rest
    .replace(/\s+/g, ' ')
    .replace(/^[ ,:;.!-]+/, '')
    .trimEnd();
  if (reason.length > replyBounds.reasonLetters) {
    return unclear(`the reason is longer than ${replyBounds.reasonLetters} characters`, 'decline', ids);
  }
  const other = answersIn(reason);
  if (other.kinds.length > 0 && other.ids.length > 0) return unclear('it holds two answers', 'decline', ids);
  return { kind: 'reply', reply: { kind: 'decline', ids, reason } };
}

function readEdit(rest: string, ids: readonly string[]): ParsedReply {
  const args = readArguments(rest.trim());
  return typeof args === 'string' ? unclear(args, 'edit', ids) : { kind: 'reply', reply: { kind: 'edit', ids, args } };
}

function readAlways(rest: string, ids: readonly string[]): ParsedReply {
  const more = rest.trim().replace(/[.!]+$/, '');
  return more === ''
    ? { kind: 'reply', reply: { kind: 'always', ids } }
    : unclear(`\`${shown(more)}\` means nothing there`, 'always', ids);
}

/** A text that does not begin as an answer does: chat, unless it names a question and a verb. */
function unread(text: string): ParsedReply {
  const { kinds, ids } = answersIn(text);
  const isCommand = /^\/[a-z]/i.test(text) && kinds.length > 0;
  if (kinds.length === 0 || (ids.length === 0 && !isCommand)) return { kind: 'none' };
  if (ids.length === 0) return { kind: 'unclear', because: 'it names no question', nearest: [] };
  const because = 'it does not begin with an answer, followed by the question';
  const [kind, ...others] = kinds;
  const meant: readonly SaidReply['kind'][] =
    kind !== undefined && others.length === 0 ? [kind] : ['approve', 'decline'];
  return { kind: 'unclear', because, nearest: meant.map((one) => nearestTo(one, ids)) };
}

const unclear = (because: string, kind: SaidReply['kind'], ids: readonly string[]): ParsedReply => ({
  kind: 'unclear',
  because,
  nearest: ids.length === 0 ? [] : [nearestTo(kind, ids)],
});

function nearestTo(kind: SaidReply['kind'], ids: readonly string[]): string {
  switch (kind) {
    case 'approve':
      return printReply(approval(ids));
    case 'decline':
      return `${printReply({ kind, ids, reason: '' })} <reason>`;
    case 'edit':
      return `edit ${ids[0]} {"argument": "value"}`;
    case 'always':
      return printReply({ kind, ids: ids.slice(0, 1) });
    default:
      return kind satisfies never;
  }
}

const quote = '[`\'"]?';
const oneId = new RegExp(`^[\\s,:]*(?:and\\s+)?${quote}(${shortIdPattern})${quote}(?![^\\s,.!:;])`, 'i');

/** The ids that a text begins with, each once, and what follows them. */
function leadingIds(text: string): { readonly ids: readonly string[]; readonly rest: string } {
  const ids = new Set<string>();
  let rest = text;
  for (let match = oneId.exec(rest); match !== null; match = oneId.exec(rest)) {
    ids.add((match[1] ?? '').toLowerCase());
    rest = rest.slice(match[0].length);
  }
  return { ids: [...ids], rest };
}

/** The kinds of answers and the questions that are named anywhere in a text. */
function answersIn(text: string): { readonly kinds: readonly SaidReply['kind'][]; readonly ids: readonly string[] } {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const isId = new RegExp(`^${shortIdPattern}$`);
  const kinds = words.flatMap((word) => (Object.hasOwn(verbs, word) ? [verbs[word]] : []));
  return {
    kinds: [...new Set(kinds.filter((kind) => kind !== undefined))],
    ids: [...new Set(words.filter((word) => isId.test(word)))].slice(0, replyBounds.ids),
  };
}

/** Quotation marks around the whole of it are not part of what is said. */
function unquoted(text: string): string {
  const pair = /^(?:`([^`]*)`|"([^"]*)"|'([^']*)'|“([^“”]*)”|‘([^‘’]*)’|«([^«»]*)»)$/.exec(text);
  return pair === null ? text : (pair.slice(1).find((inside) => inside !== undefined) ?? text).trim();
}

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

// How calls, effects and answers of the past are spelled for people. Whatever comes from a record is made visible first: one
// line stays one line, and no character passes for another.

import { describeEffect, visible } from '../../kernel/describe.ts';
import type { Effect, Json, JsonObject } from '../../kernel/types.ts';
import { numberAt, objectAt, textAt, textsAt } from '../body.ts';

/** An effect as a record holds it, in one line. */
export function spellEffect(effect: JsonObject): string {
  const known = effectOf(effect);
  return known === null ? visible(JSON.stringify(effect)) : describeEffect(known);
}

function effectOf(effect: JsonObject): Effect | null {
  const standing = effect.standing === 'implied' ? 'implied' : 'own';
  const text = (name: string): string => textAt(effect, name);
  switch (effect.kind) {
    case 'tool':
    case 'secret':
      return { kind: effect.kind, name: text('name'), standing };
    case 'run': {
      const [argv, assignments] = [textsAt(effect, 'argv'), textsAt(effect, 'assignments')];
      return { kind: 'run', argv, assignments, spellings: [], outside: [], standing };
    }
    case 'read':
    case 'write':
      return { kind: effect.kind, path: text('path'), absolute: text('absolute'), standing };
    case 'connect': {
      const [host, method, url] = [text('host'), text('method'), text('url')];
      return { kind: 'connect', host, port: numberAt(effect, 'port'), method, url, standing };
    }
    case 'send':
      return { kind: 'send', channel: text('channel'), target: text('target'), standing };
    case 'opaque':
      return { kind: 'opaque', text: text('text'), why: text('why'), standing };
    default:
      return null;
  }
}

/** What a call does, in one line: its command, or the tool and what it is about. */
export function spellCall(tool: string, args: Json | undefined, effects: readonly JsonObject[]): string {
  const runs = effects.filter((effect) => effect.kind === 'run' && effect.standing === 'own');
  const name = visible(tool);
  if (runs.length > 0) return `${name} ${runs.map((run) => spellEffect(run).replace(/^run /, '')).join('; ')}`;
  const { path, url, method, command, argv: _argv, code, ...others } = objectAt(args);
  if (typeof code === 'string') return `${name} ${visible(firstWords(code))}`;
  if (typeof command === 'string') return `${name} ${visible(command)}`;
  const leading = [method, path, url].filter((value) => typeof value === 'string');
  const rest = Object.entries(others).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return visible([tool, ...leading, ...rest].join(' '));
}

/** The comment that a program begins with, or its first line. */
const firstWords = (code: string): string =>
  (code.split('\n').find((line) => line.trim() !== '') ?? '').trim().replace(/^\/\/\s*/, '');

/** Text of several lines, each of them visible; tabs become spaces. */
export const visibleLines = (text: string): readonly string[] =>
  text.replace(/\r\n/g, '\n').replaceAll('\t', '  ').split('\n').map(visible);

/** Text of several lines as one visible line. */
export const inOneLine = (text: string): string => visible(text.replace(/\s+/g, ' ').trim());

/** A moment, UTC, to the second. */
export const spellMoment = (at: number): string => `${dateText(at).replace('T', ' ').slice(0, 19)} UTC`;

/** The time of day of a moment, UTC. */
export const spellTime = (at: number): string => dateText(at).slice(11, 19);

/** Records hold any number; not every one is a date. */
const dateText = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '0000-00-00T00:00:00');

/** A duration for people. */
export function spellDuration(ms: number): string {
  if (ms < 1_000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `1 call`, `1,204 calls`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

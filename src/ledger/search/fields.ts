// What a record can be found by beside its words: fields with exact values. The index keeps each as one word of its own kind,
// a hash, so that no value can pass for another field or for text.

import { hash } from 'node:crypto';
import { dirname } from 'node:path/posix';
import type { Json, JsonObject } from '../../kernel/types.ts';
import { objectAt, objectsAt, textAt, textsAt } from '../body.ts';
import type { LedgerRecord } from '../record.ts';

/** Fields that a query can name. */
export const fieldNames = [
  'agent',
  'answer',
  'approval',
  'call',
  'channel',
  'digest',
  'host',
  'label',
  'outcome',
  'path',
  'person',
  'policy',
  'program',
  'rule',
  'run',
  'secret',
  'session',
  'tool',
  'trigger',
  'type',
  'verdict',
] as const;

export type FieldName = (typeof fieldNames)[number];

/** A field with a value that a record has. */
export type Field = readonly [FieldName, string];

export const isFieldName = (name: string): name is FieldName => fieldNames.some((known) => known === name);

/** The word of the index that every record has. */
export const everyRecord = 'fall';

/** The word of the index for a field with a value; the case of letters does not matter. */
export const fieldWord = (name: FieldName, value: string): string =>
  `f${hash('sha256', `${name}:${value.normalize('NFC').toLowerCase()}`, 'hex').slice(0, 20)}`;

/** Paths and hosts are found by what is above them, so far up. */
const stepsMax = 40;

/** What a record has by itself. */
export function fieldsOf({ type, body }: LedgerRecord): readonly Field[] {
  const effects = objectsAt(body, 'effects');
  const facts = objectAt(body, 'facts');
  const texts: readonly (readonly [FieldName, readonly string[]])[] = [
    ['type', [type]],
    ['agent', [textAt(body, 'agent')]],
    ['run', [textAt(body, 'run') || textAt(body, 'caller', 'run')]],
    ['call', [textAt(body, 'call')]],
    ['digest', [textAt(body, 'digest')]],
    ['verdict', [textAt(body, 'verdict')]],
    ['outcome', [type === 'call-refused' ? 'refused' : textAt(body, 'outcome') || textAt(body, 'phase')]],
    ['answer', [textAt(body, 'answer')]],
    ['approval', [textAt(body, 'approval'), textAt(body, 'approval', 'id')]],
    [
      'tool',
      [
        textAt(body, 'tool'),
        ...namesIn(effects, 'tool'),
        ...objectsAt(body, 'calls').map((one) => textAt(one, 'tool')),
      ],
    ],
    ['secret', [...namesIn(effects, 'secret'), ...textsAt(body, 'grants', 'secrets')]],
    ['rule', objectsAt(body, 'rules').map((rule) => textAt(rule, 'rule'))],
    ['policy', [textAt(body, 'policy'), ...objectsAt(body, 'rules').map((rule) => textAt(rule, 'policy'))]],
    ['label', [...textsAt(body, 'labels'), ...textsAt(body, 'inputs'), ...textsAt(body, 'caller', 'labels')]],
    ['person', peopleIn(body)],
    ['program', effects.filter((effect) => effect.kind === 'run').map((effect) => textsAt(effect, 'argv')[0] ?? '')],
    ['path', pathsIn(body, effects, facts).flatMap(upwards)],
    ['host', hostsIn(effects, facts).flatMap(domains)],
  ];
  const fields = texts.flatMap(([name, values]) => values.map((value): Field => [name, value]));
  return [...fields, ...fieldsOfCaller(objectAt(body, 'caller'))].filter(([, value]) => value !== '');
}

/** What the caller of a run adds to each of its records. */
export const fieldsOfCaller = (caller: JsonObject): readonly Field[] =>
  (['agent', 'session', 'channel', 'trigger'] as const)
    .map((name): Field => [name, textAt(caller, name)])
    .concat([
      ['person', textAt(caller, 'sender')],
      ['person', textAt(caller, 'requestedBy')],
    ])
    .filter(([, value]) => value !== '');

/** Everybody who had a part in it. */
const peopleIn = (body: JsonObject): readonly string[] => [
  textAt(body, 'by'),
  ...textsAt(body, 'by'),
  ...textsAt(body, 'approval', 'by'),
  textAt(body, 'edit', 'by'),
  textAt(body, 'editedBy'),
  ...['for', 'person', 'from', 'to'].map((name) => textAt(body, name)),
];

const namesIn = (effects: readonly JsonObject[], kind: string): readonly string[] =>
  effects.filter((effect) => effect.kind === kind).map((effect) => textAt(effect, 'name'));

function pathsIn(body: JsonObject, effects: readonly JsonObject[], facts: JsonObject): readonly string[] {
  const isPath = ({ kind }: JsonObject): boolean => kind === 'read' || kind === 'write';
  const holders = [
    ...effects.filter(isPath),
    ...objectsAt(facts, 'read'),
    ...objectsAt(facts, 'wrote'),
    ...objectsAt(body, 'changes', 'files'),
    ...objectsAt(body, 'marks'),
  ];
  return holders.flatMap((holder) => [textAt(holder, 'path'), textAt(holder, 'absolute')]);
}

const hostsIn = (effects: readonly JsonObject[], facts: JsonObject): readonly string[] =>
  [...effects, ...connectionsIn(facts)].flatMap((one) => [textAt(one, 'host'), textAt(one, 'address')]);

/** The connections that the facts of a call list, of either sandbox. */
export const connectionsIn = (facts: Json | undefined): readonly JsonObject[] => [
  ...objectsAt(facts, 'connected'),
  ...objectsAt(facts, 'egress', 'list'),
];

/** A path and the folders it lies in. */
function upwards(path: string): readonly string[] {
  const found: string[] = [];
  for (let here = path; here !== '' && !found.includes(here) && found.length < stepsMax; here = dirname(here))
    found.push(here);
  return found.filter((here) => here === path || (here !== '.' && here !== '/'));
}

/** A host and the domains it belongs to; an address belongs to none. */
function domains(host: string): readonly string[] {
  if (!/[a-z]/i.test(host) || host.includes(':')) return [host];
  const labels = host.split('.').slice(-stepsMax);
  return labels
    .map((_, index) => labels.slice(index).join('.'))
    .filter((name, index) => index === 0 || name.includes('.'));
}

/** Members that are the same in most records, or found by their fields. */
const unread: ReadonlySet<string> = new Set(['caller', 'grants', 'instance', 'shadows', 'terms', 'toolVersion']);
/** Larger numbers are counts and times. */
const numberMax = 99_999;
/** Characters of one record that are read; what is beyond them is found by its fields alone. */
const lettersMax = 1_048_576;

/** What of a body is read for its words: every text and small number once, but for hashes, which nobody reads. */
export function textsOf(body: JsonObject): ReadonlySet<string> {
  const texts = new Set<string>();
  let left = lettersMax;
  const add = (text: string): void => {
    if (left <= 0 || texts.has(text)) return;
    texts.add(text.slice(0, left));
    left -= text.length;
  };
  const walk = (value: Json): void => {
    if (typeof value === 'string') {
      if (!isHash.test(value)) add(value);
    } else if (typeof value === 'number') {
      if (Number.isInteger(value) && Math.abs(value) <= numberMax) add(String(value));
    } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) walk(member);
  };
  for (const [name, member] of Object.entries(body)) if (!unread.has(name)) walk(member);
  return texts;
}

const isHash = /^(sha256:)?[0-9a-f]{64}$/;

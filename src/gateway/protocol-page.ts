// The page that documents the protocol, written from the schemas that the gateway checks with: `docs/protocol.md`.

import { z } from 'zod';
import { events, helloOk } from './hello.ts';
import type { GatewayLimits } from './limits.ts';
import type { KeyUse, Method } from './methods/method.ts';
import { connectParams } from './protocol/connect.ts';
import { eventFrame, requestFrame, responseFrame } from './protocol/frames.ts';
import { scopes } from './protocol/scopes.ts';

/** The whole page, in Markdown. */
export function protocolPage(methods: readonly Method[], limits: GatewayLimits): string {
  return `${[
    '# The gateway protocol',
    '',
    'This page is written from the schemas that the gateway checks frames with; a test compares both. Frames are JSON texts',
    "over a WebSocket, as in OpenClaw's gateway protocol, version 4, whose client `@openclaw/gateway-client` works unchanged.",
    'What is not on this page is refused: an unknown parameter as well as an unknown method. No command starts the gateway yet.',
    '',
    '1. The gateway sends the event `connect.challenge` with a `nonce` and `ts`.',
    '2. The client sends the request `connect`, and nothing before its answer. A device signs the nonce (Ed25519, payload v3).',
    '3. The gateway answers with `hello-ok`, or with an error whose `details.code` says why, and closes.',
    '4. Requests and events follow. Events are numbered by `seq`, from 1, and are not sent again: after a gap the client reads anew.',
    '',
    `Scopes: ${scopes.map((scope) => `\`${scope}\``).join(', ')}. \`operator.admin\` covers all, \`operator.write\` covers reading.`,
    '',
    'A request with effects is made once for its `idempotencyKey`: the same key with the same parameters gives the same result,',
    'also after a restart, for a day; the same key with other parameters is refused. Keys belong to a client: the latest 64 in each of',
    '16 places are kept. A request that was cut short by the end of the gateway is made again when it comes again.',
    '',
    '## Limits',
    '',
    '| limit | value |',
    '|---|---|',
    ...Object.entries(limits).map(([name, value]) => `| \`${name}\` | ${value} |`),
    '',
    '## Frames',
    '',
    ...schemaLines('request', requestFrame),
    ...schemaLines('response', responseFrame),
    ...schemaLines('event', eventFrame),
    ...schemaLines('`connect` parameters', connectParams),
    ...schemaLines('`hello-ok`', helloOk),
    '## Methods',
    '',
    '| method | scope | key | of |',
    '|---|---|---|---|',
    ...methods.map(
      ({ name, scope, key, isOurs }) =>
        `| \`${name}\` | \`${scope}\` | ${keyWords[key]} | ${isOurs ? 'Sallyport' : 'the reference'} |`,
    ),
    '',
    ...methods.flatMap(methodLines),
    '## Events',
    '',
    '| event | scope | |',
    '|---|---|---|',
    ...Object.entries(events).map(([name, { scope, summary }]) => `| \`${name}\` | \`${scope}\` | ${summary} |`),
  ].join('\n')}\n`;
}

const keyWords: Readonly<Record<KeyUse, string>> = Object.freeze({
  required: 'required',
  optional: 'may be given',
  none: 'no effects',
});

const methodLines = ({ name, summary, params, result }: Method): readonly string[] => [
  `### \`${name}\``,
  '',
  summary,
  '',
  '```ts',
  `params: ${spelled(z.toJSONSchema(params, { io: 'input' }), '')}`,
  `result: ${spelled(z.toJSONSchema(result, { io: 'input' }), '')}`,
  '```',
  '',
];

const schemaLines = (title: string, schema: z.ZodType): readonly string[] => [
  `### The ${title}`,
  '',
  '```ts',
  spelled(z.toJSONSchema(schema, { io: 'input' }), ''),
  '```',
  '',
];

const schemaShape = z.looseObject({
  type: z.string().optional(),
  const: z.json().optional(),
  enum: z.array(z.json()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxItems: z.number().optional(),
});
type Schema = z.infer<typeof schemaShape>;

/** A JSON schema the way TypeScript would write it, with bounds as comments. */
function spelled(given: unknown, indent: string): string {
  const schema = schemaShape.parse(given);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((one) => spelled(one, indent)).join(' | ');
  switch (schema.type) {
    case 'object':
      return objectText(schema, indent);
    case 'array':
      return `Array<${spelled(schema.items ?? {}, indent)}>${bounds(undefined, schema.maxItems, ' items')}`;
    case 'string':
      return `string${bounds(schema.minLength, schema.maxLength, ' characters')}`;
    case 'integer':
      return `integer${bounds(schema.minimum, safe(schema.maximum), '')}`;
    default:
      return schema.type ?? 'json';
  }
}

function objectText({ properties, required = [] }: Schema, indent: string): string {
  if (properties === undefined) return 'object';
  const deeper = `${indent}  `;
  const members = Object.entries(properties).map(
    ([name, value]) => `${deeper}${name}${required.includes(name) ? '' : '?'}: ${spelled(value, deeper)}`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join('\n')}\n${indent}}`;
}

function bounds(least: number | undefined, most: number | undefined, what: string): string {
  const min = least === undefined || Math.abs(least) === Number.MAX_SAFE_INTEGER ? '' : `${least}`;
  if (most !== undefined) return ` /* ${min === '' ? 'up to' : `${min} to`} ${most}${what} */`;
  return min === '' ? '' : ` /* at least ${min}${what} */`;
}

const safe = (max: number | undefined): number | undefined => (max === Number.MAX_SAFE_INTEGER ? undefined : max);

// Records as events of the Open Cybersecurity Schema Framework, version 1.5.0: each is an "API Activity" (class 6003), the tool
// being the operation. What the class has no place for stands in `unmapped`, the whole record among it.

import type { Json, JsonObject } from '../../kernel/types.ts';
import { at, numberAt, objectsAt, textAt, textsAt } from '../body.ts';
import type { LedgerRecord } from '../record.ts';
import { connectionsIn } from '../search/fields.ts';
import { runOf } from './read-story.ts';
import { inOneLine, spellCall, spellEffect } from './spell.ts';

export const ocsfVersion = '1.5.0';
const classUid = 6003;

const activities = { 0: 'Unknown', 2: 'Read', 3: 'Update', 99: 'Other' } as const;
const statuses = { 0: 'Unknown', 1: 'Success', 2: 'Failure', 99: 'Other' } as const;
const severities = { 1: 'Informational', 2: 'Low', 3: 'Medium' } as const;

/** The event of a record; `version` is that of this program. */
export function ocsfOf({ seq, at: time, type, body, hash }: LedgerRecord, version: string): JsonObject {
  const activity = activityOf(type, body);
  const status = statusOf(type, body);
  const severity = severityOf(type, body);
  const run = runOf(body);
  const tool = textAt(body, 'tool');
  const because = textAt(body, 'because') || textAt(body, 'reason');
  const execute = numberAt(body, 'ms', 'execute');
  const destination = connectionsIn(body.facts).concat(
    objectsAt(body, 'effects').filter(({ kind }) => kind === 'connect'),
  )[0];
  return withoutEmpty({
    activity_id: activity,
    activity_name: activities[activity],
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: classUid,
    class_name: 'API Activity',
    type_uid: classUid * 100 + activity,
    type_name: `API Activity: ${activities[activity]}`,
    time,
    severity_id: severity,
    severity: severities[severity],
    status_id: status,
    status: status === 99 ? textAt(body, 'outcome') || textAt(body, 'state') || type : statuses[status],
    status_code: textAt(body, 'outcome') || textAt(body, 'verdict') || textAt(body, 'answer') || textAt(body, 'phase'),
    status_detail: because,
    message: messageOf(type, body),
    duration: execute > 0 ? Math.round(execute) : null,
    metadata: {
      version: ocsfVersion,
      uid: hash,
      sequence: seq,
      event_code: type,
      correlation_uid: run,
      log_name: 'ledger',
      labels: textsAt(body, 'labels'),
      product: { name: 'Sallyport', vendor_name: 'Sallyport', version },
    },
    actor: actorOf(body),
    api: {
      operation: tool === '' ? type : tool,
      service: { name: 'sallyport' },
      version: textAt(body, 'toolVersion'),
      request: { uid: textAt(body, 'call') || hash, data: at(body, 'args') ?? null },
      response: { error: status === 2 ? textAt(body, 'outcome') || 'refused' : '', message: because },
    },
    src_endpoint: { name: 'sallyport', svc_name: textAt(body, 'caller', 'channel') || 'sallyport' },
    dst_endpoint:
      destination === undefined
        ? null
        : { hostname: textAt(destination, 'host'), port: numberAt(destination, 'port') || null },
    resources: resourcesOf(body),
    unmapped: { prev_record: seq - 1, record: { type, body } },
  });
}

/** What an event says in one line. */
function messageOf(type: string, body: JsonObject): string {
  const tool = textAt(body, 'tool');
  const what = tool === '' ? '' : spellCall(tool, body.args, objectsAt(body, 'effects'));
  const end = textAt(body, 'outcome') || textAt(body, 'answer') || textAt(body, 'verdict') || textAt(body, 'phase');
  return inOneLine([type, what, end].filter((part) => part !== '').join(': ')).slice(0, 1_000);
}

/** Reading, if nothing that the record is about goes beyond it. */
function activityOf(type: string, body: JsonObject): keyof typeof activities {
  if (type === 'policy-loaded' || type === 'labels-cleared' || type === 'session-closed') return 3;
  const kinds = objectsAt(body, 'effects')
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'tool');
  if (kinds.length === 0) return 99;
  if (kinds.includes('write')) return 3;
  return kinds.every((kind) => kind === 'read') ? 2 : 99;
}

function statusOf(type: string, body: JsonObject): keyof typeof statuses {
  if (type === 'call-refused' || type === 'policy-rejected') return 2;
  const end = textAt(body, 'outcome') || textAt(body, 'phase');
  if (end === 'failed' || end === 'error') return 2;
  if (end === 'unknown') return 0;
  if (end === 'ok' || end === 'end') return 1;
  const state = textAt(body, 'state');
  if (type === 'approval-answered')
    return state === 'approved' ? 1 : state === 'declined' || state === 'expired' ? 2 : 99;
  return 99;
}

/** Nobody knows what became of it: somebody has to look. What was refused is worth a glance. */
function severityOf(type: string, body: JsonObject): keyof typeof severities {
  if (textAt(body, 'outcome') === 'unknown') return 3;
  return type === 'call-refused' || type === 'policy-rejected' ? 2 : 1;
}

function actorOf(body: JsonObject): JsonObject {
  const person = textAt(body, 'by') || textAt(body, 'caller', 'sender');
  const agent = textAt(body, 'caller', 'agent');
  const verdict = textAt(body, 'verdict');
  return {
    user: person === '' ? null : { name: person, uid: person },
    session: { uid: textAt(body, 'caller', 'session') },
    app_name: agent === '' ? 'sallyport' : agent,
    app_uid: runOf(body),
    authorizations:
      verdict === ''
        ? null
        : objectsAt(body, 'rules').map((rule) => ({
            decision: textAt(rule, 'verdict') || verdict,
            policy: {
              name: `${textAt(rule, 'policy')}/${textAt(rule, 'rule')}`,
              uid: textAt(body, 'policy'),
              desc: textAt(rule, 'because'),
            },
          })),
  };
}

const resourcesOf = (body: JsonObject): readonly JsonObject[] =>
  objectsAt(body, 'effects')
    .filter(({ kind }) => kind !== 'tool')
    .map((effect) => ({ name: spellEffect(effect), type: textAt(effect, 'kind') }));

/** Members that say nothing are left out, at every depth but in what is not ours to change. */
function withoutEmpty(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, Json][] => {
      if (name === 'unmapped' || name === 'data') return member === null ? [] : [[name, member]];
      const kept = isObject(member)
        ? withoutEmpty(member)
        : Array.isArray(member)
          ? member.map((one) => (isObject(one) ? withoutEmpty(one) : one))
          : member;
      return isEmpty(kept) ? [] : [[name, kept]];
    }),
  );
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: Json): boolean =>
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

// Reads the story of one call from its records: proposed, asked about, tried on a copy, let through or refused, ended.

import type { JsonObject } from '../../kernel/types.ts';
import { at, numberAt, objectAt, objectsAt, textAt, textsAt } from '../body.ts';
import type { LedgerRecord } from '../record.ts';
import { connectionsIn } from '../search/fields.ts';
import { spellCall } from './spell.ts';
import type {
  AnswerStory,
  AskedStory,
  CallEnd,
  CallStory,
  ChangedFile,
  ConnectionStory,
  OutputStory,
  RuleStory,
  RunStory,
} from './story.ts';

/** `proposal` is what the model said, where its words are on record: `{tool, args}`. */
export function readCall(
  call: string,
  records: readonly LedgerRecord[],
  proposal: JsonObject,
  runs: readonly RunStory[],
): CallStory {
  const last = (type: string) => records.findLast((record) => record.type === type);
  const refused = last('call-refused');
  const intended = last('call-intended');
  const finished = last('call-finished');
  const preview = last('preview-finished');
  const judged = (refused ?? intended ?? last('preview-intended'))?.body ?? {};
  const end = finished ?? refused;
  const facts = objectAt(finished?.body, 'facts');
  const tool = textAt(judged, 'tool') || textAt(records[0]?.body, 'tool') || textAt(proposal, 'tool');
  const args = at(judged, 'args') ?? at(proposal, 'args') ?? {};
  const effects = objectsAt(judged, 'effects');
  return {
    call,
    tool,
    args,
    effects,
    runs,
    what: spellCall(tool, args, effects),
    proposed: textAt(judged, 'proposed'),
    sandbox: textAt(judged, 'sandbox'),
    verdict: textAt(judged, 'verdict'),
    rules: objectsAt(judged, 'rules').map(ruleOf),
    policy: textAt(judged, 'policy'),
    digest: textAt(judged, 'digest') || textAt(end?.body, 'digest'),
    grants: objectAt(judged, 'grants'),
    labels:
      textsAt(finished?.body, 'labels').length > 0 ? textsAt(finished?.body, 'labels') : textsAt(judged, 'labels'),
    editedBy: textAt(judged, 'edit', 'by'),
    asked: askedOf(records),
    preview: textAt(preview?.body, 'outcome'),
    isIntended: intended !== undefined,
    end: endOf(finished, refused),
    because: textAt(end?.body, 'because'),
    output: outputOf((finished ?? preview)?.body),
    changed: changesOf(objectsAt(judged, 'changes', 'files')),
    wrote: objectsAt(facts, 'wrote').map((file) => ({
      path: textAt(file, 'path'),
      what: `${numberAt(file, 'bytes').toLocaleString('en')} bytes, sha256 ${textAt(file, 'sha256')}`,
    })),
    connections: connectionsIn(facts).map(connectionOf),
    image: textAt(facts, 'image'),
    ms: objectAt(finished?.body, 'ms'),
    startedAt: records[0]?.at ?? 0,
    endedAt: end?.at ?? null,
    records: records.map(({ seq }) => seq),
  };
}

function endOf(finished: LedgerRecord | undefined, refused: LedgerRecord | undefined): CallEnd {
  if (finished === undefined) return refused === undefined ? 'open' : 'refused';
  const outcome = textAt(finished.body, 'outcome');
  return outcome === 'ok' || outcome === 'failed' ? outcome : 'unknown';
}

const ruleOf = (rule: JsonObject): RuleStory => ({
  policy: textAt(rule, 'policy'),
  rule: textAt(rule, 'rule'),
  verdict: textAt(rule, 'verdict'),
  because: textAt(rule, 'because'),
});

function askedOf(records: readonly LedgerRecord[]): readonly AskedStory[] {
  const idOf = ({ body }: LedgerRecord) => textAt(body, 'approval');
  return records
    .filter(({ type }) => type === 'approval-asked')
    .map((asked): AskedStory => {
      const answers = records.filter((record) => record.type === 'approval-answered' && idOf(record) === idOf(asked));
      const { body } = asked;
      return {
        id: idOf(asked),
        at: asked.at,
        deadline: numberAt(body, 'deadline'),
        text: textAt(body, 'text'),
        state: textAt(answers.at(-1)?.body, 'state') || 'pending',
        answers: answers.map(answerOf),
      };
    });
}

const answerOf = ({ at: moment, body }: LedgerRecord): AnswerStory => ({
  at: moment,
  kind: textAt(body, 'answer'),
  by: whoAnswered(body),
  reason: textAt(body, 'reason'),
  scope: textAt(body, 'scope', 'kind'),
  proof: textAt(body, 'proof', 'kind'),
});

/** Who said so, for whom, and whether it was said once for several calls. */
function whoAnswered(body: JsonObject): string {
  const [by, delegator, standing] = [textAt(body, 'by'), textAt(body, 'for'), textAt(body, 'standing')];
  return `${by}${delegator === '' ? '' : ` for ${delegator}`}${standing === '' ? '' : ` by the standing approval ${standing}`}`;
}

/** Short outputs stand in the record, long ones with their beginning and their hash. */
function outputOf(body: JsonObject | undefined): OutputStory | null {
  const output = at(body, 'output');
  if (output === undefined || output === '') return null;
  if (typeof output === 'string') return { text: output, bytes: Buffer.byteLength(output), sha256: '' };
  const sha256 = textAt(output, 'sha256');
  const isHash = /^[0-9a-f]{64}$/.test(sha256);
  return { text: textAt(output, 'head'), bytes: numberAt(output, 'bytes'), sha256: isHash ? sha256 : '' };
}

const changesOf = (files: readonly JsonObject[]): readonly ChangedFile[] =>
  files.map((file) => {
    const [before, after] = [objectAt(file, 'before'), objectAt(file, 'after')];
    const what = before.kind === 'absent' ? 'made' : after.kind === 'absent' ? 'removed' : 'changed';
    const bytes = after.kind === 'file' ? `, ${numberAt(after, 'bytes').toLocaleString('en')} bytes` : '';
    const hash = after.kind === 'file' ? `, sha256 ${textAt(after, 'sha256')}` : '';
    return { path: textAt(file, 'path'), what: `${what}${bytes}${hash}` };
  });

const connectionOf = (one: JsonObject): ConnectionStory => ({
  host: textAt(one, 'host'),
  port: numberAt(one, 'port'),
  method: textAt(one, 'method'),
  address: textAt(one, 'address'),
  status: numberAt(one, 'status'),
  bytesIn: numberAt(one, 'bytesIn'),
  bytesOut: numberAt(one, 'bytesOut'),
  because: textAt(one, 'because'),
});

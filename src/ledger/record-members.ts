// What the body of each kind of record holds, and what that is. The tables in docs/records.md are these; records are held
// against them where they are made in tests.

import type { LedgerEntry } from '../kernel/ports.ts';
import type { JsonObject } from '../kernel/types.ts';

type RecordType = LedgerEntry['type'];

/** What each member is. */
export const memberMeanings: Readonly<Record<string, string>> = {
  agent: 'whom it stops; empty for everybody',
  answer: '`approve`, `decline`, `edit`, `expired`, `cancelled`, `superseded`',
  approval: 'the question; in an intent also who approved it',
  argsDigest: 'digest of those arguments, as people sign it',
  argumentBytes: 'size of the canonical arguments',
  args: 'the canonical arguments: exactly what the sandbox gets; of an answer, those it shall have instead',
  at: 'when, in milliseconds since the epoch',
  batch: 'the plan it was asked in',
  because: 'why, for a person',
  blast: 'what the rule would have made of the past',
  by: 'who did it',
  call: 'id of the call, unique in its run',
  caller:
    'person (`sender`, `roles`), `requestedBy`, `channel`, `trigger`, `agent`, `session`, `run`, `labels` of the session, what the run `spent`, `workspace`',
  calls: 'what the model proposed',
  changes: 'what a preview would change: `id`, `digest`, `files`',
  commitments: 'whose salts',
  contents: 'hashes of the files it reads, where people are asked',
  delegation: 'by which a role is lent',
  deadline: 'milliseconds since the epoch',
  digest: 'over the action and its decision: the same in question, answer, intent and end',
  edit: 'arguments that a person gave it, and who',
  editedBy: 'who changed the arguments',
  effects: 'what it would do, each canonically spelled',
  fingerprint: 'of the key, to compare by eye',
  for: 'whose role it is, where it was lent; of a code, what it was given for',
  from: 'who lends',
  facts:
    'what the sandbox did: `image`, `container`, `user`, `exitStatus`, `signal`, `outOfMemory` and bytes of a container; `hostCalls`, files and hashes of an isolate; connections of both',
  files: 'the policy files',
  grants: 'what the sandbox may reach, and its limits: time, memory, processes, CPUs, output; runtime and image',
  halted: 'the halt that is over',
  hidden: 'what the record does not show, see below',
  how: 'whether it was `reset` or `archived`',
  image: 'of a container call that asks: the id of the image people approved it for',
  inputs: 'labels of the files it reads',
  instance: 'the process: number, start, boot',
  intent: 'number of the record that intended it',
  key: 'the public key',
  labels: 'of the tool; of an end, those of the result; of a session, those that it carried',
  lockedUntil: 'until when no code of that person is taken',
  marks: 'paths and their labels',
  matched: 'every rule that is about the action, also those that gave way',
  message: 'what the agent was asked to do',
  model: 'its name',
  ms: 'milliseconds in each step so far: `classify`, `decide`, `approve`, `record`, `execute`',
  note: 'the signed note; see docs/ledger.md',
  outcome: '`ok`, `failed` or `unknown`',
  output: 'what it printed or returned; a long one as `sha256`, `bytes` and `head`',
  outputBytes: 'size of the output as it came; of a pruning, of what went',
  outputs: 'how many',
  outputsBefore: 'what is older went',
  pattern: 'which of the patterns shown was accepted',
  parts: 'hashes of the perfect subtrees that make the root',
  paths: 'files that commands of the rule touched',
  permit: 'what the permit is good for: `execute`, `preview` or `commit`; its number is that of the record',
  person: 'whose it is',
  phase: '`end`, `error` or `aborted`',
  policy: 'digest of the policy that judged',
  preview: 'true where it runs on a copy before people are asked',
  previous: 'digest of the policy before',
  program: '`version` of Sallyport, `node`, and the digest of the configuration (`config`)',
  proof: 'what proves it beyond the transport',
  proposed: 'the arguments as the model wrote them',
  reason: 'what the person said',
  record: 'number of the record',
  recovered: 'true where a later process closed it: of what it had to say only this is known',
  replaces: 'the question it stands for',
  role: '`policy` or `policy on trial`; of a delegation, the role that is lent',
  rule: 'the rule, as a policy file would have it',
  rules: 'those that made the decision, with their reasons',
  run: 'id of the run',
  salts: 'how many',
  saltsBefore: 'what is older went',
  sandbox: '`isolate` or `container`',
  scope: 'how far it reaches',
  script: 'the image that a script names',
  session: 'the session key',
  shadows: 'what policies on trial said',
  standing: 'the standing approval that answered',
  started: 'number of the record that opened it',
  state: 'of the question, afterwards',
  task: 'what its front needs to go on with it',
  terms: 'who may answer, how many, until when',
  text: 'what the model said; of a question, exactly what people were shown',
  to: 'who may use it',
  tokens: 'that the turn used',
  tool: 'its name',
  toolVersion: 'digest of everything that makes up the tool',
  transcript: 'its file, without `.jsonl`',
  truncated: 'true where the sandbox cut the output',
  until: 'its end, in milliseconds since the epoch',
  turn: 'number of the turn',
  verdict: '`allow`, `ask` or `deny`',
  workspace: 'the root of its paths',
};

const judged =
  'call caller tool toolVersion sandbox args effects labels script workspace verdict rules matched grants policy inputs ' +
  'shadows contents? image? preview? changes? digest argumentBytes program ms edit? hidden?';
const finished =
  'call caller intent digest outcome output because labels outputBytes truncated facts ms recovered? hidden? run?';
const ofQuestion = 'approval call run digest';

/** The members of all records; `?` marks those that are there only where they say something. */
const lists = {
  'run-started': 'run message model task caller policy program instance hidden?',
  'run-continued': 'run started instance',
  'model-answered': 'run turn text calls tokens hidden?',
  'message-steered': 'run turn message hidden?',
  'run-ended': 'run phase because started? recovered? hidden?',
  'call-refused': `${judged} proposed because`,
  'preview-intended': `${judged} permit instance`,
  'preview-finished': `${finished} changes?`,
  'call-intended': `${judged} approval permit instance`,
  'call-finished': finished,
  'approval-asked':
    'approval call caller tool digest deadline terms rules policy text instance replaces? editedBy? batch? hidden?',
  'approval-answered':
    'approval call run digest answer by for? delegation? reason? scope? pattern? proof? args? argsDigest? standing? ' +
    'state hidden?',
  'approval-claimed': `${ofQuestion} by instance standing?`,
  'approval-continued': `${ofQuestion} instance state`,
  'standing-revoked': 'standing approval digest by',
  'rule-proposed': 'approval by agent run digest policy rule blast paths text hidden?',
  'delegation-made': 'delegation from to role until by',
  'delegation-revoked': 'delegation from to role until by',
  'key-enrolled': 'person key fingerprint by',
  'key-revoked': 'person key fingerprint by',
  'code-enrolled': 'person by',
  'code-removed': 'person by',
  'code-refused': 'person for lockedUntil?',
  halted: 'agent by because at',
  resumed: 'agent by proof halted',
  checkpoint: 'note parts',
  'ledger-key': 'note',
  'policy-loaded': 'role previous policy files',
  'policy-rejected': 'role previous files because',
  'labels-cleared': 'by marks',
  'session-closed': 'by session transcript how labels',
  'ledger-pruned': 'by outputs outputBytes salts outputsBefore saltsBefore',
  'salt-revealed': 'by record commitments',
  'salts-destroyed': 'by record commitments',
} satisfies Record<RecordType, string>;

/** The members of each kind of record. */
export const recordMembers: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(lists).map(([type, members]) => [type, members.split(' ')]),
);

/** What a body lacks or has too much, for a record of this type; nothing where it is not a type of ours. */
export function memberProblems(type: string, body: JsonObject): readonly string[] {
  const members = recordMembers.get(type);
  if (members === undefined) return [];
  const known = new Set(members.map((member) => member.replace('?', '')));
  const missing = members.filter((member) => !member.endsWith('?') && !Object.hasOwn(body, member));
  return [
    ...(body.recovered === true ? [] : missing.map((member) => `\`${type}\` has no \`${member}\``)),
    ...Object.keys(body).flatMap((member) => (known.has(member) ? [] : [`\`${type}\` has \`${member}\``])),
  ];
}

/** Both tables, as docs/records.md has them. */
export function memberTables(): string {
  const types = [...recordMembers].map(
    ([type, members]) => `| \`${type}\` | ${members.map((one) => `\`${one}\``).join(' ')} |`,
  );
  const used = new Set([...recordMembers.values()].flat().map((member) => member.replace('?', '')));
  const meanings = [...used].sort().map((member) => `| \`${member}\` | ${memberMeanings[member] ?? ''} |`);
  return ['| Record | Members |', '|---|---|', ...types, '', '| Member | Is |', '|---|---|', ...meanings].join('\n');
}

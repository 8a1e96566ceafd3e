// What the kernel needs from the world: one small interface per edge. The kernel trusts none of them to answer, to answer
// in time or to answer truthfully; `governed-call.ts` checks whatever comes back.

import type { Permit } from './governed-call.ts';
import type { Beside } from './ledger-entry.ts';
import type { CallLimits } from './limits.ts';
import type { FindPrivate } from './private-parts.ts';
import type { Redact } from './redactor.ts';
import type {
  Action,
  Answer,
  Call,
  Caller,
  Decision,
  FileContent,
  Grants,
  JsonObject,
  LeftQuestion,
  Message,
  ModelEvent,
  Moment,
  Outcome,
  Preview,
  Question,
  SandboxKind,
  SealedAction,
  Tool,
  UseLimit,
} from './types.ts';

/** Time. Tests and the simulation bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A path that a call may have written, and the labels that what it wrote carries. */
export interface LabelMark {
  /** Canonical and absolute. */
  readonly path: string;
  readonly labels: readonly string[];
  /**
   * Null: this path was written, and carries the labels from now on. Otherwise the path is a directory, and what lies in
   * it carries them if it was changed between these moments (milliseconds since the epoch).
   */
  readonly changed: { readonly from: number; readonly until: number } | null;
}

/** Labels of what is at these paths (canonical, absolute) and below them. */
export type FindLabels = (paths: readonly string[]) => Promise<readonly string[]>;

/** Remembers which labels files carry because of the calls that wrote them, over all processes of a state home. */
export interface PathLabels {
  /** Looks at what is known now, over all processes. */
  look(): Promise<FindLabels>;
  /** Resolves once the marks are durable. */
  mark(marks: readonly LabelMark[]): Promise<void>;
}

/** Whether people stopped an agent. */
export interface Halts {
  /** Why no call of this agent may start now, or ''. */
  reason(agent: string): Promise<string>;
  /** Tells, soon after, when people stop this agent, perhaps more than once; the function it hands back ends the watching. */
  watch(agent: string, halted: (because: string) => void): () => void;
}

/** What lies in these files (canonical, absolute), in an order of its own. */
export type ReadContents = (paths: readonly string[]) => Promise<readonly FileContent[]>;

export type Classified =
  | { readonly kind: 'understood'; readonly action: Action }
  | { readonly kind: 'unclear'; readonly because: string };

/** Step 1: from a proposed call to an action, or a reason why not. */
export interface Classifier {
  classify(call: Call, caller: Caller): Promise<Classified>;
}

/** Step 2: pure, no I/O, microseconds. */
export interface Policy {
  readonly digest: string;
  /** The rules whose uses are counted; the moment of a decision brings their counts in this order. Empty for most. */
  readonly counted: readonly UseLimit[];
  decide(action: Action, caller: Caller, moment: Moment): Decision;
}

/** Where the policy of this moment comes from: it can be reloaded while a call waits for its approval. */
export interface PolicySource {
  current(): Policy;
  /** Policies on trial: they judge every call, and what they say is only written down. */
  shadows(): readonly Policy[];
}

/** Counts how often rules opened calls, over all processes of a state home. */
export interface RuleUses {
  /** Uses of each rule within its window before `now`, in the order asked. */
  count(limits: readonly UseLimit[], now: number): Promise<readonly number[]>;
  /** Counts one use of each, durably. False, and nothing is counted, if one of them has none left. */
  take(limits: readonly UseLimit[], now: number): Promise<boolean>;
}

/** What a call asks, before it has a place among the questions. */
export type AskedQuestion = Omit<Question, 'id' | 'text' | 'replaces' | 'batch'>;

/** Step 3. Implementations store the question durably, with a ledger record, before anybody can answer it. */
export interface Approvals {
  /**
   * Resolves when answered or expired. Rejects if the question cannot be stored, or `signal` aborts. A call that left the
   * same question open goes on waiting for it; one that left another has it superseded.
   */
  ask(question: AskedQuestion, shown: (question: Question) => void, signal: AbortSignal): Promise<Answer>;
  /** Stores questions that people can answer one by one or together; the calls ask for them later, by `ask`. */
  askAhead(questions: readonly AskedQuestion[], signal: AbortSignal): Promise<readonly Question[]>;
  /** Closes those of these questions that still wait for an answer: their calls will not be made. */
  withdraw(ids: readonly string[]): Promise<void>;
  /** The question that this call left open in a process that has died, or null. */
  left(run: string, call: string): Promise<LeftQuestion | null>;
  /** Takes an approved question for this process, durably. True for one process, and only for the digest it was asked for. */
  claim(id: string, digest: string): Promise<boolean>;
  /** Makes the intent durable and the claimed approval used up, both or neither; null if the claim does not stand. */
  consume(id: string, digest: string, intent: LedgerEntry): Promise<LedgerReceipt | null>;
}

/** What the ledger keeps of one step. `body` is everything needed to answer for it later. */
export interface LedgerEntry {
  readonly type:
    | 'policy-loaded'
    | 'policy-rejected'
    | 'labels-cleared'
    | 'session-closed'
    | 'ledger-key'
    | 'checkpoint'
    | 'halted'
    | 'resumed'
    | 'run-started'
    | 'run-continued'
    | 'model-answered'
    | 'message-steered'
    | 'run-ended'
    | 'call-refused'
    | 'preview-intended'
    | 'preview-finished'
    | 'delegation-made'
    | 'delegation-revoked'
    | 'key-enrolled'
    | 'key-revoked'
    | 'code-enrolled'
    | 'code-removed'
    | 'code-refused'
    | 'approval-asked'
    | 'approval-answered'
    | 'approval-continued'
    | 'approval-claimed'
    | 'standing-revoked'
    | 'rule-proposed'
    | 'call-intended'
    | 'call-finished'
    | 'ledger-pruned'
    | 'salt-revealed'
    | 'salts-destroyed';
  readonly body: JsonObject;
  /** What goes to disk together with it; see `ledgerEntry`. Absent where there is nothing. */
  readonly beside?: Beside;
}

/** Proof that an entry is on disk. */
export interface LedgerReceipt {
  readonly seq: number;
  readonly hash: string;
}

/** Steps 4 and 6. */
export interface Ledger {
  /** Resolves once the entry is durable (fsync). Rejects if it is not; then the call must stop. */
  append(entry: LedgerEntry): Promise<LedgerReceipt>;
}

export type Availability =
  | {
      readonly kind: 'ready';
      /** Id of the image that it would run in; '' where there is none. */
      readonly image: string;
    }
  | { readonly kind: 'missing'; readonly because: string };

/** Step 5: a sandbox. */
export interface Executor {
  readonly sandbox: SandboxKind;
  /**
   * Whether a call with these grants could run now; if not, why and what to do. The sandbox may begin to look at what such a
   * call will need there (`workspace`), and changes nothing.
   */
  availability(grants: Grants, workspace: string): Promise<Availability>;
  /** Redeems the permit (once), runs the action under its grants, and ends within its limits or when `signal` aborts. */
  execute(permit: Permit, signal: AbortSignal): Promise<Outcome>;
  /**
   * Redeems a permit for a preview and runs the action on a copy of what it may write, without any effect; what it changed
   * there is kept for `Changes`.
   */
  preview(permit: Permit, signal: AbortSignal): Promise<Preview>;
}

/** Keeps what previews changed, until it is put in place or thrown away. */
export interface Changes {
  /** Why the changes cannot be put in place as things are now, or ''. Only looks. */
  fault(sealed: SealedAction): Promise<string>;
  /** Redeems a permit for a commit, and puts exactly the changes of its action in place. */
  commit(permit: Permit, signal: AbortSignal): Promise<Outcome>;
  /** Forgets what a preview changed. */
  discard(id: string): Promise<void>;
}

/** What a model is asked to continue. */
export interface ModelRequest {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  /** Upper bound of the answer, in tokens. */
  readonly outputTokensMax: number;
}

/** A language model. */
export interface Model {
  readonly name: string;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/** Where the values of secrets are kept. Only what carries a secret out for one permit asks. */
export interface Secrets {
  /** The value. Rejects, with what to do, if there is none by that name; the message never holds a value. */
  reveal(name: string): Promise<string>;
}

/** What made a record, beyond the process: other programs or settings might have done otherwise. */
export interface Program {
  /** Of Sallyport. */
  readonly version: string;
  readonly node: string;
  /** Digest of what was configured. */
  readonly config: string;
}

/** What records hold, and do not hold, whatever the call. */
export interface Recording {
  readonly program: Program;
  readonly findPrivate: FindPrivate;
  /** A secret of this state home: it goes into the digests of calls with private arguments, so that nobody can guess them. */
  readonly digestKey: () => string;
}

/** Everything a governed call needs from the world. */
export interface CallPorts {
  readonly clock: Clock;
  readonly classifier: Classifier;
  readonly policies: PolicySource;
  readonly uses: RuleUses;
  readonly labels: PathLabels;
  readonly readContents: ReadContents;
  readonly halts: Halts;
  readonly approvals: Approvals;
  readonly ledger: Ledger;
  readonly executors: { readonly [kind in SandboxKind]: Executor };
  readonly changes: Changes;
  /** Replaces the values of secrets; applied to everything that reaches the ledger or the model. */
  readonly redact: Redact;
  readonly recording: Recording;
  /** Names this process in intents, so that a later start can tell which calls were interrupted. */
  readonly instance: string;
  readonly limits: CallLimits;
}

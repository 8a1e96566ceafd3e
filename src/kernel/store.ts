// What ledger and approvals need from a database, in their own words: an append-only chain of records, the steps still
// open, and questions that change by compare-and-set. No SQL passes through here, so that SQLite and Postgres can both
// stand behind it, and pass the same suite in `test/conformance/store.ts`.
// What always holds: a promise that resolves means "on disk"; one that rejects means "stop". Several processes may use
// one store; each write is one transaction that links from the last record of that moment.

import type { Inbox } from './inbox.ts';
import type { Beside } from './ledger-entry.ts';
import type { LabelMark, RuleUses } from './ports.ts';
import type { AnswerScope, Caller, JsonObject, Question } from './types.ts';

/** The end of the chain: the last record's number and hash. */
export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
}

/** A record before it has its place in the chain. */
export interface RecordDraft {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Canonical JSON text of the body. */
  readonly body: string;
  /** Keys to find it by; null where the body has none. */
  readonly run: string | null;
  readonly call: string | null;
  readonly digest: string | null;
  /** Name of the step this record begins (a run, a call's effect), which stays open until a record closes it. */
  readonly opens: string | null;
  readonly closes: ClosedStep | null;
  /** What goes to disk in the same transaction. */
  readonly beside: Beside;
}

/** A long output that lies beside records, or lay there. */
export interface StoredOutput {
  readonly sha256: string;
  /** Of its UTF-8 text. */
  readonly bytes: number;
  /** Null once it was taken away. Whoever reads it holds it against the hash. */
  readonly text: string | null;
  /** When it was taken away, in milliseconds since the epoch. */
  readonly goneAt: number | null;
}

/** The salt of a commitment, or that there was one. */
export interface StoredSalt {
  readonly salt: Buffer | null;
  readonly goneAt: number | null;
}

/** What lies beside records of before these moments (milliseconds since the epoch); 0 for nothing. */
export interface BesideAge {
  readonly outputs: number;
  readonly salts: number;
}

/** How much lies beside the records. */
export interface BesideCount {
  readonly outputs: number;
  readonly outputBytes: number;
  readonly salts: number;
}

/** The step a record ends: the one that record `seq` opened, or where that is null the oldest open one of that name. */
export interface ClosedStep {
  readonly step: string;
  readonly seq: number | null;
}

/** A record as stored: `text` is what is hashed and verified, the rest is derived from it for searching. */
export interface LedgerRow extends LedgerHead {
  readonly text: string;
  readonly at: number;
  readonly type: string;
  readonly run: string | null;
  readonly call: string | null;
  readonly digest: string | null;
}

/** Gives a draft its place after `previous`. Pure; the store calls it inside its write transaction. */
export type LinkRecord = (previous: LedgerHead, draft: RecordDraft) => LedgerRow;

/** Which records to read. Null means "do not care"; `limit` bounds the rows, the store bounds the bytes of one answer. */
export interface RecordQuery {
  readonly order: 'oldest-first' | 'newest-first';
  /** Only records after (oldest first) or before (newest first) this number. */
  readonly from: number | null;
  readonly limit: number;
  readonly type: string | null;
  readonly run: string | null;
  readonly call: string | null;
  readonly digest: string | null;
}

/**
 * `pending` becomes one of the next six; `approved` becomes `claimed` by the process that is about to make the call, and
 * `consumed` together with the record of its intent.
 */
export type QuestionState =
  | 'pending'
  | 'approved'
  | 'declined'
  | 'edited'
  | 'expired'
  | 'cancelled'
  | 'superseded'
  | 'claimed'
  | 'consumed';

/** What one person said to a question. */
export interface StoredAnswer {
  readonly person: string;
  /** Whose role it is: the same person, or the one who lent it by the delegation with this id; '' for none. */
  readonly authority: string;
  readonly delegation: string;
  readonly kind: 'approve' | 'decline' | 'edit';
  readonly reason: string;
  readonly at: number;
  readonly scope: AnswerScope;
  /** Which pattern of the question was accepted; 0 for none. */
  readonly pattern: number;
  /** What proves it beyond the transport it came through. */
  readonly proof: JsonObject;
  /** For `edit`: the arguments it shall have. */
  readonly args: JsonObject | null;
}

/** A question with everything that happened to it. */
export interface StoredQuestion {
  readonly question: Question;
  readonly state: QuestionState;
  readonly answers: readonly StoredAnswer[];
  /** The process that waits for the answer or claimed it, as `createInstance` names it. */
  readonly instance: string;
}

/** What to do with a question, decided while nobody else can change it. */
export interface QuestionChange<T> {
  /** The question as it shall be, or null to leave it. */
  readonly next: StoredQuestion | null;
  /** A record that becomes durable together with the change, or null. */
  readonly record: RecordDraft | null;
  /** Handed back once all of it is durable; it is told the place of the record. */
  readonly result: (place: LedgerHead | null) => T;
}

/** An approval that reaches further than the one call it was given to. */
export interface StandingApproval {
  readonly id: string;
  /** The question that it was given to. */
  readonly question: string;
  readonly state: 'open' | 'used' | 'revoked' | 'over';
  readonly tool: string;
  readonly args: JsonObject;
  readonly reach: StandingReach;
  /** Those who gave it, with what they said. */
  readonly answers: readonly StoredAnswer[];
  /** Null for any number. */
  readonly usesLeft: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly until: number;
}

/** What later calls are held against. */
export interface StandingReach {
  /** Of the very action. */
  readonly digest: string;
  /** Digest over everything but the words of the command; empty where no pattern was accepted. */
  readonly family: string;
  /** The words that the command begins with; none where no pattern was accepted. */
  readonly words: readonly string[];
  /** Whoever asks later must be the same, with no label more than people saw. */
  readonly caller: Pick<Caller, 'agent' | 'session' | 'requestedBy' | 'sender' | 'channel' | 'labels'>;
  readonly inputs: readonly string[];
}

/** A change of a question, of standing approvals, or both. */
export interface StandingChange<T> extends QuestionChange<T> {
  /** As they shall be; those that are not here stay. */
  readonly standing: readonly StandingApproval[];
}

export interface QuestionQuery {
  /** Empty means all. */
  readonly states: readonly QuestionState[];
  /** Null means all. */
  readonly run: string | null;
  readonly call: string | null;
  readonly limit: number;
}

/** What lies beside the texts of records: a line for each record, and `=` before each key that is there. */
export interface RecordColumns {
  readonly seq: string;
  readonly hash: string;
  readonly at: string;
  readonly type: string;
  readonly run: string;
  readonly call: string;
  readonly digest: string;
}

/** Many records at once, for checking them. What was tampered with may have any number of lines. */
export interface RecordTexts {
  /** Number of the last record that was looked for. */
  readonly until: number;
  /** The exact texts, a line break between them. */
  readonly text: Uint8Array;
  readonly columns: RecordColumns;
}

/** A small document of its own: what approvals remember beside questions, such as a delegation, a key, a used code. */
export interface StoredNote {
  readonly key: string;
  readonly document: JsonObject;
}

/** What to do with a note, decided while nobody else can change it. */
export interface NoteChange<T> {
  /** The note as it shall be, or null to leave it. */
  readonly next: JsonObject | null;
  readonly record: RecordDraft | null;
  readonly result: (place: LedgerHead | null) => T;
}

/** Marks that came since some version. */
export interface LabelMarkNews {
  readonly version: string;
  /** True if these are all there are, because some were forgotten. */
  readonly isWhole: boolean;
  /** In the order in which they came. */
  readonly marks: readonly LabelMark[];
}

/** The port to the database. It counts the uses of rules in the transactions that write everything else. */
export interface Store extends RuleUses, Inbox {
  /** Resolves once the record is durable. Rejects at once when too many writes wait. */
  append(draft: RecordDraft): Promise<LedgerHead>;
  /** Appends a record that closes the step opened by record `seq`; null, and nothing is written, if it is closed already. */
  appendIfOpen(seq: number, draft: RecordDraft): Promise<LedgerHead | null>;
  /** The records that opened a step nobody has closed, oldest first. */
  openSteps(limit: number): Promise<readonly LedgerRow[]>;
  /** The output of this hash; null if none was ever stored. */
  output(sha256: string): Promise<StoredOutput | null>;
  /** A page of outputs by hash, also those that are gone; `after` is the last one of the page before, or ''. */
  outputs(after: string, limit: number): Promise<readonly StoredOutput[]>;
  /** Hashes of outputs that records speak of and that are not there, nor a sign that they ever were; at most `limit`. */
  lostOutputs(limit: number): Promise<readonly string[]>;
  /** The salt of this commitment; null if there never was one. */
  salt(commitment: string): Promise<StoredSalt | null>;
  /** How much there is that is as old. */
  countBeside(age: BesideAge): Promise<BesideCount>;
  /** Takes away what is as old, together with the record that says so; no byte of it stays in the database. */
  pruneBeside(age: BesideAge, record: RecordDraft): Promise<LedgerHead>;
  /** Destroys salts together with the record that says so; no byte of them stays in the database. */
  destroySalts(commitments: readonly string[], record: RecordDraft): Promise<LedgerHead>;
  /** The last record, or null in an empty ledger. */
  head(): Promise<LedgerHead | null>;
  /** One page of records; may be shorter than `limit` where they are large, and empty only when there are no more. */
  records(query: RecordQuery): Promise<readonly LedgerRow[]>;
  /** The records after number `after` (0: all there are) up to `until`, or only the first of them where they are large. */
  texts(after: number, until: number): Promise<RecordTexts>;
  /** Stores a new question with its record. False, and nothing is written, if the id is taken. */
  addQuestion(question: StoredQuestion, record: RecordDraft): Promise<boolean>;
  /**
   * Compare-and-set: `change` sees the question as it is now (null if unknown) while no one else can write. It must be
   * pure and quick. If it throws, nothing is written and its error comes back.
   */
  changeQuestion<T>(id: string, change: (current: StoredQuestion | null) => QuestionChange<T>): Promise<T>;
  question(id: string): Promise<StoredQuestion | null>;
  /** As `changeQuestion`; `change` sees the standing approvals that are open as well. Null where it is about those alone. */
  changeStanding<T>(
    id: string | null,
    change: (current: StoredQuestion | null, open: readonly StandingApproval[]) => StandingChange<T>,
  ): Promise<T>;
  /** Standing approvals, newest first. */
  standing(limit: number): Promise<readonly StandingApproval[]>;
  /** Newest first. */
  questions(query: QuestionQuery): Promise<readonly StoredQuestion[]>;
  /** Compare-and-set, as for questions; `change` sees the note as it is now, null if there is none. */
  changeNote<T>(key: string, change: (current: JsonObject | null) => NoteChange<T>): Promise<T>;
  /** All notes whose key starts so, by key. */
  notes(prefix: string): Promise<readonly StoredNote[]>;
  /** Adds marks; what is marked so already is not added again, and times that touch are joined. */
  addLabelMarks(marks: readonly LabelMark[]): Promise<void>;
  /** Forgets the marks of exactly these paths; how many there were. */
  dropLabelMarks(paths: readonly string[]): Promise<number>;
  /**
   * Adds lasting marks and forgets all others at and below their paths that were known at `version`; the marks have to say
   * at least what those did. Nothing happens if marks were forgotten since.
   */
  coverLabelMarks(marks: readonly LabelMark[], version: string): Promise<void>;
  /** What anybody marked since a version; '' is before everything. Cheap enough to ask for every call. */
  labelMarksSince(version: string): Promise<LabelMarkNews>;
  /** All marks, by path. */
  labelMarks(): Promise<readonly LabelMark[]>;
  /** A number that differs whenever anybody, in any process, has written since. Cheap enough to ask often. */
  version(): Promise<number>;
  /** Waits for the writes under way, then lets go. Later calls reject. */
  close(): Promise<void>;
}

// The nouns of Sallyport, as data. Everything here is read-only and plain: what a call is, what it would do, what was
// decided about it and how it ended. Nothing is optional in these types, because absence must never mean yes.

import type { ZodType } from 'zod';

/** A JSON value, as RFC 8259 knows it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Which kind of sandbox runs a tool: JavaScript in isolated-vm, or a fresh Docker container. */
export type SandboxKind = 'isolate' | 'container';

/**
 * How the effects of a tool follow from its arguments. `argument` names the argument that holds the path, the URL, …;
 * `command` reads `args.command` (shell text) or `args.argv`.
 */
export type EffectTemplate =
  | { readonly kind: 'read' | 'write' | 'secret'; readonly argument: string }
  | { readonly kind: 'connect'; readonly argument: string; readonly methodArgument: string }
  | { readonly kind: 'command' };

/** A tool is data: nothing in the host process can run one directly. Only a sandbox runs `program`. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Schema of the arguments: a strict object with defaults. */
  readonly input: ZodType<JsonObject>;
  readonly sandbox: SandboxKind;
  readonly effects: readonly EffectTemplate[];
  /** Labels every result of this tool carries, e.g. `untrusted`. */
  readonly labels: readonly string[];
  /** For `isolate`: body of `async (args, host) => string`. For `container`: empty where the arguments are the program, or a script. */
  readonly program: string | Script;
}

/** A program of a tool's own that runs in a container, with every byte of it: all of this is part of the tool's version. */
export interface Script {
  /** Words before the path of the file, such as `python3`; none where the file itself is executed. */
  readonly run: readonly string[];
  /** Which of `files` runs. */
  readonly file: string;
  /** Whatever lies beside it inside, by path relative to the skill; no path twice. */
  readonly files: readonly ScriptFile[];
  /** Image of its containers, spelled as in `Grants.image`; empty for the configured one. */
  readonly image: string;
}

export interface ScriptFile {
  readonly path: string;
  /** Its bytes. */
  readonly base64: string;
}

/** What a model (or a person at the command line) proposed. Untrusted. */
export interface Call {
  readonly id: string;
  readonly tool: string;
  readonly args: unknown;
}

/** Who proposes calls, and where. Set by the front that received the message, never by the model. */
export interface Caller {
  readonly agent: string;
  readonly session: string;
  readonly run: string;
  /** Identity that asked for the work, e.g. `agent:main`; it may never approve its own calls. */
  readonly requestedBy: string;
  /** Person the message came from, as the front knows them; empty where no person did (a timer, a webhook). */
  readonly sender: string;
  /** Roles of that person; `*` is every role. */
  readonly roles: readonly string[];
  /** Front the message came through: `cli`, `gateway`, … */
  readonly channel: string;
  /** What set the run off: `message`, `schedule`, `webhook` or `agent`. */
  readonly trigger: string;
  /** Labels gathered so far by the session, sorted. */
  readonly labels: readonly string[];
  /** What the run has used before this call. */
  readonly spent: RunSpent;
  /** Absolute real path of the workspace: the root against which paths are granted. */
  readonly workspace: string;
}

/** What a run has used so far: calls it made, tokens its model counted. */
export interface RunSpent {
  readonly calls: number;
  readonly tokens: number;
}

/**
 * `own` effects need an allow rule. `implied` ones come with an own effect (the tool itself, the files a known command
 * reads) and are covered when that is allowed; deny and ask rules count for both.
 */
export type Standing = 'own' | 'implied';

export interface ToolEffect {
  readonly kind: 'tool';
  readonly name: string;
  readonly standing: Standing;
}

/** One simple command that would be executed. */
export interface RunEffect {
  readonly kind: 'run';
  /** Canonical words: quotes gone, expansions resolved, `/usr/bin/git` as `git`. */
  readonly argv: readonly string[];
  /** Assignments before the command that are not known to be harmless, as `NAME=value`. An allow has to name them. */
  readonly assignments: readonly string[];
  /** Other spellings of the same command, under which deny and ask rules also see it (`git -C x push` as `git push`). */
  readonly spellings: readonly (readonly string[])[];
  /** Words of argv that point outside the workspace: only a pattern word that is itself rooted (`/…`) may allow them. */
  readonly outside: readonly string[];
  readonly standing: Standing;
}

/** A file or directory that would be read or written. */
export interface PathEffect {
  readonly kind: 'read' | 'write';
  /** Canonical: relative to the workspace (`.` for its root), or absolute where it lies outside. */
  readonly path: string;
  /** Canonical and absolute. */
  readonly absolute: string;
  readonly standing: Standing;
}

/** A network connection. `host` is canonical: lower case, punycode, no trailing dot, IPv6 without brackets. */
export interface ConnectEffect {
  readonly kind: 'connect';
  readonly host: string;
  readonly port: number;
  /** Upper-case HTTP method, or `CONNECT` where no HTTP is known. */
  readonly method: string;
  readonly url: string;
  readonly standing: Standing;
}

export interface SecretEffect {
  readonly kind: 'secret';
  readonly name: string;
  readonly standing: Standing;
}

export interface SendEffect {
  readonly kind: 'send';
  readonly channel: string;
  readonly target: string;
  readonly standing: Standing;
}

/** Something in the call that is not statically known. No ordinary allow covers it, only an `opaque` rule. */
export interface OpaqueEffect {
  readonly kind: 'opaque';
  /** The part that is not known, as printed from the parsed form. */
  readonly text: string;
  /** Why it is not known, for a person. */
  readonly why: string;
  readonly standing: Standing;
}

export type Effect = ToolEffect | RunEffect | PathEffect | ConnectEffect | SecretEffect | SendEffect | OpaqueEffect;

/** The call, understood. Frozen; `args` are validated, complete and canonical, and are exactly what the sandbox gets. */
export interface Action {
  readonly tool: string;
  /** Digest of everything that makes up the tool. */
  readonly toolVersion: string;
  readonly sandbox: SandboxKind;
  readonly args: JsonObject;
  /** Never empty; the tool itself comes first. */
  readonly effects: readonly Effect[];
  /** Labels of the tool. */
  readonly labels: readonly string[];
  /** For a tool that is a script in a container: the image it names, empty for the configured one. Null for every other. */
  readonly script: { readonly image: string } | null;
  readonly workspace: string;
}

/** `deny` < `ask` < `allow`; the strictest wins. */
export type Verdict = 'deny' | 'ask' | 'allow';

/** Bounds of one sandbox. */
export interface SandboxLimits {
  readonly wallMs: number;
  readonly memoryMiB: number;
  readonly pids: number;
  readonly cpus: number;
  readonly outputBytes: number;
}

/** A secret that is added, as a header, to every request of one call to one host, over TLS alone. */
export interface Injection {
  readonly secret: string;
  /** Canonical. */
  readonly host: string;
  readonly port: number;
  /** Name of the header, in lower case. */
  readonly header: string;
  /** Its value: `{secret}` is the secret, `{basic:name}` base64 of `name:secret`. */
  readonly template: string;
  /** Variable that holds a placeholder in the sandbox, for programs that want one; empty for none. */
  readonly variable: string;
}

/**
 * What the sandbox of one call may reach, computed from the decision. Path entries are relative to the workspace or
 * absolute; an entry without glob characters covers itself and everything below it.
 */
export interface Grants {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Path patterns that stay closed inside what `read` and `write` cover, because a deny or an unanswered ask names them. */
  readonly exceptRead: readonly string[];
  readonly exceptWrite: readonly string[];
  /** Hosts with or without a port, ranges, or `GET https://host/path*`; in paths `*` is any characters, `\*` a star. */
  readonly connect: readonly string[];
  /** Patterns that stay closed inside `connect`, whatever name leads there: a deny or an unanswered ask names them. */
  readonly exceptConnect: readonly string[];
  readonly secrets: readonly string[];
  /** Secrets that the egress proxy adds to requests; the sandbox never holds them. */
  readonly inject: readonly Injection[];
  /** Who runs a container. */
  readonly runtime: ContainerRuntime;
  /** Image of a container, `name@sha256:…` or `sha256:…`; empty for the configured one. */
  readonly image: string;
  readonly limits: SandboxLimits;
}

/** The engine's own runtime on the kernel of this machine, or gVisor, which has a kernel of its own for the container. */
export type ContainerRuntime = 'runc' | 'runsc';

/** One rule that took part in a decision. */
export interface RuleReference {
  readonly policy: string;
  readonly rule: string;
  readonly verdict: Verdict;
  readonly because: string;
}

/** A rule that is about an action, whether or not it won. */
export type MatchedRule = Pick<RuleReference, 'policy' | 'rule' | 'verdict'>;

/** A rule that opens at most `max` calls in any `windowMs` milliseconds. */
export interface UseLimit {
  readonly policy: string;
  readonly rule: string;
  readonly max: number;
  readonly windowMs: number;
}

/** What a decision may depend on beyond the action and its caller. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Uses of each of the policy's `counted` rules within its window, in that order. */
  readonly used: readonly number[];
  /** Labels of the files that the action reads. */
  readonly inputs: readonly string[];
}

/** What somebody who approves must show beyond the account they answer from; each is more than the one before. */
export type StepUp = 'none' | 'code' | 'signature';

/** Further roles that may answer once a question has waited for so long. */
export interface Escalation {
  readonly afterMs: number;
  readonly roles: readonly string[];
}

/** Who may answer an approval, how many are needed, and until when. */
export interface ApprovalTerms {
  /** One of these roles; empty means any operator. */
  readonly roles: readonly string[];
  readonly count: number;
  /** Where `roles` are named: so many of those who approve must be operators as well. 0 for none. */
  readonly operatorsMin: number;
  readonly withinMs: number;
  /** Earliest first. */
  readonly escalate: readonly Escalation[];
  readonly stepUp: StepUp;
}

/** What the policy says about one action. `because` is for a person and never empty. */
export interface Decision {
  readonly verdict: Verdict;
  readonly because: string;
  /** The rules that made it, strictest first. Empty only for a denial: no rule allowed it. */
  readonly rules: readonly RuleReference[];
  /** Every rule that is about the action now, also those that gave way to stricter ones, by policy and name. */
  readonly matched: readonly MatchedRule[];
  readonly grants: Grants;
  /** Used when the verdict is `ask`; otherwise the defaults. */
  readonly terms: ApprovalTerms;
  /** Labels the result will carry, from the rules and the tool. */
  readonly labels: readonly string[];
  /** The counted rules among those that made it: the call uses each of them once. */
  readonly uses: readonly UseLimit[];
  /** With `ask`: the call runs on a copy first, and people are asked about what it changed there. */
  readonly preview: boolean;
  readonly policyDigest: string;
}

/** What a policy on trial said of an action. It counts for nothing and is only written down. */
export interface ShadowDecision {
  readonly policy: string;
  readonly verdict: Verdict;
  readonly because: string;
  readonly rules: readonly RuleReference[];
}

/** What is at a path. `sha256` is 64 hex digits, `mode` the permission bits. */
export type FileState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly bytes: number; readonly sha256: string; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string };

/** What becomes of one path. */
export interface FileChange {
  /** Spelled as in effects: relative to the workspace, or absolute where it lies outside. */
  readonly path: string;
  /** Canonical and absolute. */
  readonly absolute: string;
  readonly before: FileState;
  readonly after: FileState;
}

/** Everything that one preview changed. */
export interface ChangeSet {
  /** Names this preview: another one that changed the same has another. */
  readonly id: string;
  /** By path; each once. */
  readonly files: readonly FileChange[];
  /** `sha256:` and 64 hex digits over the id and the files. */
  readonly digest: string;
}

/** What lies in a file: `sha256:…`, or words for what is there instead. */
export interface FileContent {
  /** Canonical and absolute. */
  readonly path: string;
  readonly content: string;
}

/** An action together with its decision, under one digest: what is shown, approved, recorded and run. */
export interface SealedAction {
  readonly action: Action;
  readonly decision: Decision;
  /** Labels of the files that the action reads, as they were when it was decided. */
  readonly inputs: readonly string[];
  /** What policies on trial would have decided. */
  readonly shadows: readonly ShadowDecision[];
  /** Of a call that asks: what lies in the files it reads. Approved with another text there, it is another call. */
  readonly contents: readonly FileContent[];
  /** Of a call that asks: id of the image it runs in. In another image it is another call. Empty where there is none. */
  readonly image: string;
  /** What its preview would change, once there was one: then exactly this is what the call does. */
  readonly changes: ChangeSet | null;
  /** `sha256:` and 64 hex digits over tool, version, arguments, effects, grants, workspace, agent, session and policy, and over the changes. */
  readonly digest: string;
}

/** How a sandbox ended. `output` is what the call printed or returned, before bounding and redaction by the kernel. */
export type Outcome =
  | { readonly kind: 'ok'; readonly output: string; readonly truncated: boolean; readonly facts: JsonObject }
  | {
      readonly kind: 'failed';
      readonly because: string;
      readonly output: string;
      readonly truncated: boolean;
      readonly facts: JsonObject;
    }
  /** It may have taken effect, in part or whole: nobody knows. */
  | { readonly kind: 'unknown'; readonly because: string; readonly facts: JsonObject };

/** How a preview ended: with what it changed in its copy, or without anything to ask about. Neither has touched anything. */
export type Preview =
  | {
      readonly kind: 'ok';
      readonly output: string;
      readonly truncated: boolean;
      readonly facts: JsonObject;
      readonly changes: ChangeSet;
      /** The changes for people: one line per line, nothing hidden in it, within a bound that it names. */
      readonly diff: string;
    }
  | {
      readonly kind: 'failed';
      readonly because: string;
      readonly output: string;
      readonly truncated: boolean;
      readonly facts: JsonObject;
    };

/** What a preview shows to people beyond the action itself. */
export interface ShownPreview {
  readonly output: string;
  readonly diff: string;
}

/** Milliseconds spent in each step. */
export interface CallTimings {
  readonly classify: number;
  readonly decide: number;
  readonly approve: number;
  readonly record: number;
  readonly execute: number;
}

/** What a governed call came to. `outcome` decides which of `output` and `because` say something; both are bounded. */
export interface CallResult {
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'refused';
  readonly output: string;
  readonly because: string;
  readonly effects: readonly Effect[];
  readonly grants: Grants;
  readonly digest: string;
  readonly verdict: Verdict;
  readonly rules: readonly RuleReference[];
  readonly labels: readonly string[];
  /** Who changed its arguments to what before it was approved; null for nobody. */
  readonly edit: CallEdit | null;
  readonly ms: CallTimings;
}

/** What happens in a run. Every run ends with exactly one lifecycle `end`, `error` or `aborted`, always last. */
export type RunEvent =
  | { readonly stream: 'lifecycle'; readonly phase: 'start'; readonly runId: string }
  | {
      readonly stream: 'lifecycle';
      readonly phase: 'end' | 'error' | 'aborted';
      readonly runId: string;
      readonly because: string;
    }
  | { readonly stream: 'assistant'; readonly runId: string; readonly text: string }
  | { readonly stream: 'tool'; readonly phase: 'proposed'; readonly runId: string; readonly call: Call }
  | {
      readonly stream: 'tool';
      readonly phase: 'asked';
      readonly runId: string;
      readonly callId: string;
      readonly question: Question;
    }
  /** People are asked about several calls of a turn at once, before the first of them. */
  | {
      readonly stream: 'tool';
      readonly phase: 'planned';
      readonly runId: string;
      readonly questions: readonly Question[];
    }
  | {
      readonly stream: 'tool';
      readonly phase: 'finished';
      readonly runId: string;
      readonly call: Call;
      readonly result: CallResult;
    };

/** A question put to people about one digest. */
export interface Question {
  /** Short id that people type, e.g. `k7f2m9`. */
  readonly id: string;
  readonly callId: string;
  readonly sealed: SealedAction;
  /** For an action that was previewed. */
  readonly preview: ShownPreview | null;
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly deadline: number;
  /** The question that this one was asked instead of, because the call changed meanwhile; empty for none. */
  readonly replaces: string;
  /** Who changed the arguments that the model proposed; empty for nobody. */
  readonly editedBy: string;
  /** Short id of the plan that it is part of, which people can answer as a whole; empty for none. */
  readonly batch: string;
  /** Exactly the text that people are shown. */
  readonly text: string;
}

/** How far an approval reaches: this one call, or identical calls of the session, so many of them, or until a moment (ms since the epoch). */
export type AnswerScope =
  | { readonly kind: 'once' }
  | { readonly kind: 'session' }
  | { readonly kind: 'uses'; readonly max: number }
  | { readonly kind: 'until'; readonly at: number };

/** How a question ended. */
export type Answer =
  | {
      readonly kind: 'approved';
      readonly id: string;
      readonly digest: string;
      readonly by: readonly string[];
      readonly at: number;
    }
  | {
      readonly kind: 'declined';
      readonly id: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
    }
  /** The same tool shall be called with these arguments instead: another call, which is judged and asked about anew. */
  | {
      readonly kind: 'edited';
      readonly id: string;
      readonly digest: string;
      readonly by: string;
      readonly args: JsonObject;
    }
  | { readonly kind: 'expired'; readonly id: string; readonly digest: string };

/** A question that a call left open when its process died, or an edit of it that nobody was asked about yet. */
export interface LeftQuestion {
  readonly question: Question;
  /** What the call is to be now, and who made it so; null where it is as the model proposed it. */
  readonly edit: CallEdit | null;
}

/** Arguments that a person put in the place of those that the model proposed. */
export interface CallEdit {
  readonly by: string;
  readonly args: JsonObject;
}

/** A message of the conversation that a model continues. */
export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly Call[] }
  | { readonly role: 'tool'; readonly callId: string; readonly tool: string; readonly result: CallResult };

/** Tokens a model used, as its provider counted them; zero where it did not say. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One event of a model's stream. Exactly one `stop` comes last; a provider that fails says so there and never throws. */
export type ModelEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly call: Call }
  | {
      readonly kind: 'stop';
      readonly reason: 'done' | 'calls' | 'length' | 'error';
      readonly because: string;
      readonly usage: Usage;
    };

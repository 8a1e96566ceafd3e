// Every bound in one place. Rules may set the sandbox limits of a call; nothing removes one.

import { frozenCopy } from './canonical.ts';
import type { ApprovalTerms, Grants, SandboxLimits } from './types.ts';

/** What a sandbox gets when no rule says otherwise. */
export const defaultSandboxLimits: SandboxLimits = Object.freeze({
  wallMs: 60_000,
  memoryMiB: 512,
  pids: 128,
  cpus: 1,
  outputBytes: 1_048_576,
});

/** No access to anything, within the default limits. */
export const noGrants: Grants = frozenCopy({
  read: [],
  write: [],
  exceptRead: [],
  exceptWrite: [],
  connect: [],
  exceptConnect: [],
  secrets: [],
  inject: [],
  runtime: 'runc',
  image: '',
  limits: defaultSandboxLimits,
});

/** Any one operator, within a quarter of an hour. */
export const defaultApprovalTerms: ApprovalTerms = frozenCopy({
  roles: [],
  count: 1,
  operatorsMin: 0,
  withinMs: 900_000,
  escalate: [],
  stepUp: 'none',
});

/** Bounds of one governed call, apart from its sandbox. */
export interface CallLimits {
  /** Raw arguments, as JSON text. */
  readonly argumentBytes: number;
  readonly effects: number;
  /** Raw arguments of a refused call, as the ledger keeps them. */
  readonly recordedBytes: number;
  /** Patience with a port that hangs. */
  readonly classifyMs: number;
  readonly ledgerMs: number;
  /** Time a sandbox gets beyond `wallMs` to report its own end before the call is `unknown`. */
  readonly graceMs: number;
  /** Longest text of an outcome that reaches the model and the ledger. */
  readonly outputBytes: number;
}

export const defaultCallLimits: CallLimits = Object.freeze({
  argumentBytes: 1_048_576,
  effects: 1_000,
  recordedBytes: 65_536,
  classifyMs: 10_000,
  ledgerMs: 30_000,
  graceMs: 10_000,
  outputBytes: 1_048_576,
});

/** Bounds of one run. */
export interface RunLimits {
  readonly turns: number;
  readonly calls: number;
  readonly callsPerTurn: number;
  readonly tokens: number;
  readonly wallMs: number;
  /** Patience with a model that says nothing. */
  readonly silenceMs: number;
  readonly outputTokensPerTurn: number;
  /** Text of one model turn, in UTF-16 units. */
  readonly turnCharacters: number;
}

export const defaultRunLimits: RunLimits = Object.freeze({
  turns: 60,
  calls: 200,
  callsPerTurn: 32,
  tokens: 2_000_000,
  wallMs: 3_600_000,
  silenceMs: 300_000,
  outputTokensPerTurn: 16_000,
  turnCharacters: 1_048_576,
});

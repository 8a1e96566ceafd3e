// Why a provider failed and what to do about it. Nothing here can carry the key: what a provider said about a key is left
// out, raw errors of the transport are never quoted (they may hold a header), and the key is cut from the rest.

import { AnswerBoundsError } from './answer-assembly.ts';
import { BrokenOffError } from './one-stop.ts';

/** Which provider it was, as far as messages need it. */
export interface Provider {
  readonly title: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Where people set the key. */
  readonly keyName: string;
  /** Where people set the base URL. */
  readonly baseUrlName: string;
}

/** One sentence or two for a person. `hasBegun`: part of the answer had already come. */
export function describeFailure(error: unknown, provider: Provider, hasBegun: boolean): string {
  const { title, model, keyName, baseUrlName } = provider;
  const host = hostOf(provider.baseUrl);
  if (error instanceof AnswerBoundsError) return `${title}: ${error.message}; it was not read further`;
  if (error instanceof SyntaxError || isProgramFault(error))
    return `${title} at \`${host}\` sent something that is not its protocol; check ${baseUrlName}`;
  const { status, type, message, retryAfter, code } = factsOf(error);
  const said = message === '' ? '' : `: ${cleaned(message, provider.apiKey)}`;
  if (status === 401 || status === 403 || /^(authentication|permission)_error$/.test(type)) {
    return `${title} at \`${host}\` did not accept the key for model \`${model}\`; check ${keyName}`;
  }
  if (status === 402 || type === 'billing_error' || type === 'insufficient_quota') {
    return `${title} has no credit left for this key; add credit there, or choose another model`;
  }
  if (status === 404)
    return `${title} at \`${host}\` does not know model \`${model}\`; check its name and ${baseUrlName}`;
  if (status === 429 || type === 'rate_limit_error') {
    const wait = retryAfter === '' ? 'wait a while' : `wait ${retryAfter} seconds`;
    return `${title} limits the rate of requests with this key${said}; ${wait} and run again`;
  }
  if (status === 529 || status === 503 || type === 'overloaded_error') {
    return `${title} is overloaded; run again in a minute, or choose another model`;
  }
  if (status === 413 || type === 'request_too_large') {
    return `${title} refused the request as too large${said}; start a new session or read less at once`;
  }
  if (status !== 0 && status < 500) {
    return `${title} refused the request with status ${status}${said}; choose another model, or start a new session`;
  }
  if (status !== 0) return `${title} at \`${host}\` failed with status ${status}${said}; run again`;
  if (type !== '') return `${title} failed in the middle of the answer${said}; run again`;
  if (hasBegun || error instanceof BrokenOffError) return `the answer of ${title} at \`${host}\` broke off; run again`;
  return `could not reach ${title} at \`${host}\`${code === '' ? '' : ` (${code})`}; check the network and ${baseUrlName}`;
}

/** A fault of reading, not of the network (those have a cause): the events were not of the shape they should be. */
const isProgramFault = (error: unknown): boolean => error instanceof TypeError && error.cause === undefined;

interface Facts {
  /** Zero where there was no response. */
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Whole seconds, or empty. */
  readonly retryAfter: string;
  /** Error code of the transport. */
  readonly code: string;
}

/** Both libraries put status, headers and body on their errors; a body may hold its error once more inside. */
function factsOf(error: unknown): Facts {
  const outer = fieldsOf(error);
  const body = fieldsOf(outer.error);
  const inner = typeof body.error === 'object' ? fieldsOf(body.error) : body;
  const retryAfter = outer.headers instanceof Headers ? (outer.headers.get('retry-after') ?? '') : '';
  return {
    status: typeof outer.status === 'number' ? outer.status : 0,
    type: textOf(inner.code === 'insufficient_quota' ? inner.code : inner.type),
    message: textOf(inner.message),
    retryAfter: /^\d{1,6}$/.test(retryAfter) ? retryAfter : '',
    code: codeOf(error),
  };
}

function codeOf(error: unknown): string {
  for (let at = error, depth = 0; depth < 5; at = fieldsOf(at).cause, depth += 1) {
    const code = textOf(fieldsOf(at).code);
    if (/^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code;
  }
  return '';
}

/** What a provider said, on one line, without the key and without anything a terminal obeys. */
export function cleaned(message: string, apiKey: string): string {
  const whole = apiKey === '' ? message : message.replaceAll(apiKey, '[key]');
  return whole
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** Host and port only: a base URL may hold a password or a token in its path. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'an unreadable address';
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
    ? { ...Object.fromEntries(fields.map((name) => [name, Reflect.get(value, name)])) }
    : {};

const fields = ['status', 'headers', 'error', 'type', 'message', 'code', 'cause'] as const;

// From one entry of a test file to the action that the real classifier makes of it. What no built-in tool does (a message,
// a secret, a bare connection) becomes an action of that one effect.

import type { Classified, Classifier } from '../../kernel/ports.ts';
import type { Action, Caller, Effect, JsonObject } from '../../kernel/types.ts';
import { readConnection } from '../examples.ts';
import type { TestCall } from './test-schema.ts';

/** The entry in one line, for people. */
export function spellCall(call: TestCall): string {
  if (typeof call === 'string') return call;
  if ('argv' in call)
    return call.argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
  if ('tool' in call) return `${call.tool} ${JSON.stringify(call.args)}`;
  const [[kind, what] = ['', '']] = Object.entries(call);
  return `${kind} ${what}`;
}

/** Understands one entry, as `caller` would make the call. */
export async function understandCall(call: TestCall, caller: Caller, classifier: Classifier): Promise<Classified> {
  const propose = (tool: string, args: JsonObject) => classifier.classify({ id: 'test', tool, args }, caller);
  if (typeof call === 'string') return propose('exec', { command: call });
  if ('argv' in call) return propose('exec', { argv: call.argv });
  if ('read' in call) return propose('read', { path: call.read });
  if ('write' in call) return propose('write', { path: call.write, content: '' });
  if ('tool' in call) return propose(call.tool, call.args);
  if ('secret' in call) return only({ kind: 'secret', name: call.secret, standing: 'own' }, caller);
  if ('send' in call) {
    const [channel = '', ...target] = call.send.split(' ');
    return only({ kind: 'send', channel, target: target.join(' '), standing: 'own' }, caller);
  }
  const [, method = 'GET', url] = /^(?:([A-Z]+) +)?(https?:.*)$/i.exec(call.connect) ?? [];
  if (url !== undefined) return propose('http', { method, url });
  const effect = readConnection(call.connect);
  return typeof effect === 'string' ? { kind: 'unclear', because: effect } : only(effect, caller);
}

/** An action of one effect, by a tool of that name. */
function only(effect: Effect, { workspace }: Caller): Classified {
  const tool = effect.kind;
  const effects: Action['effects'] = [{ kind: 'tool', name: tool, standing: 'implied' }, effect];
  const rest = { args: {}, effects, labels: [], script: null, workspace };
  const action: Action = { tool, toolVersion: '', sandbox: 'isolate', ...rest };
  return { kind: 'understood', action };
}

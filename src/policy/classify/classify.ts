// Step 1 of a call: from what a model proposed to an action whose arguments are complete and canonical, and whose effects
// are known. Anything that is not understood for certain is unclear, with a reason; bad input never throws.

import { z } from 'zod';
import { canonicalJson, digestOf, frozenCopy } from '../../kernel/canonical.ts';
import { defaultCallLimits } from '../../kernel/limits.ts';
import type { Classified, Classifier } from '../../kernel/ports.ts';
import type { Action, Call, Caller, Effect, JsonObject, Tool } from '../../kernel/types.ts';
import { effectsOf } from './effects-of.ts';
import { hostPlace } from './host-place.ts';
import { nearestName } from './nearest-name.ts';
import { settlePaths } from './settle-paths.ts';

interface KnownTool {
  readonly tool: Tool;
  readonly version: string;
}

/** What a classifier works with. `privateDirectories` are absolute; no call reaches what is in them. */
export interface ClassifierSettings {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly privateDirectories: readonly string[];
}

/** The classifier over these tools. Each tool's version is computed once, here. */
export function createClassifier({ tools, privateDirectories }: ClassifierSettings): Classifier {
  const known = new Map([...tools].map(([name, tool]) => [name, { tool, version: versionOf(tool) }]));
  return {
    async classify(call: Call, caller: Caller): Promise<Classified> {
      try {
        return await classify(call, caller, known, [...privateDirectories]);
      } catch (error) {
        const why = error instanceof Error ? error.message : 'something unknown went wrong';
        return unclear(`could not understand the call: ${why}`);
      }
    },
  };
}

async function classify(
  call: Call,
  caller: Caller,
  known: ReadonlyMap<string, KnownTool>,
  privateDirectories: readonly string[],
): Promise<Classified> {
  const found = known.get(call.tool);
  if (found === undefined) return unclear(unknownTool(call.tool, [...known.keys()]));
  const { tool, version } = found;
  const parsed = tool.input.safeParse(call.args);
  if (!parsed.success) return unclear(`the arguments of \`${tool.name}\` do not fit: ${faultsOf(parsed.error)}`);
  const args: JsonObject = JSON.parse(canonicalJson(parsed.data));

  const place = hostPlace(caller.workspace, privateDirectories);
  const understood = await effectsOf(tool, args, place);
  if (understood.kind === 'unclear') return understood;
  const settled = await settlePaths(understood.effects, place.resolve);
  if (settled.kind === 'unclear') return settled;
  const isToolOnly = !settled.effects.some(({ standing }) => standing === 'own');
  const toolEffect: Effect = { kind: 'tool', name: tool.name, standing: isToolOnly ? 'own' : 'implied' };
  const effects = [toolEffect, ...settled.effects];
  if (effects.length > defaultCallLimits.effects) {
    return unclear(`the call has more than ${defaultCallLimits.effects} effects; split it`);
  }
  const action: Action = {
    tool: tool.name,
    toolVersion: version,
    sandbox: tool.sandbox,
    args: understood.args,
    effects,
    labels: [...tool.labels].sort(),
    script: typeof tool.program === 'string' ? null : { image: tool.program.image },
    workspace: caller.workspace,
  };
  return { kind: 'understood', action: frozenCopy(action) };
}

const unclear = (because: string): Classified => ({ kind: 'unclear', because });

function unknownTool(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
  return `there is no tool ${JSON.stringify(name.slice(0, 100))}${hint} Known tools: ${[...known].sort().join(', ') || 'none'}`;
}

function faultsOf(error: z.ZodError): string {
  const told = error.issues.slice(0, 5).map(({ path, message }) => {
    const at = path.length === 0 ? '' : `\`${path.join('.').slice(0, 100)}\`: `;
    return `${at}${message.slice(0, 300)}`;
  });
  const rest = error.issues.length - told.length;
  return told.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

/** Digest of everything that makes up a tool: with one byte changed it is another tool. */
function versionOf(tool: Tool): string {
  const input: unknown = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' });
  return digestOf({
    name: tool.name,
    description: tool.description,
    input: JSON.parse(JSON.stringify(input)),
    sandbox: tool.sandbox,
    effects: [...tool.effects],
    labels: [...tool.labels],
    program: typeof tool.program === 'string' ? tool.program : { ...tool.program },
  });
}

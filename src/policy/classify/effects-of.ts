// From a tool's templates and the arguments of one call to its effects. The arguments come back canonical: the path or
// URL that is judged is the very text that the sandbox gets.

import { z } from 'zod';
import type { Effect, EffectTemplate, JsonObject, Tool } from '../../kernel/types.ts';
import { classifyCommand } from './command/classify-command.ts';
import type { CommandPlace } from './command/place.ts';
import { canonicalMethod, classifyUrl } from './host.ts';

export type UnderstoodArguments =
  | { readonly kind: 'understood'; readonly args: JsonObject; readonly effects: readonly Effect[] }
  | { readonly kind: 'unclear'; readonly because: string };

const listOfTexts = z.array(z.string());

const unclear = (because: string) => ({ kind: 'unclear', because }) as const;

/** The effects of a tool with these (valid, complete) arguments, in the order of its templates. */
export async function effectsOf(tool: Tool, args: JsonObject, place: CommandPlace): Promise<UnderstoodArguments> {
  const effects: Effect[] = [];
  let canonical = args;
  for (const template of tool.effects) {
    const found = await fromTemplate(template, tool.name, canonical, place);
    if (found.kind === 'unclear') return found;
    effects.push(...found.effects);
    canonical = found.args;
  }
  return { kind: 'understood', args: canonical, effects };
}

async function fromTemplate(
  template: EffectTemplate,
  tool: string,
  args: JsonObject,
  place: CommandPlace,
): Promise<UnderstoodArguments> {
  if (template.kind === 'command') return commandEffects(tool, args, place);
  const text = Object.hasOwn(args, template.argument) ? args[template.argument] : undefined;
  if (typeof text !== 'string')
    return unclear(`\`${template.argument}\` of \`${tool}\` is not text; give it as a string`);
  const understood = (canonical: string, effect: Effect): UnderstoodArguments => ({
    kind: 'understood',
    args: { ...args, [template.argument]: canonical },
    effects: [effect],
  });
  switch (template.kind) {
    case 'read':
    case 'write': {
      const found = await place.resolve(fromSandbox(text, place.workspace), place.workspace);
      if (found.kind === 'unclear') return found;
      const { path, absolute } = found;
      return understood(path, { kind: template.kind, path, absolute, standing: 'own' });
    }
    case 'secret': {
      if (!/^[A-Za-z0-9_][A-Za-z0-9_./:-]{0,127}$/.test(text))
        return unclear(`\`${template.argument}\` of \`${tool}\` is not the name of a secret`);
      return understood(text, { kind: 'secret', name: text, standing: 'own' });
    }
    case 'connect':
      return connectEffect(template, tool, args, text, understood);
  }
}

/** Commands see the workspace at `/workspace`, so that spelling of a path means the workspace for every tool. */
const fromSandbox = (text: string, workspace: string): string =>
  /^\/workspace(?:\/|$)/.test(text) && !workspace.startsWith('/workspace')
    ? `.${text.slice('/workspace'.length)}`
    : text;

/** `command` is shell text, `argv` the words of one program; other arguments stay as they are. */
async function commandEffects(tool: string, args: JsonObject, place: CommandPlace): Promise<UnderstoodArguments> {
  const { command, argv } = args;
  if ((command === undefined) === (argv === undefined)) {
    return unclear(`\`${tool}\` needs either \`command\` (shell text) or \`argv\` (a list of words), not both`);
  }
  const words = listOfTexts.safeParse(argv);
  if (typeof command !== 'string' && !words.success) {
    return unclear(`\`command\` of \`${tool}\` must be text, or \`argv\` a list of words`);
  }
  const read = await classifyCommand(typeof command === 'string' ? { command } : { argv: words.data ?? [] }, place);
  return read.kind === 'unclear' ? read : { ...read, args: { ...args, ...read.args } };
}

function connectEffect(
  template: EffectTemplate & { kind: 'connect' },
  tool: string,
  args: JsonObject,
  text: string,
  understood: (canonical: string, effect: Effect) => UnderstoodArguments,
): UnderstoodArguments {
  const found = classifyUrl(text);
  if (found.kind === 'unclear') return found;
  const { host, port, url } = found;
  const methodText = Object.hasOwn(args, template.methodArgument) ? args[template.methodArgument] : undefined;
  // A tool without a method argument may use any method: `CONNECT` says that none is known.
  if (template.methodArgument === '')
    return understood(url, { kind: 'connect', host, port, method: 'CONNECT', url, standing: 'own' });
  const method = typeof methodText === 'string' ? canonicalMethod(methodText) : undefined;
  if (method === undefined)
    return unclear(`\`${template.methodArgument}\` of \`${tool}\` is not an HTTP method; use \`GET\`, \`POST\`, …`);
  const made = understood(url, { kind: 'connect', host, port, method, url, standing: 'own' });
  return made.kind === 'understood' ? { ...made, args: { ...made.args, [template.methodArgument]: method } } : made;
}

// `std.json`: JSON with errors that say where. Stands alone: its source text runs inside the isolate.

export interface JsonLibrary {
  /** @throws {SyntaxError} that names the path (`$.items[3]`), the line and the column. */
  parse(text: string): unknown;
  /** One JSON value per line; empty lines are left out, wrong ones are told and left out. */
  lines(text: string): {
    readonly values: readonly unknown[];
    readonly errors: readonly { readonly line: number; readonly because: string }[];
  };
  /** The value at a JSON pointer (RFC 6901), or `fallback` where nothing is. @throws {Error} if it is no pointer. */
  get(value: unknown, pointer: string, fallback?: unknown): unknown;
  /** JSON whose keys are sorted, so that equal values are equal text. */
  sorted(value: unknown, indent?: number): string;
}

/** Makes the library. */
export function jsonLibrary(): JsonLibrary {
  // The engine says what is wrong, but not always where. Only a text that it refused is read again, token by token.
  const explain = (text: string): string => {
    const token =
      /[ \t\n\r]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:]))/y;
    const open: { isArray: boolean; key: string; index: number }[] = [];
    let wants = 'a value';
    let position = 0;
    const take = (name: string | undefined, literal: string | undefined, mark: string | undefined): boolean => {
      const inside = open.at(-1);
      const isForValue = wants === 'a value' || wants === 'a value or `]`';
      const isForName = wants === 'a name in quotes' || wants === 'a name in quotes or `}`';
      const isAfterValue = wants === '`,`' && inside !== undefined;
      const afterValue = () => {
        wants = open.length > 0 ? '`,`' : 'nothing';
        return true;
      };
      if (name !== undefined && isForName && inside !== undefined) {
        [inside.key, wants] = [name, '`:`'];
        return true;
      }
      if (name !== undefined || literal !== undefined) return isForValue && afterValue();
      if ((mark === '[' || mark === '{') && isForValue) {
        open.push({ isArray: mark === '[', key: '', index: 0 });
        wants = mark === '[' ? 'a value or `]`' : 'a name in quotes or `}`';
        return true;
      }
      const isEmpty = wants === 'a value or `]`' || wants === 'a name in quotes or `}`';
      if (mark === (inside?.isArray ? ']' : '}') && (isAfterValue || isEmpty)) {
        open.pop();
        return afterValue();
      }
      if (mark === ',' && isAfterValue) {
        [inside.key, inside.index] = ['', inside.index + 1];
        wants = inside.isArray ? 'a value' : 'a name in quotes';
        return true;
      }
      if (mark !== ':' || wants !== '`:`') return false;
      wants = 'a value';
      return true;
    };
    for (let found = token.exec(text); found !== null && take(found[1], found[2], found[3]); found = token.exec(text))
      position = token.lastIndex;
    position += /^[ \t\n\r]*/.exec(text.slice(position))?.[0].length ?? 0;
    const spell = (key: string) => (/^"[A-Za-z_]\w*"$/.test(key) ? `.${key.slice(1, -1)}` : key && `[${key}]`);
    const path = open.map(({ isArray, key, index }) => (isArray ? `[${index}]` : spell(key))).join('');
    const before = text.slice(0, position).split('\n');
    const closing = wants === '`,`' ? ` or \`${open.at(-1)?.isArray ? ']' : '}'}\`` : '';
    const met = position < text.length ? `found \`${[...text.slice(position, position + 2)][0]}\`` : 'the text ends';
    return `expected ${wants}${closing}, ${met}, at $${path} (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
  };
  const parse = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      throw new SyntaxError(`could not parse the JSON: ${explain(text)}`);
    }
  };
  return {
    parse,
    lines: (text) => {
      const values: unknown[] = [];
      const errors: { line: number; because: string }[] = [];
      text.split(/\r?\n/).forEach((line, index) => {
        if (line.trim() === '') return;
        try {
          values.push(JSON.parse(line));
        } catch {
          errors.push({ line: index + 1, because: explain(line) });
        }
      });
      return { values, errors };
    },
    get: (value, pointer, fallback) => {
      if (pointer !== '' && !/^\/(?:[^~]|~[01])*$/s.test(pointer))
        throw new Error(`\`${pointer}\` is no JSON pointer: write it as \`/items/0/name\`, with \`~1\` for \`/\``);
      let at = value;
      for (const step of pointer.split('/').slice(1)) {
        const key = step.replace(/~1/g, '/').replace(/~0/g, '~');
        if (Array.isArray(at) && !/^(?:0|[1-9]\d*)$/.test(key)) return fallback;
        if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return fallback;
        at = Reflect.get(at, key);
      }
      return at;
    },
    sorted: (value, indent = 0) =>
      JSON.stringify(
        value,
        (_key, each: unknown) =>
          typeof each === 'object' && each !== null && !Array.isArray(each)
            ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
            : each,
        indent,
      ),
  };
}

// `std.text`: what tools do to text all day. Stands alone: its source text runs inside the isolate.

export interface TextLibrary {
  /** Lines without their ends (`\n` or `\r\n`); an end after the last line begins no further one. */
  lines(text: string): string[];
  /** What stands between white space. */
  words(text: string): string[];
  /** Without the indentation that all lines with something on them share. */
  dedent(text: string): string;
  /** Each line with something on it begins with `prefix`. */
  indent(text: string, prefix?: string): string;
  /** At most `charsMax` UTF-16 units, the mark included; never half a character. */
  truncate(text: string, charsMax: number, mark?: string): string;
  /** `{name}` becomes the value of that name, `{{` and `}}` become braces. @throws {Error} if a name has no value. */
  fill(template: string, values: Readonly<Record<string, unknown>>): string;
  /** Columns under their names, as Markdown. */
  table(rows: readonly Readonly<Record<string, unknown>>[], columns?: readonly string[]): string;
}

/** Makes the library. */
export function textLibrary(): TextLibrary {
  const lines = (text: string): string[] => {
    const all = text.split(/\r?\n/);
    if (all.at(-1) === '') all.pop();
    return all;
  };
  const truncate = (text: string, charsMax: number, mark = '…'): string => {
    if (text.length <= charsMax) return text;
    const kept = text.slice(0, Math.max(0, charsMax - mark.length));
    // A character outside the basic plane is two units: the first alone is not one.
    return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}${mark}`.slice(0, charsMax);
  };
  const cell = (value: unknown): string => {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
    return text.replace(/\\/g, '\\\\').replace(/\|/g, '\\|').replace(/\s+/g, ' ');
  };
  return {
    lines,
    words: (text) => text.match(/\S+/g) ?? [],
    dedent: (text) => {
      const indents = text.match(/^[ \t]*(?=\S)/gm) ?? [];
      let shared = indents[0] ?? '';
      for (const each of indents) while (!each.startsWith(shared)) shared = shared.slice(0, -1);
      return text.replace(/^[ \t]+/gm, (start) => (start.startsWith(shared) ? start.slice(shared.length) : ''));
    },
    indent: (text, prefix = '  ') => text.replace(/^(?=.*\S)/gm, prefix),
    truncate,
    fill: (template, values) =>
      template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (found, name: string | undefined) => {
        if (name === undefined) return found.slice(1);
        if (!Object.hasOwn(values, name)) throw new Error(`could not fill the template: there is no value \`${name}\``);
        return String(values[name]);
      }),
    table: (rows, columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]) => {
      const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
      const body = rows.map((row) => line(columns.map((column) => cell(row[column]))));
      return [line(columns.map(cell)), line(columns.map(() => '---')), ...body].join('\n');
    },
  };
}

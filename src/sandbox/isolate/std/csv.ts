// `std.csv`: RFC 4180, read and written by Papa Parse. Stands alone: its source text runs inside the isolate, and so does
// Papa Parse's own.

/** What is used of Papa Parse. */
export interface PapaParse {
  parse(
    text: string,
    options: { readonly delimiter: string; readonly skipEmptyLines: boolean },
  ): {
    readonly data: string[][];
    readonly errors: readonly { readonly row?: number; readonly message: string }[];
  };
  unparse(
    rows: readonly (readonly unknown[])[],
    options: { readonly delimiter: string; readonly newline: string },
  ): string;
}

export interface CsvLibrary {
  /**
   * Records by the names in the first row. Values are text; empty lines are left out.
   * @throws {Error} that names the row, if quotes or the number of fields are wrong, or two columns have one name.
   */
  parse(text: string, options?: { readonly delimiter?: string }): Record<string, string>[];
  /** Rows of fields, the first one too. */
  rows(text: string, options?: { readonly delimiter?: string }): string[][];
  /** CSV with a first row of names; lines end with `\n`. */
  stringify(
    records: readonly Readonly<Record<string, unknown>>[],
    options?: { readonly delimiter?: string; readonly columns?: readonly string[] },
  ): string;
}

/** Makes the library. */
export function csvLibrary(papa: PapaParse): CsvLibrary {
  const rows: CsvLibrary['rows'] = (text, { delimiter = ',' } = {}) => {
    const { data, errors } = papa.parse(text, { delimiter, skipEmptyLines: true });
    const [error] = errors;
    if (error !== undefined) throw new Error(`could not read the CSV at row ${(error.row ?? 0) + 1}: ${error.message}`);
    return data;
  };
  return {
    rows,
    parse: (text, options) => {
      const [names = [], ...records] = rows(text, options);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) throw new Error(`could not read the CSV: two columns are called \`${twice}\``);
      return records.map((fields, index) => {
        if (fields.length !== names.length)
          throw new Error(
            `could not read the CSV at row ${index + 2}: it has ${fields.length} fields, the first row has ${names.length}`,
          );
        return Object.fromEntries(names.map((name, column) => [name, fields[column] ?? '']));
      });
    },
    stringify: (
      records,
      { delimiter = ',', columns = [...new Set(records.flatMap((each) => Object.keys(each)))] } = {},
    ) =>
      `${papa.unparse([columns, ...records.map((each) => columns.map((name) => each[name] ?? ''))], { delimiter, newline: '\n' })}\n`,
  };
}

// The standard library for tools, as source text: each library is a function that stands alone, together with the text of
// the package it is made of. The types are those of the global `std`.

import { type CsvLibrary, csvLibrary } from './csv.ts';
import { type DiffLibrary, diffLibrary } from './diff.ts';
import { type JsonLibrary, jsonLibrary } from './json.ts';
import { type PathLibrary, pathLibrary } from './path.ts';
import { type TextLibrary, textLibrary } from './text.ts';
import { type TimeLibrary, timeLibrary } from './time.ts';

/** The global `std` inside an isolate. */
export interface Std {
  readonly text: TextLibrary;
  readonly json: JsonLibrary;
  readonly csv: CsvLibrary;
  readonly time: TimeLibrary;
  readonly path: PathLibrary;
  readonly diff: DiffLibrary;
}

/** Text of the packages that libraries are made of, each a script that sets `module.exports` or `exports`. */
export interface PackageTexts {
  readonly papaparse: string;
  readonly diff: string;
}

/** Three texts for each library, as `offerStd` takes them: name, function that makes it, package it gets; '' for none. */
export const stdSources = (packages: PackageTexts): readonly string[] =>
  [
    ['text', `${textLibrary}`, ''],
    ['json', `${jsonLibrary}`, ''],
    ['csv', `${csvLibrary}`, packages.papaparse],
    ['time', `${timeLibrary}`, ''],
    ['path', `${pathLibrary}`, ''],
    ['diff', `${diffLibrary}`, packages.diff],
  ].flat();

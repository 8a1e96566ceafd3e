// The text of a file that people write, as plain data: one YAML document that is what it looks like. YAML's own cleverness
// (aliases, anchors, tags, keys twice, several documents) is refused, and so is whatever would vanish on the way to data.

import { isAlias, isCollection, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { isThere, keyOffsetOf, offsetOf, type Path, startOf } from './yaml-places.ts';

/** A place in a text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong at a place. */
export interface YamlFault extends Place {
  readonly what: string;
}

/** Where the parts of the data stand in the text. A path that leads nowhere is placed at the nearest part that is there. */
export interface YamlPlaces {
  isThere(path: Path): boolean;
  ofValue(path: Path): Place;
  ofKey(path: Path): Place;
}

export type ReadYaml =
  | { readonly kind: 'read'; readonly data: unknown; readonly places: YamlPlaces }
  | { readonly kind: 'broken'; readonly faults: readonly YamlFault[] };

/** How much a file may hold. */
export interface YamlBounds {
  readonly bytesMax: number;
  /** Levels of maps in each other; a list in a list counts half. */
  readonly depthMax: number;
}

const faultsMax = 20;
const tooDeep = 'the file is nested too deeply';

/** Reads one YAML document. */
export function readYaml(text: string, { bytesMax, depthMax }: YamlBounds): ReadYaml {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const broken = (faults: readonly { readonly offset: number; readonly what: string }[]): ReadYaml => ({
    kind: 'broken',
    faults: faults.slice(0, faultsMax).map(({ offset, what }) => ({ ...placeAt(offset), what })),
  });
  if (Buffer.byteLength(text) > bytesMax) {
    return broken([{ offset: 0, what: `the file is larger than ${bytesMax} bytes; split it` }]);
  }
  const document = parse(text, lines);
  if (document === undefined) return broken([{ offset: 0, what: tooDeep }]);
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.some(({ message }) => message.includes('call stack'))) return broken([{ offset: 0, what: tooDeep }]);
  if (complaints.length > 0) {
    return broken(complaints.map(({ pos, message }) => ({ offset: pos[0], what: `not valid YAML: ${message}` })));
  }
  const unwanted: { offset: number; what: string }[] = [];
  visit(document, {
    Node(_key, node, ancestors) {
      // Between two values in each other stand a map or list and, in a map, a pair.
      const what = ancestors.length > depthMax * 2 ? tooDeep : unwantedIn(node);
      if (what === undefined) return undefined;
      unwanted.push({ offset: startOf(node) ?? 0, what });
      return what === tooDeep ? visit.BREAK : visit.SKIP;
    },
    Pair(_key, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return;
      unwanted.push({ offset: startOf(key) ?? 0, what: 'a key cannot be `__proto__`' });
    },
  });
  if (unwanted.length > 0) return broken(unwanted);
  const root = document.contents;
  return {
    kind: 'read',
    data: document.toJS({ maxAliasCount: 0 }),
    places: {
      isThere: (path) => isThere(root, path),
      ofValue: (path) => placeAt(offsetOf(root, path)),
      ofKey: (path) => placeAt(keyOffsetOf(root, path)),
    },
  };
}

/** Undefined if the text is nested beyond what the library bears. */
function parse(text: string, lines: LineCounter): ReturnType<typeof parseDocument> | undefined {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: false });
  } catch {
    return undefined;
  }
}

function unwantedIn(node: Node): string | undefined {
  if (isAlias(node)) return 'aliases (`*name`) are not read; write the value out';
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
    return 'anchors (`&name`) are not read; remove it';
  }
  return node.tag?.startsWith('!') === true ? `the tag \`${node.tag}\` is not read; remove it` : undefined;
}

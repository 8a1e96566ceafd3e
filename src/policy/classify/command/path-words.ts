// The path inside a word of a command: `x` itself, after `=` in `--file=x`, after the letter in `-fx`.

/** A word cut into what comes before its path, and the path. */
export interface CutWord {
  readonly before: string;
  readonly path: string;
}

const afterEquals = /^[A-Za-z0-9_.-]*=/;

/** Cuts `--opt=path`, `of=path` and `-X/path`; other words are paths from their start. */
export function cutWord(word: string): CutWord {
  const before = afterEquals.exec(word)?.[0] ?? /^-[A-Za-z0-9]+(?=[/~]|\.\.(?:\/|$))/.exec(word)?.[0] ?? '';
  return { before, path: word.slice(before.length) };
}

/** True if one of the segments of the path is `..`. */
export const climbs = (path: string): boolean => path.includes('..') && path.split('/').includes('..');

/** The path without `.` and `..` and doubled slashes; a climb above the start stays as leading `..`. Purely textual. */
export function normalisePath(path: string): string {
  const isRooted = path.startsWith('/');
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.length > 0 && kept[kept.length - 1] !== '..') kept.pop();
    else if (!isRooted) kept.push('..');
  }
  const joined = kept.join('/');
  if (isRooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/**
 * The spellings of a word that mean the same path of the workspace: as it is, from the root of the workspace without
 * `/workspace`, `./` and doubled slashes, and with `./`. A program (`isProgram`) keeps its slash: `./git` is not `git`.
 */
export function samePath(word: string, isProgram: boolean): readonly string[] {
  if (!word.includes('/')) return [word];
  const { before, path } = cutWord(word);
  const plain = path
    .replace(/\/(?:\.?\/)+/g, '/')
    .replace(/^\/workspace(?:\/|$)/, '')
    .replace(/^\.\//, '');
  if (plain === '' || /^[-/~]/.test(plain) || (isProgram && !plain.includes('/'))) return [word];
  const spellings = [word, before + plain, `${before}./${plain}`];
  return spellings.filter((spelling, index) => spellings.indexOf(spelling) === index);
}

/** The word with its path normalised, if that path has `..` in it; else the word. */
export function withoutClimbs(word: string): string {
  const { before, path } = cutWord(word);
  return climbs(path) ? before + normalisePath(path) : word;
}

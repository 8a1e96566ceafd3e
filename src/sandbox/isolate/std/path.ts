// `std.path`: POSIX paths as text; no file is touched. Stands alone: its source text runs inside the isolate.

export interface PathLibrary {
  isAbsolute(path: string): boolean;
  /** Without empty steps, `.` and `..` as far as they can go; `.` if nothing is left. */
  normalize(path: string): string;
  join(...parts: readonly string[]): string;
  dirname(path: string): string;
  /** The last step, without `suffix` if it ends so and is more. */
  basename(path: string, suffix?: string): string;
  /** From the last dot of the last step; empty if it only begins with one. */
  extname(path: string): string;
  /** How to come from one directory to a path. @throws {Error} if only one of them is absolute. */
  relative(from: string, to: string): string;
  /** Whether a path is a directory or lies below it, by its text alone. */
  isWithin(path: string, directory: string): boolean;
}

/** Makes the library. */
export function pathLibrary(): PathLibrary {
  const isAbsolute = (path: string) => path.startsWith('/');
  const steps = (path: string): string[] => {
    const kept: string[] = [];
    for (const step of path.split('/')) {
      if (step === '' || step === '.') continue;
      if (step !== '..') kept.push(step);
      else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
      else if (!isAbsolute(path)) kept.push('..');
    }
    return kept;
  };
  const normalize = (path: string) => `${isAbsolute(path) ? '/' : ''}${steps(path).join('/')}` || '.';
  const basename = (path: string, suffix = '') => {
    const last = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    return suffix !== '' && last !== suffix && last.endsWith(suffix) ? last.slice(0, -suffix.length) : last;
  };
  const relative = (from: string, to: string): string => {
    if (isAbsolute(from) !== isAbsolute(to))
      throw new Error(`could not relate \`${from}\` and \`${to}\`: only one of them is absolute`);
    const [here, there] = [steps(from), steps(to)];
    let shared = 0;
    while (shared < here.length && shared < there.length && here[shared] === there[shared]) shared += 1;
    if (here.slice(shared).includes('..'))
      throw new Error(`could not relate \`${from}\` and \`${to}\`: nobody knows what lies above \`..\``);
    return [...here.slice(shared).map(() => '..'), ...there.slice(shared)].join('/') || '.';
  };
  return {
    isAbsolute,
    normalize,
    join: (...parts) => normalize(parts.filter((part) => part !== '').join('/')),
    dirname: (path) => {
      const cut = path.replace(/\/+$/, '').lastIndexOf('/');
      return cut > 0 ? path.slice(0, cut).replace(/\/+$/, '') || '/' : cut === 0 || isAbsolute(path) ? '/' : '.';
    },
    basename,
    extname: (path) => /[^.](\.[^.]*)$/.exec(basename(path))?.[1] ?? '',
    relative,
    isWithin: (path, directory) => {
      const [below, above] = [steps(path), steps(directory)];
      return (
        isAbsolute(path) === isAbsolute(directory) &&
        !below.slice(above.length).includes('..') &&
        above.every((step, index) => step === below[index])
      );
    },
  };
}

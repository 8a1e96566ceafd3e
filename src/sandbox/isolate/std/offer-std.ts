// Puts the frozen global `std` into an isolate, before any code that is not ours. A library is made when it is first
// touched: most calls touch none, and pay for none. Stands alone: its source text runs inside the isolate.

/** Defines `std` from the texts that `stdSources` gives. */
export function offerStd(...sources: readonly string[]): void {
  const { freeze, defineProperty, keys } = Object;
  const GuestFunction = Function;
  const load = (text: string): unknown => {
    const module = { exports: {} };
    if (text !== '') new GuestFunction('module', 'exports', text)(module, module.exports);
    return module.exports;
  };
  const std = {};
  for (let at = 0; at < sources.length; at += 3) {
    const [name = '', source = '', packageText = ''] = sources.slice(at, at + 3);
    let made: Readonly<Record<string, unknown>> | undefined;
    const get = () => {
      if (made === undefined) {
        const library = new GuestFunction('given', `return (${source})(given);`)(load(packageText));
        for (const key of keys(library)) freeze(library[key]);
        made = freeze(library);
      }
      return made;
    };
    defineProperty(std, name, { get: freeze(get), enumerable: true });
  }
  defineProperty(globalThis, 'std', { value: freeze(std), enumerable: true });
}

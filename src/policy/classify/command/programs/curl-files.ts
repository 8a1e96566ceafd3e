// The files that `curl` sends along: named inside the values of its options, each option in a way of its own.

const plain = /^(?:-d|--data|--data-ascii|--data-binary|--json)$/;
const encoded = /^(?:--data-urlencode|--url-query)$/;
const form = /^(?:-F|--form)$/;

/** The files that the value of this option names; `-` is standard input. */
export function filesSent(option: string, value: string): readonly string[] {
  if (plain.test(option)) return value.startsWith('@') ? [value.slice(1)] : [];
  // `name=text` is text, whatever is in it; `name@file` and `@file` are files.
  if (encoded.test(option)) {
    const at = value.indexOf('@');
    return at < 0 || value.includes('=') || value.startsWith('+') ? [] : [value.slice(at + 1)];
  }
  return form.test(option) ? filesOfForm(value) : [];
}

/** `name=@a,b;type=…`, `name=<a`, `name="text";headers=@a`: files after `@` or `<`, also in quotes. */
function filesOfForm(value: string): readonly string[] {
  const content = value.slice(value.indexOf('=') + 1);
  const isList = /^\s*[@<]/.test(content);
  return piecesOf(content).flatMap(({ before, text }) => {
    const marked = /^\s*(?:headers\s*=\s*)?[@<]\s*(.*)$/is.exec(text)?.[1];
    if (marked !== undefined) return unquoted(marked);
    return isList && before === ',' ? unquoted(text.trim()) : [];
  });
}

/** The text cut at `,` and `;` outside quotes, each piece with what it was cut at. */
function piecesOf(text: string): readonly { readonly before: string; readonly text: string }[] {
  const found = text.matchAll(/([,;]?)((?:"(?:\\.|[^"\\])*"?|[^,;"])*)/gs);
  return [...found].map(([, before = '', piece = '']) => ({ before, text: piece }));
}

const unquoted = (text: string): string => {
  const inside = /^"((?:\\.|[^"\\])*)"?/s.exec(text)?.[1];
  return inside === undefined ? text : inside.replace(/\\(.)/gs, '$1');
};

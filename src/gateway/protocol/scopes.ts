// What a client may do, in the words of the reference protocol. What always holds: a scope that nobody knows gives nothing.

export const scopes = [
  'operator.read',
  'operator.write',
  'operator.approvals',
  'operator.pairing',
  'operator.admin',
] as const;

export type Scope = (typeof scopes)[number];

const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text);

/** The scopes among these texts, each once, in the order above. */
export const knownScopes = (texts: readonly string[]): readonly Scope[] => {
  const known = texts.filter(isScope);
  return scopes.filter((scope) => known.includes(scope));
};

/** True if these scopes cover that one: `admin` covers all, `write` also reading. */
export const covers = (held: readonly Scope[], wanted: Scope): boolean =>
  held.includes(wanted) ||
  held.includes('operator.admin') ||
  (wanted === 'operator.read' && held.includes('operator.write'));

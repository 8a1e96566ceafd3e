// Findings in policy files as SARIF 2.1.0, which code hosts show beside the lines they are about.

/** Something found at a place; lines and columns count from 1. */
export interface Finding {
  readonly ruleId: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** The SARIF document. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarifText(findings: readonly Finding[], toolVersion: string): string {
  const rules = [...new Set(findings.map(({ ruleId }) => ruleId))].sort();
  const results = findings.map(({ ruleId, level, message, path, line, column }) => ({
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  }));
  const driver = { name: 'sallyport', version: toolVersion, rules: rules.map((id) => ({ id })) };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** Relative paths stay relative, so that a code host finds them in its checkout. */
function uriOf(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

// The report of tests as JUnit XML, which CI systems show. Text from policies and commands is escaped whole: XML knows
// characters that it cannot hold at all, and those are written as `\u{hex}`.

/** One test: passed, or failed with a message and details. */
export interface JunitCase {
  readonly className: string;
  readonly name: string;
  readonly failure: { readonly message: string; readonly details: string } | null;
}

/** A group of tests, usually a file. */
export interface JunitSuite {
  readonly name: string;
  readonly seconds: number;
  readonly cases: readonly JunitCase[];
}

/** The XML document. @see https://github.com/testmoapp/junitxml */
export function junitText(suites: readonly JunitSuite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const seconds = suites.reduce((sum, suite) => sum + suite.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="policy test"${counts(cases, seconds)}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines({ name, seconds, cases }: JunitSuite): readonly string[] {
  return [
    `  <testsuite name="${attribute(name)}"${counts(cases, seconds)}>`,
    ...cases.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function caseLines({ className, name, failure }: JunitCase): readonly string[] {
  const open = `    <testcase classname="${attribute(className)}" name="${attribute(name)}"`;
  if (failure === null) return [`${open}/>`];
  return [
    `${open}>`,
    `      <failure message="${attribute(failure.message)}">${escaped(failure.details)}</failure>`,
    '    </testcase>',
  ];
}

function counts(cases: readonly JunitCase[], seconds: number): string {
  const failures = cases.filter(({ failure }) => failure !== null).length;
  return ` tests="${cases.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}"`;
}

/** In attributes a line break would become a space. */
const attribute = (text: string): string =>
  escaped(text).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);

const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, hex)
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');

const hex = (character: string): string => `\\u{${character.charCodeAt(0).toString(16)}}`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

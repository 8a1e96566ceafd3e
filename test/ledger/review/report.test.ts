import fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlOf } from '../../../src/ledger/review/html.ts';
import { markdownOf } from '../../../src/ledger/review/markdown.ts';
import { reportOf } from '../../../src/ledger/review/report.ts';
import { reportStyle } from '../../../src/ledger/review/report-style.ts';
import { noon, storyOf } from './harness.ts';

const origin = { madeAt: noon, head: { seq: 10, hash: `sha256:${'0'.repeat(64)}` }, version: '1.0.0' };
const html = (text: string) => htmlOf(reportOf(storyOf('run-1', text), origin));
const markdown = (text: string) => markdownOf(reportOf(storyOf('run-1', text), origin));

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></code></style></title><iframe src=//x.test>',
  '<!-- -->',
  '&lt;b&gt; &#60;b&#62;',
  'javascript:alert(1)',
  '[click](https://x.test) ![](https://x.test/i.png) <https://x.test>',
  '# heading\n\n## another\n\n- item\n\n> quote\n\n| a | b |\n|---|---|',
  '```\n# out of the fence\n```',
  '`` ` ``` ````',
  '`',
  ' ` ',
  '@someone #1 https://x.test www.x.test',
  '\u202egnp.exe\u202c \u0000\u0007\u001b[31m \r\n\u2028',
];

/** What the page would be without any text from outside. */
const skeleton = (page: string): string => page.replace(/>[^<]*</g, '><');

test('no text from a record is anything but text in the HTML', () => {
  const plain = skeleton(html('plain'));
  for (const text of hostile) {
    const page = html(text);
    expect(skeleton(page).replace(/<i><\/i>/g, '<code></code>'), text).toBe(plain);
    expect(page, text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2028]/);
  }
});

test('the HTML holds no script, names nothing elsewhere, and forbids both', () => {
  const page = html('plain');
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\ssrc=|\shref=|\son\w+=/i);
  expect(page).toContain("default-src 'none'");
  expect(page.match(/<style>/g)).toHaveLength(1);
  expect(reportStyle).not.toContain('<');
});

test('no text from a record is anything but code in the Markdown', () => {
  const plain = outside(markdown('plain'));
  for (const text of hostile) expect(outside(markdown(text)), text).toBe(plain);
});

test('whatever a record says, it stays inside in both formats', () => {
  const piece = fc.constantFrom(
    '`',
    '``',
    '```',
    '\n',
    '\n\n',
    '    ',
    '<',
    '>',
    '&',
    '"',
    '~~~',
    '# ',
    '|',
    '\\',
    '*',
    '[',
    '](',
    ' ',
    'a',
  );
  const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => `x${parts.join('')}x`);
  const [plainPage, plainText] = [skeleton(html('x')), outside(markdown('x'))];
  fc.assert(
    fc.property(text, (said) => {
      expect(skeleton(html(said))).toBe(plainPage);
      expect(outside(markdown(said))).toBe(plainText);
    }),
    { numRuns: 200 },
  );
});

test('a report says who, when, what was refused, answered, written and reached, and how to check it', () => {
  const text = markdown('plain');
  for (const part of [
    '- **Message from:** `ann` through `cli`',
    '## Refused',
    '## What people answered',
    '## Files written',
    '## Connections',
    '## May have taken effect',
    '`approved by plain`: `exec git push plain`, reason `plain`',
    `sallyport audit verify --head 10:sha256:${'0'.repeat(64)}`,
    'sallyport audit show run-1',
  ])
    expect(text).toContain(part);
});

/** What a CommonMark reader takes for anything but code: everything outside of fenced blocks and code spans. */
function outside(text: string): string {
  const kept: string[] = [];
  let fence = '';
  for (const line of text.split('\n')) {
    const [, ticks = '', rest = ''] = /^ {0,3}(`{3,})(.*)$/.exec(line) ?? [];
    if (fence === '' && ticks !== '' && !rest.includes('`')) fence = ticks;
    else if (fence !== '' && ticks.length >= fence.length && rest.trim() === '') fence = '';
    else if (fence === '') kept.push(withoutSpans(line));
  }
  expect(fence).toBe('');
  // How long an output was is ours to say.
  return kept.join('\n').replace(/[\d,]+ bytes/g, 'n bytes');
}

/** A code span ends at the next run of backticks of the same length. */
function withoutSpans(line: string): string {
  let left = line;
  for (let kept = ''; ; ) {
    const open = /`+/.exec(left);
    if (open === null) return kept + left;
    const after = left.slice(open.index + open[0].length);
    const close = [...after.matchAll(/`+/g)].find(([run]) => run.length === open[0].length);
    if (close === undefined) return kept + left;
    kept += `${left.slice(0, open.index)}␣`;
    left = after.slice(close.index + close[0].length);
  }
}

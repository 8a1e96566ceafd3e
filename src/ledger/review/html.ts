// A document as one HTML file that needs nothing else. What always holds: every text is escaped where it is put in, there is
// no attribute with text from outside and no script, and the page itself forbids what it does not need.

import { createHash } from 'node:crypto';
import type { Block, Document, Inline, Status } from './document.ts';
import { reportStyle } from './report-style.ts';
import { inOneLine, visibleLines } from './spell.ts';

/** The whole file. */
export function htmlOf({ title, subtitle, figures, blocks }: Document): string {
  const style = createHash('sha256').update(reportStyle).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(title)}</h1>
<p>${lineOf(subtitle)}</p>
<ul class="figures">${figures.map(({ name, value, status }) => `<li${classOf(status)}><b>${escaped(value)}</b> ${escaped(name)}</li>`).join('')}</ul>
</header>
${sectionsOf(blocks)}
</main>
</body>
</html>
`;
}

/** A heading begins a section that lasts until the next one of its level. */
function sectionsOf(blocks: readonly Block[]): string {
  const parts: string[] = [];
  let open = 0;
  const close = (level: number): void => {
    for (; open >= level; open -= 1) parts.push(open === 3 ? '</article>' : '</section>');
  };
  for (const block of blocks) {
    if (block.kind === 'heading') {
      close(block.level);
      for (open = Math.max(open, 1); open < block.level; open += 1) {
        parts.push(open + 1 === 3 ? `<article${classOf(block.status)}>` : '<section>');
      }
    }
    parts.push(blockOf(block));
  }
  close(2);
  return parts.join('\n');
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const status = block.status === null ? '' : `<span class="status">${escaped(block.status)}</span> `;
      return `<h${block.level}>${status}${lineOf(block.line)}</h${block.level}>`;
    }
    case 'paragraph':
      return `<p>${lineOf(block.line)}</p>`;
    case 'facts':
      return `<dl>${block.facts.map(({ name, value }) => `<dt>${escaped(name)}</dt><dd>${lineOf(value)}</dd>`).join('')}</dl>`;
    case 'list':
      return `<ul>${block.lines.map((line) => `<li>${lineOf(line)}</li>`).join('')}</ul>`;
    case 'text': {
      const caption = block.caption === '' ? '' : `<figcaption>${escaped(block.caption)}</figcaption>`;
      return `<figure>${caption}<pre>${block.lines.flatMap(visibleLines).map(escaped).join('\n')}</pre></figure>`;
    }
    default:
      return block satisfies never;
  }
}

const lineOf = (line: readonly Inline[]): string =>
  line.map(({ kind, text }) => (kind === 'words' ? escaped(text) : codeOf(inOneLine(text)))).join('');

const codeOf = (text: string): string => (text === '' ? '<i>empty</i>' : `<code>${escaped(text)}</code>`);

/** The statuses are words of ours. */
const classOf = (status: Status | null): string => (status === null ? '' : ` class="${status}"`);

const escaped = (text: string): string =>
  text.replace(/[&<>"'\u0060]/g, (character) => `&#${character.charCodeAt(0)};`);

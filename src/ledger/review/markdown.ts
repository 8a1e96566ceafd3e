// A document as Markdown (CommonMark). What always holds: text from records stands in code spans and fenced blocks alone, each
// with a longer fence than anything in it, so that nothing in it is a heading, a link, an image, a mention or HTML.

import type { Block, Document, Inline } from './document.ts';
import { inOneLine, visibleLines } from './spell.ts';

/** The document, with a line end at its end. */
export function markdownOf({ title, subtitle, figures, blocks }: Document): string {
  const summary = figures.map(({ name, value }) => `${name} ${value}`).join(' · ');
  return `${[`# ${title}`, lineOf(subtitle), summary, ...blocks.map(blockOf)].filter((part) => part !== '').join('\n\n')}\n`;
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const status = block.status === null ? '' : `${block.status}: `;
      return `${'#'.repeat(block.level)} ${status}${lineOf(block.line)}`;
    }
    case 'paragraph':
      return lineOf(block.line);
    case 'facts':
      return block.facts.map(({ name, value }) => `- **${name}:** ${lineOf(value)}`).join('\n');
    case 'list':
      return block.lines.map((line) => `- ${lineOf(line)}`).join('\n');
    case 'text':
      return [block.caption === '' ? '' : `${block.caption}:`, fenced(block.lines)]
        .filter((part) => part !== '')
        .join('\n\n');
    default:
      return block satisfies never;
  }
}

const lineOf = (line: readonly Inline[]): string =>
  line.map(({ kind, text }) => (kind === 'words' ? text : codeSpan(inOneLine(text)))).join('');

/** Within a code span nothing has a meaning but its own fence. */
function codeSpan(text: string): string {
  if (text === '') return '(empty)';
  const fence = '`'.repeat(longestFence(text) + 1);
  const padding = /^[` ]|[` ]$/.test(text) ? ' ' : '';
  return `${fence}${padding}${text}${padding}${fence}`;
}

function fenced(lines: readonly string[]): string {
  const text = lines.flatMap(visibleLines).join('\n');
  const fence = '`'.repeat(Math.max(3, longestFence(text) + 1));
  return `${fence}\n${text}\n${fence}`;
}

const longestFence = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

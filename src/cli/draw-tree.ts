// Draws a tree of lines on the screen, each cut to its width.

import type { Line, Tone, TreeNode } from '../ledger/review/tree.ts';
import { oneLine, type Screen } from './screen.ts';

/** The lines of a tree. */
export function drawTree(root: TreeNode, screen: Screen): readonly string[] {
  const drawn: string[] = [];
  const draw = (node: TreeNode, first: string, further: string): void => {
    const hasChildren = node.children.length > 0;
    drawn.push(drawLine(node.head, first, screen));
    for (const detail of node.details) drawn.push(drawLine(detail, `${further}${hasChildren ? '│ ' : '  '}`, screen));
    for (const [index, child] of node.children.entries()) {
      const isLast = index === node.children.length - 1;
      draw(child, `${further}${isLast ? '└─ ' : '├─ '}`, `${further}${isLast ? '   ' : '│  '}`);
    }
  };
  draw(root, '', '');
  return drawn;
}

function drawLine({ pieces, right }: Line, prefix: string, screen: Screen): string {
  const { colours, columns } = screen;
  const end = right === '' ? 0 : right.length + 2;
  let space = Math.max(8, columns - prefix.length - end);
  const painted: string[] = [];
  for (const { text, tone } of pieces) {
    const shown = /^\S\s$/.test(text) ? text : oneLine(text, space);
    painted.push(painters[tone](shown, screen));
    space -= shown.length;
    if (space <= 0) break;
  }
  const gap = right === '' ? '' : ' '.repeat(Math.max(0, space) + 2);
  return `${colours.dim(prefix)}${painted.join('')}${gap}${right === '' ? '' : colours.dim(right)}`.trimEnd();
}

type Painter = (text: string, screen: Screen) => string;

/** How each kind of piece looks. */
const painters: { readonly [tone in Tone]: Painter } = {
  plain: (text) => text,
  strong: (text, { colours }) => colours.bold(text),
  quiet: (text, { colours }) => colours.dim(text),
  said: (text, { colours }) => colours.cyan(text),
  ok: (text, { colours }) => colours.green(text),
  failed: (text, { colours }) => colours.yellow(text),
  refused: (text, { colours }) => colours.red(text),
  unknown: (text, { colours }) => colours.magenta(text),
  open: (text, { colours }) => colours.yellow(text),
};

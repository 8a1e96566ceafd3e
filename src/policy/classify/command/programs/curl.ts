// `curl` and `wget`: each URL is a connection that rules judge like any other, with its method. A URL that curl would read
// in its own way (without a scheme, with lists or ranges in it) is not known.

import { canonicalMethod, classifyUrl } from '../../host.ts';
import type { Analysis } from '../analysis.ts';
import { examinePath } from '../examine.ts';
import { known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { judgePath } from '../judge-path.ts';
import { type ReadWord, readOptions } from '../options.ts';
import { findProgram } from '../programs.ts';
import { filesSent } from './curl-files.ts';

const sends =
  /^(?:-d|--data(?:-raw|-binary|-urlencode|-ascii)?|--json|-F|--form|--form-string|--post-data|--post-file)$/;

/** Reads the words of `curl` or `wget`. */
export async function readCurl(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const name = textOf(fields[0]).replace(/^.*\//, '');
  const program = findProgram(name);
  if (program === undefined) return;
  await judgeDescribed(invocation, program, findings, analysis);
  const words = readOptions(fields, program);
  const given = new Set(words.map(({ option }) => option));
  const has = (...options: readonly string[]): boolean => options.some((option) => given.has(option));
  const method = methodOf(words, has, name === 'curl');
  if (method === undefined) analysis.addOpaque(fields.map(textOf).join(' '), 'its method is not known');
  for (const { option, value, index } of words) {
    const text = textOf(value);
    for (const file of name === 'curl' ? filesSent(option, text) : [])
      if (await examinePath(file, 'read', state, analysis)) findings.outside.add(index);
    if (/^(?:-w|--write-out)$/.test(option) && name === 'curl' && /^@|%output\{/.test(text))
      analysis.addOpaque(text, '`curl -w` reads or writes a file here');
    if ((option !== '' && option !== '--url') || value?.kind !== 'known') continue;
    const found = /[{}[\]]/.test(text) && !has('-g', '--globoff') ? undefined : classifyUrl(text);
    if (found?.kind !== 'connect') {
      analysis.addOpaque(text, 'which URLs this is: write one plain URL with `https://`');
      continue;
    }
    const { host, port, url } = found;
    analysis.add({ kind: 'connect', host, port, method: method ?? 'CONNECT', url, standing: 'own' });
    if (!savesByName(name, has)) continue;
    await judgePath(known(fileNameOf(url)), 'write', 'own', state, analysis);
  }
  if (has('-i', '--input-file') && name === 'wget')
    analysis.addOpaque(fields.map(textOf).join(' '), 'which URLs are in the file is not known');
}

function methodOf(
  words: readonly ReadWord[],
  has: (...options: readonly string[]) => boolean,
  isCurl: boolean,
): string | undefined {
  const stated = words.filter(({ option }) => /^(?:-X|--request|--method)$/.test(option));
  if (stated.length > 1) return undefined;
  const [only] = stated;
  if (only !== undefined) return canonicalMethod(textOf(only.value));
  // To `wget` a `-T` is a time.
  if (isCurl && has('-T', '--upload-file')) return 'PUT';
  if (words.some(({ option }) => sends.test(option)) && !has('-G', '--get')) return 'POST';
  return has('-I', '--head', '--spider') ? 'HEAD' : 'GET';
}

const savesByName = (name: string, has: (...options: readonly string[]) => boolean): boolean =>
  name === 'curl'
    ? has('-O', '--remote-name', '-J', '--remote-name-all')
    : !has('-O', '--output-document', '--spider', '-P', '--directory-prefix');

/** The file that such a URL is saved to, in the current directory. */
const fileNameOf = (url: string): string => `./${new URL(url).pathname.split('/').pop() || 'index.html'}`;

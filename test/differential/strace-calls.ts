// Lines of strace as whole calls: the two halves of a call that another process interrupted are put together.

/** One system call as strace wrote it. `result` is a number, with the path of a descriptor where it is one, or `?`. */
export interface Call {
  readonly pid: number;
  readonly name: string;
  readonly args: string;
  readonly result: string;
  /** Why it failed, as in `ENOENT`; empty if it did not. */
  readonly error: string;
  readonly line: string;
}

/**
 * The calls of a trace in the order in which they began. One that never came back is left out.
 * @throws {Error} naming the line that is not known.
 */
export function readCalls(trace: string): Call[] {
  const calls: (Call | undefined)[] = [];
  const unfinished = new Map<string, { readonly at: number; readonly name: string; readonly text: string }>();
  for (const line of trace.split('\n')) {
    if (line === '') continue;
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (/^\+\+\+ (?:exited with|killed by) [^+]* \+\+\+$/.test(rest)) continue;
    const begun = /^([a-z0-9_]+)\((.*?),? ?<unfinished \.\.\.>\)?$/.exec(rest);
    const resumed = /^<\.\.\. ([a-z0-9_]+) resumed>,? ?(.*)$/.exec(rest);
    if (begun !== null) {
      unfinished.set(pid, { at: calls.length, name: begun[1] ?? '', text: begun[2] ?? '' });
      calls.push(undefined);
    } else if (resumed !== null) {
      const start = unfinished.get(pid);
      if (start === undefined || start.name !== resumed[1]) throw unknownLine(line);
      unfinished.delete(pid);
      const end = resumed[2] ?? '';
      const separator = start.text === '' || end.startsWith(')') ? '' : ', ';
      calls[start.at] = wholeCall(`${pid} ${start.name}(${start.text}${separator}${end}`);
    } else calls.push(wholeCall(line));
  }
  return calls.filter((call) => call !== undefined);
}

function wholeCall(line: string): Call {
  const found = /^(\d+) +([a-z0-9_]+)\((.*)\) += (-?\d+(?:<[^>]*>)?|\?)(?: (E[A-Z0-9]+) \(.*\)| ERESTART.*)?$/.exec(
    line,
  );
  if (found === null) throw unknownLine(line);
  return {
    pid: Number(found[1]),
    name: found[2] ?? '',
    args: found[3] ?? '',
    result: found[4] ?? '',
    error: found[5] ?? '',
    line,
  };
}

/** What says that a line of a trace is not known. */
export const unknownLine = (line: string): Error =>
  new Error(`could not read a line of the trace: \`${line.slice(0, 300)}\`; teach \`strace.ts\` what it means`);

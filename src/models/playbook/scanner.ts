// Reads a template from left to right. Every pattern is sticky and without nested repetition, so reading is linear.

/** A template that does not parse; the message says what was expected where. */
export class TemplateError extends Error {}

/** A place in a template, moving forward. */
export class Scanner {
  readonly source: string;
  at: number;

  constructor(source: string, at: number) {
    this.source = source;
    this.at = at;
  }

  /** Takes what a sticky pattern matches here, white space before it skipped; null if it does not. */
  take(pattern: RegExp): string | null {
    this.takeGlued(/\s+/y);
    return this.takeGlued(pattern);
  }

  takeGlued(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  peek(pattern: RegExp): boolean {
    const before = this.at;
    const found = this.take(pattern);
    this.at = before;
    return found !== null;
  }

  error(message: string): TemplateError {
    return new TemplateError(`${message} at \`${this.source.slice(this.at, this.at + 30).split('\n')[0]}\``);
  }
}

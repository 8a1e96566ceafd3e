// How a built-in tool says what runs inside the isolate: as a typed function whose source text becomes the program. The
// function stands alone: it uses its two arguments and the language, nothing of the file it is written in.

/** A part of a text file, as `host.readText` gives it. Offsets are bytes. */
export interface GuestTextPart {
  readonly text: string;
  readonly bytes: number;
  readonly nextOffset: number;
  readonly sizeBytes: number;
  readonly isEnd: boolean;
  readonly isBinary: boolean;
}

/** The host functions inside an isolate. Each rejects with a message for a model where the grants or the world say no. */
export interface GuestHost {
  readText(path: string, range?: { offset?: number; length?: number }): Promise<GuestTextPart>;
  list(path: string): Promise<{
    readonly entries: readonly { readonly name: string; readonly kind: 'file' | 'directory' | 'link' | 'other' }[];
    readonly isWhole: boolean;
  }>;
  stat(
    path: string,
  ): Promise<{ readonly kind: 'file' | 'directory'; readonly bytes: number; readonly modifiedMs: number }>;
  writeText(
    path: string,
    text: string,
  ): Promise<{ readonly path: string; readonly bytes: number; readonly sha256: string }>;
  fetch(request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
    readonly bytes: number;
    readonly isCut: boolean;
  }>;
}

/** The program of a tool: the source of `main`, called with the arguments and the host functions. */
export const guestProgram = <Args>(main: (args: Args, host: GuestHost) => Promise<string>): string =>
  `return (${main})(args, host);`;

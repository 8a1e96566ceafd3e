// Takes the values of secrets out of what comes back from a host that was given one: such a host may say it again. A value
// becomes as many stars, so that lengths stay true. It is a net for echoes, not for a host that hides what it says.

import { Transform } from 'node:stream';
import { spellingsOf } from '../../kernel/redactor.ts';

/** Replaces secrets in texts and in streams. */
export interface SecretCover {
  text(text: string): string;
  stream(): Transform;
}

/** A cover for these values, in every spelling the kernel knows. */
export function createSecretCover(secrets: readonly string[]): SecretCover {
  const values = [...new Set(secrets.flatMap(spellingsOf))].map((value) => Buffer.from(value));
  const held = Math.max(1, ...values.map(({ length }) => length)) - 1;
  const cover = (bytes: Buffer): void => {
    for (const value of values) {
      for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + value.length))
        bytes.fill('*', at, at + value.length);
    }
  };
  return {
    text: (text) => {
      const bytes = Buffer.from(text, 'latin1');
      cover(bytes);
      return bytes.toString('latin1');
    },
    stream: () => {
      let kept = Buffer.alloc(0);
      return new Transform({
        transform(chunk: Buffer, _encoding, done) {
          const bytes = Buffer.concat([kept, chunk]);
          cover(bytes);
          // The end may be the beginning of a value whose rest is on its way.
          const whole = Math.max(0, bytes.length - held);
          kept = Buffer.from(bytes.subarray(whole));
          done(null, bytes.subarray(0, whole));
        },
        flush(done) {
          done(null, kept);
        },
      });
    },
  };
}

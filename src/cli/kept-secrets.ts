// The secrets that the operator set in the environment, one variable each: `SALLYPORT_SECRET_GITHUB_TOKEN` is the secret
// `github-token`. Rules name them; only the egress proxy asks for a value.

import type { Secrets } from '../kernel/ports.ts';

/** What variables of secrets start with. */
export const secretPrefix = 'SALLYPORT_SECRET_';

/** The variable that holds a secret. */
export const variableOf = (name: string): string => `${secretPrefix}${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/** Reveals what is in `kept`, by the names of variables. */
export function keptSecrets(kept: Readonly<Record<string, string>>): Secrets {
  return {
    reveal: async (name) => {
      const variable = variableOf(name);
      const value = Object.hasOwn(kept, variable) ? kept[variable] : undefined;
      if (value === undefined || value === '')
        throw new Error(`there is no secret \`${name}\`; set \`${variable}\` where Sallyport starts`);
      // A shorter one could not be told from ordinary text, and would be shown.
      if (value.length < 8) throw new Error(`the secret \`${name}\` is shorter than 8 characters; use a longer one`);
      return value;
    },
  };
}

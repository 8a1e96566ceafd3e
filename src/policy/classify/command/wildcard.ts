// The wildcard of commands is the one that hosts and URLs are measured with.

export { compileWildcard, type Wildcard } from '../../../kernel/wildcard.ts';

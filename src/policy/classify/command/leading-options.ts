// Options that a program takes before its subcommand and that mean no more there than after it: `kubectl -n prod get pods`
// is `kubectl get pods -n prod`, and `git -C sub status` is `git status` in a directory of the workspace. Only options that
// run nothing and name no other settings are here.

interface LeadingOptions {
  readonly flags: readonly string[];
  /** Options with a value: the next word, or after `=`. */
  readonly valued: readonly string[];
  /** Options that move to a directory: the same as a `cd` before, so that they may be left out. */
  readonly directories: readonly string[];
}

const table: readonly (readonly [string, string, string, string])[] = [
  ['git', '--no-optional-locks --literal-pathspecs', '', '-C'],
  ['kubectl oc', '', '-n --namespace --context --request-timeout -v', ''],
  ['helm', '--debug', '-n --namespace --kube-context', ''],
  ['aws', '--no-cli-pager --no-paginate --debug', '--region --profile --output --query', ''],
  ['gcloud', '-q --quiet', '--project --format --region --zone', ''],
  ['gh', '', '-R --repo', ''],
  ['systemctl', '--no-pager --user --system -q --quiet -l --full --no-legend --plain', '', ''],
  ['terraform tofu', '', '', '-chdir'],
  ['docker podman', '-D --debug', '', ''],
  ['npm pnpm yarn', '-s --silent -q --quiet', '', ''],
  ['cargo', '-q --quiet -v --verbose --offline --locked --frozen', '--color', ''],
];

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

const programs: ReadonlyMap<string, LeadingOptions> = new Map(
  table.flatMap(([names, flags, valued, directories]) => {
    const options = { flags: words(flags), valued: words(valued), directories: words(directories) };
    return words(names).map((name): [string, LeadingOptions] => [name, options]);
  }),
);

/** The command with its leading options at the end; undefined if there are none, or one that is not known. */
export function leadingOptionsLast(
  argv: readonly string[],
  outside: ReadonlySet<string>,
): readonly string[] | undefined {
  const [program = '', second = ''] = argv;
  if (!second.startsWith('-')) return undefined;
  const options = programs.get(program);
  if (options === undefined) return undefined;
  const moved: string[] = [];
  let at = 1;
  for (; argv[at]?.startsWith('-') === true; at++) {
    const word = argv[at] ?? '';
    const name = word.includes('=') ? word.slice(0, word.indexOf('=')) : word;
    const next = argv[at + 1];
    if (options.flags.includes(word)) moved.push(word);
    else if (options.directories.includes(name)) {
      if (word === name) at += 1;
      const directory = argv[at];
      if (directory === undefined || outside.has(directory)) return undefined;
    } else if (options.valued.includes(name) && word !== name) moved.push(word);
    else if (options.valued.includes(word) && next !== undefined) {
      moved.push(word, next);
      at += 1;
    } else return undefined;
  }
  return at >= argv.length ? undefined : [program, ...argv.slice(at), ...moved];
}

/** Programs whose first plain word names what they do. */
export const hasSubcommands = (program: string): boolean => programs.has(program) || moreSubcommands.has(program);

const moreSubcommands = new Set('go pip pip3 make poetry uv bundle mvn gradle dotnet flyctl heroku'.split(' '));
/** Words before a subcommand that are looked past; a command with more of them is not one that people write. */
const leadingMax = 100;

/**
 * The command as it would be with some of its leading options left out, whatever they are: for deny and ask rules, which
 * have to see `kubectl --any thing delete pod` as a deletion.
 */
export function withoutLeadingOptions(argv: readonly string[]): readonly (readonly string[])[] {
  const [program = '', second = ''] = argv;
  if (!second.startsWith('-') || !hasSubcommands(program)) return [];
  const starts = Array.from({ length: Math.min(argv.length, leadingMax) }, (_, index) => index).slice(2);
  return starts.filter((at) => argv[at]?.startsWith('-') !== true).map((at) => [program, ...argv.slice(at)]);
}

// The commands that git ships, as data: which run programs by themselves, which of their short options do, and which
// options are followed by text.

/** One command of git. */
export interface GitCommand {
  /** Why it is opaque whatever its words are; empty if it is not. */
  readonly runs: string;
  /** Letters of short options that run a program. */
  readonly executes: string;
  /** Options whose next word is only text. */
  readonly texts: readonly string[];
  readonly operands: 'any' | 'text';
}

/** Settings for one command that change how output looks, or who the author is. */
export const harmlessSettings =
  /^(?:color\.[a-z.]+|core\.(?:quotepath|abbrev|autocrlf|ignorecase|commentchar)|log\.[a-z]+|diff\.(?:renames|algorithm|context|noprefix|mnemonicprefix|renamelimit)|user\.(?:name|email)|advice\.[a-z]+|column\.[a-z]+|grep\.(?:linenumber|column|patterntype)|status\.[a-z]+|pull\.rebase|init\.defaultbranch|safe\.directory|core\.pager=cat|pager\.[a-z]+=(?:false|cat)|core\.fsmonitor=false|gc\.auto|commit\.gpgsign=false|tag\.gpgsign=false|merge\.(?:conflictstyle|ff)|push\.default)(?:=|$)/i;

const plain =
  'add annotate apply blame branch bundle cat-file check-attr check-ignore checkout cherry cherry-pick clean clone commit commit-tree config count-objects describe diff diff-files diff-index diff-tree fast-export fetch fetch-pack for-each-ref format-patch fsck gc get-tar-commit-id hash-object help index-pack init interpret-trailers log ls-files ls-remote ls-tree mailinfo merge merge-base merge-file merge-tree mktag mktree mv name-rev notes pack-refs patch-id prune pull push range-diff read-tree rebase reflog remote repack replace rerere reset restore rev-list rev-parse revert rm send-pack shortlog show show-branch show-index show-ref sparse-checkout stage stash status stripspace submodule switch symbolic-ref tag unpack-objects update-index update-ref var verify-commit verify-pack verify-tag whatchanged worktree write-tree bisect grep archive am version';
const running: ReadonlyMap<string, string> = new Map([
  ...'difftool mergetool instaweb web--browse gui gitk citool'
    .split(' ')
    .map((name): [string, string] => [name, 'it starts a program that the settings name']),
  ...'filter-branch for-each-repo hook maintenance'
    .split(' ')
    .map((name): [string, string] => [name, 'it runs commands that are named elsewhere']),
  ...'send-email imap-send svn p4 cvsimport cvsserver daemon http-backend shell upload-pack receive-pack upload-archive remote-ext remote-fd credential credential-store credential-cache fast-import request-pull'
    .split(' ')
    .map((name): [string, string] => [name, 'it talks to others, or runs programs, in ways that are not read here']),
]);

const executes: Readonly<Record<string, string>> = {
  grep: 'O',
  help: 'w',
  clone: 'uc',
  'fetch-pack': 'u',
  rebase: 'xs',
  merge: 's',
  pull: 's',
  'cherry-pick': '',
  revert: '',
};
const texts: Readonly<Record<string, string>> = {
  commit: '-m --message --author --date --trailer -C -c --reuse-message --fixup --squash',
  tag: '-m --message -u --sort --format',
  merge: '-m',
  stash: '-m --message',
  notes: '-m',
  log: '-n -S -G -L --grep --author --committer --since --until --after --before --format --pretty --date --skip --max-count --diff-filter',
  show: '-S -G -L --format --pretty --date --diff-filter -n',
  shortlog: '-n --since --until --author',
  'rev-list': '-n --since --until --author --grep --max-count --skip',
  diff: '-S -G -U --diff-filter',
  reflog: '-n',
  grep: '-e -A -B -C -m --max-depth --threads',
  blame: '-L --since',
  'for-each-ref': '--format --sort --count',
  branch: '--format --sort',
  describe: '--match --exclude --abbrev',
  revert: '-m',
  'cherry-pick': '-m',
  'format-patch': '-n --subject-prefix',
};

/** The commands of git by name. */
export const gitCommands: ReadonlyMap<string, GitCommand> = new Map(
  [...plain.split(' '), ...running.keys()].map((name) => [
    name,
    {
      runs: running.get(name) ?? '',
      executes: executes[name] ?? '',
      texts: (texts[name] ?? '').split(' ').filter((option) => option !== ''),
      operands: /^(?:help|check-ref-format|rev-parse|var|version)$/.test(name) ? 'text' : 'any',
    },
  ]),
);

/** Long options of any command that run a program, load settings or reach elsewhere. */
export const longExecutes: readonly string[] = [
  '--upload-pack',
  '--receive-pack',
  '--exec',
  '--ext-diff',
  '--textconv',
  '--open-files-in-pager',
  '--config',
  '--config-env',
  '--exec-path',
  '--template',
  '--tool',
  '--extcmd',
  '--unsafe-paths',
  '--remote',
  '--signoff-program',
  '--recurse-submodules-default',
  '--separate-git-dir',
  '--strategy',
  '--smtp-server',
  '--to-cmd',
  '--cc-cmd',
  '--shallow-file',
  '--gpg-program',
  '--web',
];

/** Options that only look like a shortened one of those. */
export const safeLong: ReadonlySet<string> = new Set([
  '--text',
  '--to',
  '--cc',
  '--all',
  '--tool-help',
  '--remotes',
  '--config-only',
]);

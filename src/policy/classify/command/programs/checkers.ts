// Test runners, linters, formatters and compilers of scripts. They run or read the project's own code; their options that
// load other code, or write where nobody expects it, are described. A settings file counts only under its usual name.

import { describeAll } from './describe-all.ts';

/** Checkers by name. */
export const checkers = describeAll([
  [
    'pytest py.test',
    {
      flags:
        '-q -v -x -s -l --quiet --verbose --exitfirst --lf --last-failed --ff --failed-first --nf --sw --stepwise --co --collect-only --no-header --no-summary --strict-markers --disable-warnings --cache-clear --no-cov --cov --pyargs --markers --fixtures --version --help',
      text: '-k -m --maxfail --tb --durations --durations-min -r -n --numprocesses --dist -W --pythonwarnings --timeout --color --capture --show-capture --log-level --log-cli-level --cov --cov-fail-under --cov-branch --randomly-seed --reruns --benchmark-only --import-mode --asyncio-mode --junit-prefix --verbosity',
      config: '-c --config-file --cov-config',
      any: '--ignore --deselect --rootdir --confcutdir --ignore-glob --junitxml --junit-xml --cov-report --log-file --html --report-log --result-log',
      write: '--basetemp',
      code: '-p --pdb --pdbcls --trace -o --override-ini --debug',
      beyond: '--pastebin',
      harmless:
        /^(?:-p=no:[\w.-]+|(?:-o|--override-ini)=(?:log_cli|log_cli_level|log_level|console_output_style|junit_family|xfail_strict|asyncio_mode|cache_dir)=[\w.-]*)$/,
      operands: 'any',
    },
  ],
  [
    'jest vitest',
    {
      flags:
        '--watch --watchAll --coverage --ci --silent --verbose --bail -b -u --update --updateSnapshot -i --runInBand --passWithNoTests --no-coverage --detectOpenHandles --forceExit --listTests --onlyChanged -o --findRelatedTests --run --globals --ui --no-cache --browser --clearCache --json --help --version',
      text: '-t --testNamePattern --testPathPattern --testPathPatterns --testPathIgnorePatterns -w --maxWorkers --shard --testTimeout --color --maxConcurrency --selectProjects --project --changedSince --retry --pool --mode --logHeapUsage --maxThreads --coverageReporters --seed',
      config: '-c --config --workspace',
      any: '--root -r --rootDir --roots --dir --coverageDirectory --cacheDirectory --outputFile --testMatch --testRegex --collectCoverageFrom --coverage.reportsDirectory',
      code: '--globalSetup --globalTeardown --setupFiles --setupFilesAfterEnv --runner --testRunner --transform --preset --resolver --watchPlugins --filter --testSequencer --moduleNameMapper --modulePaths --snapshotSerializers --haste --testResultsProcessor --execArgv --poolOptions.forks.execArgv --poolOptions.threads.execArgv --dependencyExtractor --prettierPath --coverage.customProviderModule --snapshotEnvironment --browser.provider --sequence.sequencer --browser.commands --reporters --reporter --environment --testEnvironment --env',
      harmless: /^--(?:reporters?|environment|testEnvironment|env)=@?[a-z][\w-]*(?:\/[\w-]+)?$/,
      beyond: '--api --api.host --api.port --inspect --inspect-brk --host --open',
      operands: 'any',
    },
  ],
  [
    'mocha',
    {
      flags: '-b --bail -w --watch --exit --parallel --recursive --check-leaks -c --color',
      text: '-g --grep -f --fgrep -t --timeout -s --slow -j --jobs --retries -n',
      config: '--config --package',
      any: '--ignore --file --extension --spec -O --reporter-options',
      code: '-r --require --import --node-option --loader -R --reporter -u --ui',
      harmless: /^(?:-R|--reporter|-u|--ui)=[a-z]+$/,
      operands: 'any',
    },
  ],
  [
    'eslint stylelint',
    {
      flags: '--fix --fix-dry-run --quiet --cache --no-color --color --debug --version --help -q',
      text: '--ext --max-warnings --env --global --rule --ignore-pattern --cache-strategy --fix-type --stdin-filename --parser-options --concurrency',
      config: '-c --config --config-basedir',
      read: '--ignore-path',
      write: '-o --output-file --cache-location --cache-file',
      code: '--rulesdir --plugin --parser --resolve-plugins-relative-to --custom-formatter --custom-syntax --init --inspect-config --mcp -f --format --formatter',
      harmless: /^(?:-f|--format|--formatter)=[a-z][\w-]*$/,
      operands: 'any',
    },
  ],
  [
    'prettier',
    {
      flags: '-c --check -w --write -l --list-different -u --ignore-unknown --no-color --no-config --cache',
      text: '--tab-width --print-width --trailing-comma --prose-wrap --end-of-line --log-level --stdin-filepath --single-quote --no-semi',
      config: '--config',
      read: '--ignore-path --find-config-path --file-info',
      write: '--cache-location',
      code: '--plugin --plugin-search-dir --parser',
      harmless: /^--parser=[a-z][\w-]*$/,
      operands: 'any',
    },
  ],
  ['biome oxlint standard xo knip', { operands: 'any', any: '--config-path', config: '--config', code: '--plugin' }],
  [
    'tsc',
    {
      flags: '--noEmit --watch -w --build -b --strict --pretty --version -v --help -h --init --listFiles --showConfig',
      text: '--target -t --module -m --moduleResolution --jsx --lib --types --skipLibCheck --incremental --noImplicitAny',
      read: '-p --project --rootDir --typeRoots --baseUrl',
      write:
        '--outDir --outFile --declarationDir --tsBuildInfoFile --generateTrace --generateCpuProfile -o --out --locale',
      code: '--plugins',
      operands: 'any',
    },
  ],
  [
    'webpack rollup vite esbuild babel swc parcel playwright cypress tsup turbo nx next nuxt astro svelte-kit storybook',
    {
      config: '-c --config --config-file -C',
      any: '-o --out-dir --outdir --outDir --output --outfile --output-path --servedir --output-dir --dist-dir --cwd',
      code: '--require -r -p --plugin --plugins --presets --configPlugin --inject --import --loader-path',
      beyond: '--host --open --inspect',
      harmless: /^-p=(?:\d+|production|development)$/,
      operands: 'any',
    },
  ],
  [
    'mypy pyright',
    {
      flags: '--strict --pretty --show-error-codes --no-color-output --ignore-missing-imports --version',
      text: '--python-version --platform --follow-imports --exclude --disable-error-code --enable-error-code -m --module -p --package --outputjson',
      config: '--config-file --project',
      read: '--custom-typeshed-dir',
      write:
        '--html-report --junit-xml --txt-report --xml-report --any-exprs-report --cobertura-xml-report --linecount-report --lineprecision-report --xslt-html-report --xslt-txt-report --linecoverage-report',
      any: '--cache-dir',
      code: '--python-executable --install-types --shadow-file -c --command --pythonpath --venvpath --createstub',
      operands: 'any',
    },
  ],
  [
    'ruff black isort autopep8 yapf pyupgrade',
    {
      flags: '--check --diff --fix --quiet -q -v --watch -i --in-place -r --recursive -l --line-length',
      text: '--select --ignore --extend-select --line-length --target-version --output-format --exclude --profile -t',
      read: '--config --settings-path --style',
      write: '-o --output-file',
      any: '--cache-dir',
      operands: 'any',
    },
  ],
  [
    'flake8 pylint bandit pydocstyle',
    {
      text: '--max-line-length --ignore --select --exclude --format -j --jobs -d --disable -e --enable --output-format --fail-under --max-complexity -f -ll -s --score -rn',
      config: '--config --append-config --rcfile -c',
      write: '--output-file --output -o --generate-rcfile',
      code: '--init-hook --load-plugins --enable-extensions --require-plugins -p --pyreverse',
      operands: 'any',
    },
  ],
  [
    'coverage',
    {
      config: '--rcfile',
      write: '-d --directory -o',
      operands: 'any',
      commands: {
        run: {
          flags: '-a --append --branch -p',
          text: '--source --omit --include',
          program: '-m',
          operands: 'any',
          is: 'stops',
          wrapping: 'spelling',
        },
      },
    },
  ],
  [
    'rspec rubocop standardrb cucumber minitest',
    {
      flags: '-A -a --autocorrect --fail-fast -P -T --tasks -n --dry-run -q -v --trace --auto-gen-config',
      text: '-e --example -t --tag --only --format --seed --fail-level -j --order',
      config: '-c --config -O --options',
      any: '--pattern -o --out',
      code: '-r --require -f -I --include --plugin --drb --server',
      harmless: /^-f=(?:[a-z]|progress|documentation|json|html|doc|simple|offenses)$/,
      operands: 'any',
    },
  ],
  [
    'rake',
    {
      flags: '-P -T --tasks -n --dry-run -q -v --trace -s -j -m --all -A -D',
      text: '--jobs',
      code: '-e --execute -p --execute-print -E --execute-continue -f --rakefile -I --libdir -r --require -R --rakelibdir -N -g --system',
      harmless: /^(?:-f|--rakefile)=Rakefile$/,
      operands: 'any',
    },
  ],
  [
    'phpunit pest phpstan psalm php-cs-fixer',
    {
      config: '-c --configuration --config',
      any: '--log-junit --coverage-html --coverage-clover --cache-directory',
      code: '--bootstrap --prepend --include-path --printer --loader --extension --plugin -a --autoload-file --atleast-version',
      operands: 'any',
    },
  ],
  [
    'shellcheck hadolint yamllint markdownlint actionlint tflint',
    { flags: '-x', operands: 'read', read: '-c --config --rcfile' },
  ],
]);

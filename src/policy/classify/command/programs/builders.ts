// Build tools and compilers. What they run stands in the project; their options that run something else, or take other settings
// than the project's, are named.

import { describeAll } from './describe-all.ts';

/** Build tools by name. */
export const builders = describeAll([
  [
    'make gmake',
    {
      flags:
        '-k -n -s -B -i -q -t -w --dry-run --keep-going --silent --quiet --always-make --version --help -d -p --no-print-directory --just-print --print-directory --warn-undefined-variables',
      text: '-j --jobs -l -O --output-sync --load-average',
      read: '-o -W',
      any: '-C --directory',
      code: '--eval -e -E -f --file --makefile -I --include-dir',
      harmless:
        /^(?:(?:-f|--file|--makefile)=(?:[\w./-]+\/)?(?:GNUm|[mM])akefile[\w.-]*|(?:-I|--include-dir)=[\w./-]+|=(?:TESTS?|TEST_[A-Z_]+|SUITE|CASE|VERSION|TAG|ENV|ENVIRONMENT|STAGE|REGION|PROFILE|BUILD_TYPE|MODE|ARCH|PLATFORM|OS|GOOS|GOARCH|BRANCH|COMMIT|PORT|LOG_LEVEL|COVERAGE)=\w[\w.:-]*)$/,
      operands: 'any',
      is: 'strict settings',
    },
  ],
  [
    'cargo',
    {
      flags:
        '-q --quiet -v --verbose --release --workspace --all --all-targets --all-features --locked --offline --frozen',
      text: '-p --package -F --features -j --jobs --test --bin --example --bench --target --color --message-format --exclude --profile -i --invert',
      any: '--manifest-path --target-dir -C --artifact-dir --out-dir --path --root',
      code: '--config -Z',
      operands: 'any',
      commands: {
        'rustc rustdoc clippy': {
          operands: 'code',
          harmless: /^=(?:-[DWAF]|[a-z_:-]+|--(?:no-deps|verbose))$|^--target=[\w-]+$/,
        },
        watch: { operands: 'code', shell: '-s --shell -x --exec' },
        'run test bench nextest': { operands: 'any' },
      },
    },
  ],
  [
    'go',
    {
      flags: '-v -race -short -x -a -n -json -cover -failfast -trimpath -m -u -mod -i -fix',
      text: '-vet -run -bench -count -timeout -parallel -tags -coverpkg -covermode -cpu -skip -p -f -buildvcs -list -shuffle -benchtime',
      any: '-C -o -coverprofile -cpuprofile -memprofile -outputdir',
      code: '-exec -toolexec -vettool -ldflags -gcflags -asmflags -gccgoflags -compiler -overlay -modfile',
      harmless: /^(?:-ldflags=(?:-[sw]|-X\s?[\w./-]+=[\w.:/+-]*|\s)+|-gcflags=(?:all=)?(?:-[NlmS]|\s)+|-compiler=gc)$/,
      operands: 'any',
      is: 'long-dash',
      commands: {
        'install run': { operands: 'source any' },
        env: { flags: '-json -changed', code: '-w -u', operands: 'text' },
        tool: {
          commands: { 'cover pprof nm objdump vet': { any: '-html -o', beyond: '-http', operands: 'any' } },
          operands: 'code',
        },
        bug: { operands: 'any', is: 'dangerous' },
      },
    },
  ],
  ['gofmt goimports', { flags: '-l -d -s -e -w', code: '-cpuprofile', operands: 'any', is: 'long-dash' }],
  [
    'gcc cc clang g++ c++ clang++',
    {
      any: '-o -I -L -include -isystem -MF -x',
      code: '-wrapper -fplugin -fplugin- -B -specs --specs -Xlinker -fuse-ld -iplugindir --plugin -Wl, -Wp, -Wa, -dumpdir -load -Xclang',
      harmless:
        /^(?:-Wl,=(?:-rpath(?:-link)?[,=][\w./$-]+|--as-needed|--gc-sections|--no-undefined|-z,(?:relro|now|noexecstack|defs)|-s|-O1|,)+|-fuse-ld=(?:lld|gold|bfd|mold))$/,
      operands: 'any',
      is: 'long-dash',
    },
  ],
  [
    'cmake',
    {
      flags: '-N -Wno-dev --version --fresh -v --verbose --trace --debug-output -L -LH -LAH',
      text: '-G -A -T -j --parallel -t --target --config --preset --component --log-level',
      any: '-S -B --build --install --prefix -W',
      code: '-P -E -C -D --toolchain --profiling-output',
      write: '--graphviz',
      harmless:
        /^(?:-E=(?:echo|sleep|true|false|capabilities|environment|make_directory|touch|cat|compare_files|sha256sum)|-D=(?:CMAKE_BUILD_TYPE|CMAKE_EXPORT_COMPILE_COMMANDS|CMAKE_CXX_STANDARD|CMAKE_C_STANDARD|CMAKE_VERBOSE_MAKEFILE|BUILD_[A-Z_]+|(?:ENABLE|WITH|USE)_[A-Z0-9_]+|[A-Z0-9_]+_(?:TESTS|TESTING|EXAMPLES|DOCS|ENABLED))(?::[A-Z]+)?=\w*|-D=CMAKE_INSTALL_PREFIX(?::PATH)?=.*)$/,
      operands: 'any',
    },
  ],
  [
    'ctest',
    {
      text: '-R -E -L -j --timeout -C',
      flags: '-V -VV -N --output-on-failure --rerun-failed --verbose --progress',
      any: '--test-dir',
      code: '-S -SP -D -M --build-and-test --test-command --script --overwrite --build-makeprogram',
      write: '-O --output-log --output-junit',
      operands: 'any',
    },
  ],
  [
    'ninja samu',
    {
      text: '-j -k -l -d',
      flags: '-v -n --version --quiet',
      any: '-C',
      config: '-f',
      code: '-t',
      harmless: /^(?:-f=build\.ninja|-t=(?:targets|commands|graph|query|deps|clean|compdb|rules|list))$/,
      operands: 'any',
    },
  ],
  [
    'bazel bazelisk buck buck2',
    {
      code: '--bazelrc --run_under --test_wrapper --action_env --test_env --host_action_env --workspace_status_command --shell_executable --override_repository --client_env --script_path --extra_toolchains --crosstool_top --host_jvm_args --server_javabase',
      any: '--output_base --output_user_root',
      operands: 'any',
      harmless: /^--(?:test|action)_env=(?:CI|TZ|LANG|NO_COLOR)(?:=[\w.-]*)?$/,
    },
  ],
  [
    'mvn mvnw mvnd',
    {
      flags:
        '-q -B -X -e -o -U -am -amd -ntp -V -N -fae -ff -fn -nsu -C -v --version --batch-mode --offline --quiet --no-transfer-progress --update-snapshots --also-make --errors --fail-at-end --non-recursive',
      text: '-pl --projects -T --threads -P --activate-profiles -rf --resume-from',
      write: '-l --log-file',
      code: '-D -f --file -s --settings -gs --global-settings -t --toolchains -gt -b --builder',
      harmless:
        /^(?:-D=(?:skip[A-Z]\w*|maven\.test\.(?:skip|failure\.ignore)|test|it\.test|surefire\.[\w.]+|failIfNoTests|[\w.]*[sS]kip|style\.color|revision|checkstyle\.skip|includeScope|verbose|includes|spring\.profiles\.active|spring-boot\.run\.profiles)(?:=[\w.,#*:${}!-]*)?|(?:-f|--file)=(?:[\w./-]+\/)?pom(?:[.-][\w.-]+)?\.xml|=(?!exec:|antrun:|groovy:|jshell:|scripting:)(?![\w-]+\.[\w.-]+:(?!.*maven))[\w.@-]+(?::[\w.@-]+){0,3})$/,
      operands: 'code',
      is: 'long-dash',
    },
  ],
  [
    'gradle gradlew',
    {
      flags:
        '-q -i -d -s -S -w --info --debug --stacktrace --offline --no-daemon --daemon --parallel --continue --rerun-tasks --build-cache --no-build-cache --scan --version -v --quiet --dry-run -m --stop --refresh-dependencies',
      text: '-x --exclude-task --tests --console --warning-mode --max-workers --configuration --dependency',
      any: '-p --project-dir --project-cache-dir',
      code: '-I --init-script -b --build-file -c --settings-file --include-build -g --gradle-user-home -D --system-prop -P --project-prop',
      beyond: '--scan-url',
      harmless:
        /^(?:-P|--project-prop|-D|--system-prop)=(?!org\.gradle|.*(?:jvmargs|javaagent|java\.home|init))[\w.-]+(?:=[\w.,:-]*)?$/,
      operands: 'any',
    },
  ],
  [
    'dotnet',
    {
      flags: '--no-restore --no-build --nologo --version --info --list-sdks --list-runtimes',
      text: '-c --configuration -f --framework -v --verbosity --filter -r --runtime -l --logger --collect --blame-hang-timeout',
      any: '-o --output --results-directory -s --settings --project',
      code: '-p -p: /p: --property --property: --test-adapter-path --additionalprobingpath --additional-deps --startup-hook --depsfile --runtimeconfig',
      harmless:
        /^(?:-p:?|\/p:|--property:?)=(?:Configuration|Version|CollectCoverage|ContinuousIntegrationBuild|TreatWarningsAsErrors|WarningLevel|Platform)=[\w.-]*$/,
      operands: 'any',
      is: 'long-dash',
      commands: {
        exec: { operands: 'code' },
        fsi: { operands: 'code' },
        tool: { commands: { list: { operands: 'text' } }, operands: 'code' },
        'user-secrets dev-certs': { operands: 'beyond' },
      },
    },
  ],
  [
    'mix',
    {
      operands: 'any',
      commands: {
        run: { code: '-e -r --eval --require --no-halt', operands: 'any' },
        test: { code: '-r --require --formatter', operands: 'any' },
        eval: { operands: 'code' },
        cmd: { operands: 'code' },
      },
    },
  ],
]);

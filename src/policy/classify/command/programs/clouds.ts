// Command lines of clusters and clouds: they act elsewhere with the credentials they are given. Described are the options
// that take other credentials or servers, the files they read and write, and the subcommands that run something.

import { describeAll } from './describe-all.ts';

const remoteCommand = {
  flags: '-i --stdin -t --tty -it -ti -q --quiet',
  text: '-c --container --pod-running-timeout',
  operands: 'text program',
  is: 'remote',
  wrapping: 'both',
} as const;

const manifests = {
  source: '-f --filename -k --kustomize',
  flags: '-R --recursive --all --force --wait --prune --server-side --force-conflicts --record --overwrite',
  text: '--dry-run --field-manager --grace-period --timeout --cascade --validate --for',
  operands: 'any',
} as const;

const chart = { operands: 'source', write: '--output-dir', source: '-f --values', any: '--set-file', beyond: '--repo' };

/** Command lines of clusters and clouds by name. */
export const clouds = describeAll([
  [
    'kubectl oc',
    {
      flags: '--client -A --all-namespaces -w --watch -h --help',
      text: '-n --namespace --context -l --selector -c --container --tail --since --field-selector --sort-by --request-timeout -v --v --since-time -L --label-columns --chunk-size',
      any: '-o --output',
      read: '--template',
      source: '-f --filename -k --kustomize',
      write: '--cache-dir --profile-output --log-file --log-dir',
      beyond:
        '--kubeconfig --as --as-group --as-uid --server -s --token --certificate-authority --client-key --client-certificate --insecure-skip-tls-verify --tls-server-name --username --password --user --cluster --plugin --raw',
      operands: 'any',
      is: 'plugins',
      commands: {
        'get describe top explain version api-resources api-versions cluster-info wait events': {
          flags: '--no-headers --show-labels --ignore-not-found --show-kind --previous -p --containers --recursive -R',
          text: '--for --timeout --output-version --api-group --verbs --namespaced',
          operands: 'any',
        },
        logs: { flags: '-f --follow -p --previous --timestamps --all-containers --prefix', operands: 'any' },
        'apply create delete replace patch label annotate scale autoscale set expose rollout taint cordon uncordon drain auth certificate kustomize run completion options status whoami projects project process adm tag start-build import-image policy login logout':
          { ...manifests, any: '-o --output -p --patch --from-file --from-env-file --cert --key --patch-file' },
        plugin: { operands: 'text' },
        diff: manifests,
        config: {
          commands: {
            'current-context get-contexts get-clusters get-users': { operands: 'text' },
            view: { flags: '--minify', beyond: '--raw', operands: 'text' },
            'use-context set-context': { text: '--namespace', operands: 'text' },
          },
          operands: 'beyond',
        },
        exec: remoteCommand,
        rsh: remoteCommand,
        cp: { operands: 'any' },
        'port-forward attach': { beyond: '--address', flags: '-i --stdin -t --tty', operands: 'any' },
        proxy: { beyond: '--address --accept-hosts --accept-paths --www -w', operands: 'any' },
        'edit debug alpha': { operands: 'any', is: 'dangerous' },
      },
    },
  ],
  [
    'helm',
    {
      flags: '--debug -A --all-namespaces -q --short -a --all',
      text: '-n --namespace --kube-context -o --output -l --selector --max --filter',
      any: '--set --set-string --set-json --set-literal',
      write: '--output-dir -d --destination',
      code: '--post-renderer --post-renderer-args',
      beyond:
        '--kubeconfig --kube-apiserver --kube-token --kube-ca-file --kube-as-user --kube-as-group --kube-insecure-skip-tls-verify --kube-tls-server-name --registry-config --repository-config --repository-cache --content-cache --plugins-directory',
      operands: 'any',
      is: 'plugins',
      commands: {
        'template install upgrade lint show package pull fetch inspect verify': {
          ...chart,
          flags:
            '--wait --atomic --create-namespace --reuse-values --reset-values --dry-run --force --devel -i --install',
          text: '--version --timeout --history-max --name-template --description -a --api-versions',
        },
        'diff secrets list ls status history get test uninstall delete rollback version env search repo dependency dep create completion help registry push':
          { operands: 'any' },
        plugin: { commands: { 'list ls': { operands: 'text' } }, operands: 'code' },
      },
    },
  ],
  [
    'aws',
    {
      text: '--region --profile --output --query',
      name: '--log-group-name --log-group-names --log-stream-name --log-stream-names --name --names --path --path-prefix --filter-pattern --secret-id --key --prefix --filters --query-string --resource-arn --parameters',
      beyond: '--endpoint-url --no-verify-ssl --ca-bundle',
      operands: 'name',
      commands: {
        s3: { operands: 'any' },
        s3api: { operands: 'any' },
        configure: {
          commands: { 'list list-profiles get': { operands: 'text' } },
          operands: 'beyond',
        },
      },
    },
  ],
  [
    'gcloud az',
    {
      text: '--project --format --region --zone --filter --limit --sort-by -o --output --query -g --resource-group -n --name --subscription',
      code: '--flags-file --command --ssh-flag --plink',
      beyond:
        '--configuration --access-token-file --impersonate-service-account --account --credential-file-override --billing-project',
      operands: 'any',
      commands: {
        'compute app workstations tpus': {
          commands: { 'ssh scp start-iap-tunnel connect-to-serial-port': { operands: 'code' } },
          operands: 'any',
        },
        'extension components': { commands: { list: { operands: 'text' } }, operands: 'code' },
        rest: { beyond: '--url --uri -u', operands: 'text' },
      },
    },
  ],
  [
    'gh',
    {
      text: '-R --repo --json -q --jq -t --template -L --limit',
      beyond: '--hostname',
      operands: 'any',
      is: 'plugins',
      commands: {
        alias: { commands: { list: { operands: 'text' } }, operands: 'code' },
        'extension extensions ext': {
          commands: { list: { operands: 'text' }, search: { operands: 'text' } },
          operands: 'code',
        },
        auth: { commands: { status: { beyond: '-t --show-token', operands: 'text' } }, operands: 'beyond' },
        config: { commands: { 'get list': { operands: 'text' } }, operands: 'beyond' },
        api: {
          flags: '--paginate --slurp -i --include --silent --verbose',
          text: '-H --header --cache -p --preview -q --jq',
          any: '-f --raw-field -F --field --input',
          beyond: '-X --method',
          harmless: /^(?:-X|--method)=(?:GET|HEAD)$/i,
          operands: 'source',
        },
        'codespace cs copilot agent-task': { operands: 'any', is: 'dangerous' },
        'pr issue': {
          flags: '--comments --fill --draft -d --dry-run --checks --watch --fail-fast',
          text: '-b --body -a --assignee -l --label -s --state -S --search -B --base -H --head -A --author -m --milestone --title -c --comment',
          read: '-F --body-file',
          code: '-w --web -e --editor',
          operands: 'any',
        },
        repo: {
          commands: { clone: { operands: 'any code' } },
          code: '-w --web',
          operands: 'any',
        },
        release: { write: '-D --dir -O --output', code: '-w --web', read: '-F --notes-file', operands: 'any' },
        run: {
          text: '-w --workflow -j --job -b --branch -s --status -e --event',
          write: '-D --dir',
          code: '--web',
          operands: 'any',
        },
        'workflow label project ruleset search status org attestation gist cache browse completion help version secret variable ssh-key gpg-key licenses preview':
          { code: '-w --web', operands: 'any' },
      },
    },
  ],
  [
    'terraform tofu',
    {
      any: '-chdir -out -state-out -backup -state -var-file -backend-config -plugin-dir',
      text: '-var -target -replace -parallelism -lock-timeout -refresh -input -lock -json -no-color -compact-warnings -detailed-exitcode',
      write: '-generate-config-out',
      operands: 'any',
      is: 'long-dash',
      commands: {
        init: { beyond: '-from-module', operands: 'any' },
        console: { operands: 'any', is: 'long-dash runs-input' },
      },
    },
  ],
  [
    'ansible-playbook ansible ansible-pull ansible-console ansible-galaxy',
    {
      flags:
        '--check -C --diff -D --syntax-check --list-tasks --list-hosts --list-tags -v -vv -vvv --version -b --become',
      text: '-l --limit -t --tags --skip-tags -u --user -f --forks --start-at-task',
      any: '-e --extra-vars -i --inventory',
      code: '-a --args --ssh-common-args --ssh-extra-args --scp-extra-args --sftp-extra-args -c --connection -M --module-path --vault-password-file --vault-id --become-method --connection-password-file --become-password-file --private-key -m --module-name -U --url',
      harmless: /^(?:-m|--module-name)=(?:ping|setup|debug)$/,
      operands: 'any',
    },
  ],
]);

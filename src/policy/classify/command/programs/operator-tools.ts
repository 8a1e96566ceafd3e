// What operators look at systems with: these programs mostly show, and the options that write, change something or reach for
// other settings are named.

import { describeAll } from './describe-all.ts';

/** Operators' tools by name. */
export const operatorTools = describeAll([
  [
    'ss',
    { text: '-f --family -A --query', read: '-F --filter', write: '-D --diag', code: '-K --kill', operands: 'text' },
  ],
  [
    'dmesg',
    {
      text: '-l --level -f --facility --since --until --time-format',
      read: '-F --file',
      code: '-C --clear -c --read-clear -D --console-off -E --console-on -n --console-level',
      operands: 'text',
    },
  ],
  [
    'journalctl',
    {
      text: '-u --unit -n --lines -o --output -p --priority -S --since -U --until -g --grep -t --identifier -b --boot -k -F --field',
      read: '-D --directory --file --root --image -c --cursor-file',
      code: '--vacuum-size --vacuum-time --vacuum-files --rotate --flush --sync --relinquish-var --smart-relinquish-var --setup-keys --update-catalog -M --machine',
      operands: 'any',
    },
  ],
  ['systemctl', { code: '-H --host -M --machine --root --image', operands: 'any' }],
  [
    'kubectl oc',
    {
      flags: '--client',
      text: '-n --namespace --context -l --selector -c --container --tail --since --field-selector --sort-by',
      any: '-o --output',
      read: '-f --filename --template -k --kustomize',
      write: '--cache-dir --profile-output',
      code: '--kubeconfig --as --as-group --server -s --token --certificate-authority --client-key --client-certificate --insecure-skip-tls-verify --username --password --plugin',
      operands: 'any',
    },
  ],
  [
    'helm',
    {
      text: '-n --namespace --kube-context -o --output',
      read: '-f --values',
      code: '--post-renderer --kubeconfig --kube-apiserver --kube-token --kube-ca-file --registry-config --repository-config',
      operands: 'any',
    },
  ],
  [
    'aws',
    {
      text: '--region --profile --output --query',
      code: '--endpoint-url --no-verify-ssl --ca-bundle',
      operands: 'any',
    },
  ],
  ['gh', { text: '-R --repo --json -q --jq -t --template -L --limit', code: '--hostname', operands: 'any' }],
  ['terraform tofu', { any: '-chdir -out -state-out -backup', operands: 'any', is: 'long-dash' }],
  [
    'eslint prettier stylelint biome',
    {
      write: '-o --output-file',
      read: '-c --config --rulesdir --plugin --ignore-path',
      operands: 'any',
    },
  ],
]);

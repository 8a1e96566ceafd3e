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
  [
    'systemctl',
    {
      code: '-H --host -M --machine --root --image',
      operands: 'any',
      commands: {
        'edit set-environment unset-environment import-environment link set-property set-default switch-root': {
          operands: 'any',
          is: 'dangerous',
        },
      },
    },
  ],
]);

import { createPlaybookModel } from '../../../src/models/playbook/create-playbook-model.ts';
import { modelConformance } from '../../conformance/model.ts';
import { playbookFrom } from './playbook-from.ts';

const modelFrom = async (turns: object[]) =>
  createPlaybookModel(await playbookFrom(JSON.stringify({ playbook: 'conformance', turns })));

const end = { id: 'end', say: 'Over.' };

modelConformance('playbook', {
  saying: (say) => modelFrom([{ id: 'only', say }]),
  calling: (calls) => modelFrom([{ id: 'only', calls: calls.map((call, at) => ({ id: `call-${at}`, ...call })) }, end]),
  failing: () =>
    modelFrom([
      { id: 'only', say: 'Well.', calls: [{ id: 'c', tool: 'read', args: { a: `\${message | number}` } }] },
      end,
    ]),
  lingering: () => modelFrom([{ id: 'only', say: 'Well …', calls: [{ id: 'c', tool: 'list' }] }, end]),
});

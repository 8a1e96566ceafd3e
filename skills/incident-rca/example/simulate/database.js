// One Postgres. Two orders for the lamp of the campaign can meet on its stock row: then one of them gets
// a serialization failure, and its transaction stays open until the client rolls it back.

const orderMeetsAnother = 0.4;
const campaignSku = 'LAMP-STAR-24';

export const makeDatabase = ({ clock, random, record }) => {
  const sessions = new Set();
  let processId = 4100;

  const plain = (id, text) =>
    record.append('logs/postgres/postgres.log', `${clock.iso().replace('T', ' ').replace('Z', '')} UTC [${id}] ${text}`);

  const gauge = () => {
    record.gauge('postgres', 'connections', sessions.size);
    record.gauge('postgres', 'idle_in_transaction', [...sessions].filter((session) => session.transaction).length);
  };
  clock.timers.setInterval(gauge, 20_000);
  clock.timers.setInterval(() => {
    plain(88, 'LOG:  checkpoint starting: time');
    const buffers = 40 + random.below(300);
    clock.at(clock.now() + 20_000 + random.below(9_000), () =>
      plain(88, `LOG:  checkpoint complete: wrote ${buffers} buffers (${(buffers / 163.84).toFixed(1)}%)`),
    );
  }, 300_000);

  /** Connections for one pod; `close` ends them all, as the end of the pod does. */
  const forPod = (pod) => {
    const mine = new Set();
    const open = async () => {
      await clock.sleep(random.durationMs(6, 5));
      processId += 1 + random.below(4);
      const session = { id: processId, transaction: undefined };
      sessions.add(session);
      mine.add(session);
      plain(session.id, `LOG:  connection authorized: user=checkout database=shop application_name=${pod}`);
      return {
        async query(sql, values = []) {
          await clock.sleep(random.durationMs(1.5, 2.5));
          const word = sql.slice(0, sql.indexOf(' ') < 0 ? sql.length : sql.indexOf(' '));
          if (word === 'BEGIN') session.transaction = 'open';
          if (word === 'COMMIT' || word === 'ROLLBACK') session.transaction = undefined;
          if (word === 'COMMIT') record.count('postgres', 'commits');
          if (word === 'UPDATE' && values[0] === campaignSku && random.chance(orderMeetsAnother)) {
            record.count('postgres', 'serialization_failures');
            plain(session.id, 'ERROR:  could not serialize access due to concurrent update');
            plain(session.id, `STATEMENT:  ${sql}`);
            throw Object.assign(new Error('could not serialize access due to concurrent update'), { code: '40001' });
          }
          return { rows: [] };
        },
      };
    };
    const close = () => {
      for (const session of mine) {
        sessions.delete(session);
        plain(session.id, `LOG:  disconnection: user=checkout database=shop application_name=${pod}`);
      }
    };
    return { open, close };
  };

  return { forPod };
};

// Instants at which a process kills itself, as `kill -9` would: right between two steps that must not come apart.

/** Steps on: the process that reaches the chosen step for the chosen time is gone. */
export type StepOn = (step: string) => void;

/** The steps that can be chosen. `linked` is inside the transaction, `written` right after it, before anybody hears of it. */
export const steps: readonly string[] = [
  ...['run-started', 'model-answered', 'run-continued', 'run-ended', 'call-refused', 'preview-intended'],
  ...['preview-finished', 'approval-asked', 'approval-answered', 'approval-claimed', 'approval-continued'],
  ...['call-intended', 'call-finished'],
].flatMap((type) => [`linked ${type}`, `written ${type}`]);

/** Steps of the calls themselves. */
export const effectSteps: readonly string[] = ['before the effect', 'after the effect', 'claimed', 'consumed', 'asked'];

/** A mine at one step, or none where `step` is ''. */
export function layMine(step: string, times: number): StepOn {
  let left = times;
  return (reached) => {
    if (reached !== step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

// A process of the harness does not outlive the one that started it, however that ended.

const lookMs = 1_000;

/** Ends this process soon after its parent. */
export function endWithParent(): void {
  const parent = process.ppid;
  const look = () => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  };
  setInterval(look, lookMs).unref();
}

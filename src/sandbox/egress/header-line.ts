// The first line of each connection through the door: which listener of the container was dialled. It comes from inside and
// proves nothing; it only picks one of the call's own listeners.

import type { Socket } from 'node:net';

const lineBytesMax = 64;

/** The line without its end; undefined if none comes in time or it is too long. What follows it stays unread. */
export function readHeaderLine(socket: Socket, ms: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const timer = setTimeout(() => settle(undefined), ms);
    const end = () => settle(undefined);
    const settle = (line: string | undefined) => {
      clearTimeout(timer);
      socket.off('readable', look).off('end', end).off('close', end);
      resolve(line);
    };
    const look = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) bytes = Buffer.concat([bytes, chunk]);
      const length = bytes.subarray(0, lineBytesMax).indexOf('\n');
      if (length < 0) {
        if (bytes.length >= lineBytesMax) settle(undefined);
        return;
      }
      if (length + 1 < bytes.length) socket.unshift(bytes.subarray(length + 1));
      settle(bytes.toString('latin1', 0, length));
    };
    socket.on('readable', look).once('end', end).once('close', end);
    look();
  });
}

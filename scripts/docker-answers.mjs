// docker-answers.mjs [image]: does a Docker engine answer, and does it have this image?
// Exit 0 yes, 1 no engine answers, 2 an engine is there and this user may not talk to it, 3 it lacks the image.
// Looks where DOCKER_HOST says (unix:// or tcp://), else at the usual socket. Runs on any Node that npm runs on.
import { request } from 'node:http';

const answerMs = 5_000;

const host = process.env.DOCKER_HOST || 'unix:///var/run/docker.sock';
const place = host.startsWith('unix://')
  ? { socketPath: host.slice('unix://'.length) }
  : { host: new URL(host).hostname, port: new URL(host).port || 2375 };

const image = process.argv[2];
const path = image === undefined ? '/_ping' : `/images/${encodeURIComponent(image)}/json`;

const call = request({ ...place, path, timeout: answerMs }, (answer) => {
  answer.resume();
  const isAnswered = answer.statusCode !== undefined && answer.statusCode < 500;
  process.exitCode = !isAnswered ? 1 : answer.statusCode === 200 ? 0 : 3;
});
call.on('timeout', () => call.destroy(new Error(`no answer in ${answerMs} ms`)));
call.on('error', (error) => {
  process.exitCode = error.code === 'EACCES' ? 2 : 1;
});
call.end();

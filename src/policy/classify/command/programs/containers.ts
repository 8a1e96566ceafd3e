// Container tools. What runs in a container sees other files; what matters here is what of this machine it is given, and
// which engine is talked to.

import { describeAll } from './describe-all.ts';

const run = {
  flags:
    '-d --detach -i --interactive -t --tty --rm --init -q --quiet --read-only --no-healthcheck -P --publish-all --oom-kill-disable --sig-proxy -it -ti',
  text: '-e --env --name -p --publish -w --workdir -u --user -l --label --restart -m --memory --memory-swap --cpus --cpuset-cpus --cpu-shares --platform --pull -h --hostname --dns --tmpfs --ulimit --shm-size --stop-timeout --stop-signal --log-driver --log-opt --health-cmd --health-interval --health-timeout --health-retries --cap-drop --entrypoint --expose --pids-limit --network-alias --ip -a --attach --detach-keys --annotation --kernel-memory --storage-opt --isolation --gpus',
  read: '--env-file --label-file',
  any: '-v --volume --mount',
  write: '--cidfile',
  beyond:
    '--privileged --pid --ipc --uts --userns --cgroupns --cgroup-parent --network --net --cap-add --device --device-cgroup-rule --device-read-bps --security-opt --volumes-from --volume-driver --add-host --runtime --link --sysctl --group-add --use-api-socket',
  harmless: /^--net(?:work)?=(?!host$|container:|ns:)[\w.-]+$/,
  operands: 'text program',
  is: 'stops remote',
  wrapping: 'spelling',
} as const;

const exec = {
  flags: '-d --detach -i --interactive -t --tty -it -ti -T --no-TTY',
  text: '-e --env -u --user -w --workdir --index --detach-keys',
  read: '--env-file',
  beyond: '--privileged',
  operands: 'text program',
  is: 'stops remote',
  wrapping: 'both',
} as const;

const build = {
  text: '-t --tag --build-arg --label --target --platform --progress --cache-from --cache-to --ulimit --shm-size -m --memory --attest --annotation --sbom --provenance --no-cache-filter --builder --pull',
  flags: '--no-cache --rm --force-rm -q --quiet --load --compress --squash --debug -D',
  read: '-f --file',
  any: '--secret --build-context --cache-from --cache-to',
  write: '--iidfile --metadata-file',
  beyond: '--ssh --allow --network --add-host --security-opt --cgroup-parent --push --isolation --call --print',
  harmless: /^--network=(?:none|default)$/,
  operands: 'source',
} as const;

/** Container tools by name. */
export const containers = describeAll([
  [
    'docker podman nerdctl',
    {
      flags: '-D --debug -v --version --help',
      text: '-l --log-level',
      beyond:
        '-H --host --config -c --context --tls --tlscacert --tlscert --tlskey --tlsverify --url --remote --connection --root --runroot --runtime --conmon --hooks-dir --storage-driver --storage-opt --module --cgroup-manager --identity --network-cmd-path --tmpdir --imagestore --volumepath --transient-store --snapshotter --cni-path --data-root',
      operands: 'any',
      commands: {
        run: run,
        create: run,
        exec,
        build: { ...build, write: `${build.write} -o --output` },
        image: { commands: { build: { ...build, write: `${build.write} -o --output` } }, operands: 'any' },
        builder: { commands: { build: { ...build, write: `${build.write} -o --output` } }, operands: 'any' },
        container: { commands: { run, create: run, exec, cp: { operands: 'any' } }, operands: 'any' },
        buildx: {
          text: '--builder',
          operands: 'any',
          commands: {
            build: { ...build, write: `${build.write} -o --output` },
            bake: { read: '-f --file', any: '--set', beyond: '--allow --push', operands: 'text' },
          },
        },
        compose: {
          read: '-f --file --env-file --project-directory',
          text: '-p --project-name --profile --ansi --progress --parallel',
          operands: 'any',
          commands: {
            exec,
            run: {
              ...exec,
              flags: `${exec.flags} --rm --build --no-deps -P --service-ports --use-aliases -q --quiet-pull --remove-orphans`,
              any: '-v --volume',
              text: `${exec.text} --name -l --label -p --publish --entrypoint --pull`,
              beyond: '--cap-add',
            },
            'logs ps top images port events ls version config pull stop start restart': {
              flags: '-f --follow -a --all -q --quiet -t --timestamps --no-color --no-log-prefix --services --volumes',
              text: '-n --tail --since --until --format --filter --status --index --protocol --timeout -t',
              write: '-o --output',
              operands: 'text',
            },
          },
        },
        'ps ls images': {
          flags: '-a --all -q --quiet --no-trunc -s --size -l --latest --digests',
          text: '-f --filter -n --last --format',
          operands: 'text',
        },
        logs: {
          flags: '-f --follow -t --timestamps --details',
          text: '-n --tail --since --until',
          operands: 'text',
        },
        inspect: { flags: '-s --size', text: '-f --format --type', operands: 'text' },
        'save export': { write: '-o --output', operands: 'text' },
        'load import': { read: '-i --input', flags: '-q --quiet', operands: 'source text' },
        plugin: { operands: 'beyond' },
        context: { commands: { 'ls list inspect show': { operands: 'text' } }, operands: 'beyond' },
      },
    },
  ],
]);

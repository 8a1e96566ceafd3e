// Where the engine and what calls need are on this machine, unless told otherwise.

/** Where a Docker engine listens unless told otherwise. */
export const usualDockerSocket = '/var/run/docker.sock';

/** Where the engine is, and where this machine keeps what calls need. */
export interface ContainerPlaces {
  readonly socketPath?: string;
  readonly runtimeDirectory?: string;
}

// How the image of a container is named, by rules and by skills alike.

/** One image by its digest, `name@sha256:…` or `sha256:…`: a tag can come to stand for another one. */
export const imagePattern = /^(?:[a-z0-9][a-z0-9._/:-]{0,200}@)?sha256:[0-9a-f]{64}$/;

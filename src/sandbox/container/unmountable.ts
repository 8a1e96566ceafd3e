// A grant that cannot become a mount. Nothing has run when this is thrown; the message is for a person.

/** The call is refused before there is a container. */
export class Unmountable extends Error {}

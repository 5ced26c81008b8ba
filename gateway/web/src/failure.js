/** Failure is why a check of a bundle fails, in a machine word, and where. */
export class Failure extends Error {
  constructor(why, at) {
    super(why);
    this.why = why;
    this.at = at;
  }
}

/** fails ends a check. */
export function fails(why, at) {
  throw new Failure(why, at);
}

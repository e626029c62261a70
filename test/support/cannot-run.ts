/** sysexits.h, EX_UNAVAILABLE: nothing was tested, because something that the tests need is not here. */
export const CANNOT_RUN = 69;

/** Said where tests cannot run at all, in one line with the way out; not a failure of what is tested. */
export class CannotRun extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CannotRun";
  }
}

interface Written {
  describe: (name: string, body: () => void) => void;
  test: (name: string, body: jest.ProvidesCallback, timeout?: number) => void;
}

/**
 * `describe` and `test` for what needs something that is not everywhere. Where it is missing they are skipped, and the
 * summary says why; in CI only what test/skipped.txt lists may be.
 *
 * @param what What is needed, as a reader may get it: `Chromium (apt-get install chromium, or CHROMIUM names one)`.
 */
export function needs(what: string, there: boolean): Written {
  if (there) return { describe, test };
  return {
    describe: (name, body) => {
      describe.skip(`${name} [needs ${what}]`, body);
    },
    test: (name, body, timeout) => {
      test.skip(`${name} [needs ${what}]`, body, timeout);
    },
  };
}

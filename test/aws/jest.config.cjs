const base = require("../../jest.config.cjs");

/** Tests that need Python, and one after the other: each file starts a moto of its own. */
module.exports = {
  ...base,
  rootDir: "../..",
  roots: ["<rootDir>/test/aws"],
  testPathIgnorePatterns: ["/node_modules/"],
  maxWorkers: 1,
  // The program logs its notes.
  silent: true,
};

const base = require("../../jest.config.cjs");
// One file after the other: they share the servers.
module.exports = {
  ...base,
  rootDir: "../..",
  roots: ["<rootDir>/test/apiserver"],
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 300_000,
  maxWorkers: 1,
  // With a limit there is a worker, which on a busy machine is told to have "failed to exit gracefully".
  workerIdleMemoryLimit: undefined,
};

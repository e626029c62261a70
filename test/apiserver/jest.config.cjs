const base = require("../../jest.config.cjs");
// One file after the other: they share the servers.
module.exports = {
  ...base,
  rootDir: "../..",
  roots: ["<rootDir>/test/apiserver"],
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 300_000,
  maxWorkers: 1,
};

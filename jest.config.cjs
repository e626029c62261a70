// Types are checked by `npm run check`; the transform only strips them.
const esm = [
  "cidr-tools",
  "ip-bigint",
  "ip-regex",
  "string-width",
  "listr2",
  "cli-truncate",
  "slice-ansi",
  "strip-ansi",
  "ansi-regex",
  "@kubernetes/client-node",
  "openid-client",
  "oauth4webapi",
  "jose",
  "jsonpath-plus",
  "p-map",
];
module.exports = {
  testEnvironment: "node",
  // A machine that does other things too is no reason to fail.
  testTimeout: 60_000,
  roots: ["<rootDir>/test"],
  setupFiles: ["<rootDir>/test/support/colour.cjs"],
  reporters: ["default", "<rootDir>/test/support/skips.cjs"],
  testMatch: ["**/*.test.ts"],
  // These need more than Node, and have commands of their own; see CONTRIBUTING.md.
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/test/engine/",
    "<rootDir>/test/apiserver/",
    "<rootDir>/test/conformance/",
    "<rootDir>/test/gateway/",
    "<rootDir>/test/browser/",
    "<rootDir>/test/history/",
    "<rootDir>/test/package/",
    "<rootDir>/test/aws/",
  ],
  transform: {
    "^.+\\.[cm]?[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  moduleNameMapper: {
    "^(@npmcli/arborist|normalize-package-data|typescript)$": "<rootDir>/test/support/not-loaded.cjs",
    "^\\.\\./locales/index\\.cjs$": "<rootDir>/test/support/not-loaded.cjs",
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esm.join("|")})/)`],
  testEnvironmentOptions: { globalsCleanup: "off" },
  // jest leaves one core free by default: on two cores it would run one file after the other.
  maxWorkers: "100%",
  workerIdleMemoryLimit: "1500MB",
};

// The order of imports: `npm run check:arrows`. Rooms from the ground floor up; each may import itself and what lies below it.
// A file that moves here needs no change; a new room needs one line. Type-only imports count.
const rooms = [
  { name: "kube", below: [] },
  { name: "packages/reach", below: ["kube"] },
  { name: "policies", below: ["packages/reach", "kube"] },
  { name: "routing", below: ["packages/reach", "kube"] },
  { name: "classroom", below: ["packages/reach", "kube"] },
  { name: "labs", below: ["policies", "routing", "classroom", "packages/reach", "kube"] },
  { name: "components", below: ["labs", "policies", "routing", "classroom", "packages/reach", "kube"] },
  {
    name: "stacks",
    below: ["components", "labs", "policies", "routing", "classroom", "packages/reach", "kube"],
  },
];
const home = rooms.map((room) => room.name).concat("cli", "docs", "bench", "test");

// What a component may import of another: the files beside the folders (cluster, mirrors, versions) serve all,
// and so do kubernetes/, which registers objects and runs jobs in the cluster for whoever has them, and aws/, where
// clusters on AWS have their VPC, roles and prices from.
const shared = ["^components/[^/]+[.]ts$", "^components/(kubernetes|aws)/"];

// Plain data and functions: no Pulumi, neither at once nor through what they import.
const pure = [
  "^(kube|packages|routing|classroom|labs)/",
  "^policies/(?!guardrails/pack/)",
  "^components/[^/]+/(plan|controller)/",
  "^components/.*-(values|config)[.]ts$",
];

// Where a run begins: commands, the program, bundles, generators and benchmarks.
const starts = [
  "^cli/(labs|page/browser/main)[.]tsx?$",
  "^stacks/index[.]ts$",
  "^components/kubernetes/cluster-job/main[.]ts$",
  "^components/ec2/kubeconfig-job/main[.]ts$",
  "^cli/play/play-worker[.]ts$",
  "^packages/reach/(build|src/index|src/cli/main)[.]ts$",
  "^policies/guardrails/pack/index[.]ts$",
  "^labs/template/",
  "^(bench|docs/generate)/",
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rooms.map(({ name, below }) => ({
      name: `${name.replace("/", "-")}-imports-only-what-lies-below`,
      comment: `${name} may import ${[...below].join(", ") || "no other room"}: arrows go down only (CONTRIBUTING.md).`,
      severity: "error",
      from: { path: `^${name}/` },
      to: {
        path: `^(${home.join("|")})/`,
        pathNot: [name, ...below].map((room) => `^${room}/`),
      },
    })),
    {
      name: "a-component-imports-no-other",
      comment: "Components meet in stacks/. What several need goes beside the folders or into kubernetes/.",
      severity: "error",
      from: { path: "^components/([^/]+)/" },
      to: { path: "^components/", pathNot: ["^components/$1/", ...shared] },
    },
    {
      name: "what-serves-all-components-imports-none",
      severity: "error",
      from: { path: "^components/[^/]+[.]ts$" },
      to: { path: "^components/[^/]+/" },
    },
    {
      name: "no-pulumi-in-pure-rooms",
      comment:
        "Plans are tested without an engine, and `labs plan` starts fast, because nothing here loads Pulumi.",
      severity: "error",
      from: { path: pure },
      to: { path: "node_modules/@pulumi/", reachable: true },
    },
    {
      name: "a-package-is-used-by-its-entries",
      comment:
        "packages/reach/src (index.ts), its selector/, and its command: what users of the package have too.",
      severity: "error",
      from: { pathNot: "^(packages|test|bench)/" },
      to: {
        path: "^packages/",
        pathNot: "^packages/reach/src/(index|selector/index|cli/(colour|reach-command|report-error))[.]ts$",
      },
    },
    {
      name: "tests-are-imported-by-tests-only",
      comment: "bench/ measures with the tests' fakes and is no part of the product either.",
      severity: "error",
      from: { pathNot: "^(test|bench)/" },
      to: { path: "^test/" },
    },
    {
      name: "nothing-imports-docs-or-bench",
      severity: "error",
      from: { pathNot: "^(test|docs|bench)/" },
      to: { path: "^(docs|bench)/" },
    },
    {
      name: "no-circle",
      comment:
        "Type-only imports count: two files that need each other's types are one thing, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "not-only-for-tests",
      comment: "No command, stack, benchmark or docs page reaches this file: delete it, or use it.",
      severity: "error",
      from: { path: starts },
      to: {
        path: `^(${home.filter((room) => room !== "test").join("|")})/`,
        pathNot: starts,
        reachable: false,
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^packages/[^/]+/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
    cache: { folder: "node_modules/.cache/dependency-cruiser", strategy: "content" },
  },
};

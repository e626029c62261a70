import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { requestOfText, requestsOfFile } from "../../../cli/migrate/asked-requests";
import { runMigrate, type MigrateFlags } from "../../../cli/migrate/run-migrate";

const folder = mkdtempSync(join(tmpdir(), "migrate-"));
const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const ingress = (annotations = "{}") => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: ${annotations} }
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.org
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;
const FLAGS: MigrateFlags = { gatewayClass: "c", gateway: "gw/g" };

async function run(
  file: string,
  flags: Partial<MigrateFlags> = {},
): Promise<{ text: string; code: unknown }> {
  const out: string[] = [];
  const spy = jest.spyOn(process.stdout, "write").mockImplementation((chunk: unknown, done: unknown) => {
    out.push(String(chunk));
    (done as () => void)();
    return true;
  });
  const before = process.exitCode;
  try {
    await runMigrate(file, { ...FLAGS, ...flags });
    return { text: out.join(""), code: process.exitCode };
  } finally {
    spy.mockRestore();
    process.exitCode = before;
  }
}

test.each([
  ["all the same", "{}", 0],
  ["something differs", '{ nginx.ingress.kubernetes.io/limit-rps: "5" }', 2],
  [
    "something is closed",
    "{ nginx.ingress.kubernetes.io/auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: pw }",
    3,
  ],
])("exit code: %s", async (_what, annotations, code) => {
  expect((await run(write("in.yaml", ingress(annotations)))).code).toBe(code);
});

test("JSON has objects, notes and requests; -o writes what kubectl takes", async () => {
  const out = join(folder, "out");
  const file = write("in.yaml", ingress());
  const request = ["GET http://shop.example.org/cart?x=1"];
  const report = JSON.parse((await run(file, { json: true, out, request })).text) as {
    requests: object[];
    objects: object[];
    summary: object;
  };
  expect(report.requests).toMatchObject([
    {
      host: "shop.example.org",
      path: "/cart?x=1",
      scheme: "http",
      nginx: "shop/web:80",
      gateway: "shop/web:80",
      verdict: "same",
    },
  ]);
  expect(report.summary).toEqual({ same: 1, different: 0, notConvertible: 0, unknown: 0 });
  expect(readdirSync(out)).toHaveLength(report.objects.length);
});

test("text tells the worst first, the same reason once", async () => {
  const { text } = await run(write("in.yaml", ingress('{ nginx.ingress.kubernetes.io/limit-rps: "5" }')));
  expect(text).toMatch(/lost +limit-rps \(shop\/web\)/);
  expect(text.match(/the Gateway has no such limit/g)).toHaveLength(1);
});

test("requests are read as curl has them, and from files", () => {
  expect(requestOfText(`POST https://a.org/x%20y -H "X-A: b c"`)).toEqual({
    host: "a.org",
    path: "/x%20y",
    scheme: "https",
    method: "POST",
    headers: { "X-A": "b c" },
  });
  expect(() => requestOfText("GET a.org/x")).toThrow(/not understood/);
  expect(() => requestOfText("GET")).toThrow(/needs a URL/);
  expect(
    requestsOfFile(write("ask.json", `{"requests":[{"host":"a","path":"/","body_bytes":5,"nginx":"x"}]}`)),
  ).toEqual([{ host: "a", path: "/", bodyBytes: 5 }]);
  const wrong = write("ask.yaml", "- {host: a, path: x}\n- {path: /, scheme: ftp, headers: [a]}");
  expect(() => requestsOfFile(wrong)).toThrow(/path.*is no path[^]*host.*no host[^]*scheme[^]*headers/);
});

test("what kubectl prints is read: one List, with fields that are null", async () => {
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: [parse(ingress()), { apiVersion: "v1", kind: "Service" }],
  };
  const [first] = list.items as { spec: Record<string, unknown>; metadata: Record<string, unknown> }[];
  Object.assign(first!.spec, { tls: null, defaultBackend: null });
  Object.assign(first!.metadata, { annotations: { "nginx.ingress.kubernetes.io/ssl-redirect": false } });
  Object.assign(list.items[1] as object, {
    metadata: { name: "web", namespace: "shop" },
    spec: { ports: [{ port: 80 }] },
  });
  const { text, code } = await run(write("list.json", JSON.stringify(list)));
  expect(code).toBe(0);
  expect(text).toMatch(/ssl-redirect is false and no text/);
});

test("a namespace that YAML 1.1 takes for a truth value is written in quotes", async () => {
  const out = join(folder, "quoted");
  await run(write("in.yaml", ingress().replace("namespace: shop", 'namespace: "no"')), { out });
  const route = readdirSync(out).find((f) => f.includes("httproute")) ?? "";
  expect(readFileSync(join(out, route), "utf8")).toContain('namespace: "no"');
});

test("fields of a wrong type are all told", async () => {
  const wrong = ingress().replace("path: /,", "path: 7,").replace("number: 80", 'number: "80"');
  await expect(run(write("wrong.yaml", wrong))).rejects.toThrow(
    /paths\[0\]\.path: must be a text[^]*number: must be/,
  );
});

test("what cannot be read is said, and nothing is written", async () => {
  await expect(
    run(write("svc.yaml", "{apiVersion: v1, kind: Service, metadata: {name: a}}")),
  ).rejects.toThrow(/no Ingress/);
  await expect(run(write("in.yaml", ingress()), { gateway: "x" })).rejects.toThrow(/namespace\/name/);
});

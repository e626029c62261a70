import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { backendTime, clockProblem } from "../../../cli/engine/backend-time";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 26, 9);
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((_, response) => {
    response.sendDate = false;
    response.setHeader("Date", new Date(NOW).toUTCString());
    response.writeHead(403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test("a service tells its time with any answer, a bucket's by its endpoint", async () => {
  expect(await backendTime(url)).toBe(NOW);
  expect(await backendTime(`s3://class?region=eu-central-1&endpoint=${encodeURIComponent(url)}`)).toBe(NOW);
  expect(await backendTime("s3://class", { AWS_ENDPOINT_URL_S3: url })).toBe(NOW);
});

test("a folder tells the disk's, and nothing stays in it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "labs-time-"));
  const before = Date.now();
  const time = (await backendTime(pathToFileURL(folder).href)) ?? 0;
  expect(Math.abs(time - before)).toBeLessThan(60_000);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["nobody answers", "http://127.0.0.1:9"],
  ["a folder that is not there", "file:///nowhere/state"],
  ["another kind", "mem://"],
  ["no account", "azblob://state"],
])("not known: %s", async (_, backend) => {
  expect(await backendTime(backend, {})).toBeUndefined();
});

test.each([
  ["right", 0, undefined],
  ["a minute off", 60_000, undefined],
  ["a reaper nine hours ahead", 9 * HOUR, /9h ahead of the backend's/],
  ["a creator 40 days ahead", 40 * 24 * HOUR, /40d ahead of/],
  ["an hour behind", -HOUR, /1h behind the backend's/],
])("%s", (_, off, problem) => {
  const said = clockProblem(NOW + off, NOW);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});

test("where the backend does not tell, the clock is trusted only by word", () => {
  expect(clockProblem(NOW, undefined)).toMatch(/does not tell.*--trust-clock/);
});

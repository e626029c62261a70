import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Running } from "../../cli/class/class-running";
import { classPlay } from "../../cli/class/run-class-play";
import { needs } from "../support/needs";
import { CHROMIUM, executable, launch } from "./chromium";
import { faintTexts } from "./looks";

const deny = ["stars", "client"]
  .map(
    (ns) =>
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny, namespace: ${ns} }\nspec: { podSelector: {}, policyTypes: [Ingress] }\n`,
  )
  .join("---\n");

needs(CHROMIUM, executable !== undefined).describe("labs class in Chromium", () => {
  let folder: string;
  let browser: Browser;
  let running: Running;
  let link: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "labs-class-"));
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("net.csv"), "id,name\nana,Ana Souza\nbo,\n");
    writeFileSync(at("rubric.yaml"), "labs: { stars: { steps: 2 } }\n");
    running = await classPlay(
      {
        roster: at("net.csv"),
        key: at("key"),
        rubric: at("rubric.yaml"),
        links: at("links.csv"),
        folder: at("class"),
        labs: "stars",
        host: "127.0.0.1",
        port: "0",
      },
      () => undefined,
    );
    link = /http\S+\/s\/ana\/\S+/.exec(readFileSync(at("links.csv"), "utf8"))?.[0] ?? "";
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a student writes a policy in the browser, without a script of ours, and the lab beside it follows", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const complaints: string[] = [];
    page.on("console", (m) => {
      if (m.type() === "error") complaints.push(m.text());
    });
    await page.goto(link);
    const [files, lab] = [
      page.frameLocator('iframe[title="Your files"]'),
      page.frameLocator('iframe[title="The lab"]'),
    ];
    await lab.getByText("0 of 12 claims hold").waitFor();
    await files.getByLabel("File").fill("deny.yaml");
    await files.getByLabel("Policies, as for kubectl apply -f").fill(deny);
    await files.getByRole("button", { name: "Save and see" }).click();
    await files.getByText(/Saved at/).waitFor();
    await lab.getByText("Step 1 is done: all 12 claims hold.").waitFor();
    await files.getByLabel("File").fill("../x.yaml");
    await files.getByRole("button", { name: "Save and see" }).click();
    await files.getByText(/a file is called like policy\.yaml/).waitFor();
    // What was written is still there.
    expect(await files.getByLabel("Policies, as for kubectl apply -f").inputValue()).toBe(deny);
    expect(complaints.filter((c) => !c.includes("400"))).toEqual([]);
    await page.close();
  }, 60_000);

  test.each([
    ["light", 1280],
    ["dark", 390],
    ["light", 390],
    ["dark", 1280],
  ] as const)("the instructor's page and a student's files: %s, %i px", async (colorScheme, width) => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    for (const url of [running.url, `${link}files?lab=stars`]) {
      await page.goto(url);
      expect(await page.evaluate(faintTexts)).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
    await page.goto(running.url);
    expect(
      await page
        .getByRole("row", { name: /Ana Souza/ })
        .first()
        .getByRole("img", { name: "step 1 default-deny: done" })
        .count(),
    ).toBe(1);
    await page.close();
  });
});

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { writePage } from "../../cli/page/write-page";
import { labs } from "../../labs/index";
import { selectionOf } from "../labs/proof";
import { factsFor } from "../cli/page/pages";
import { needs } from "../support/needs";
import { bigLab } from "./big-lab";
import { CHROMIUM, executable, launch } from "./chromium";
import { faintTexts, overlaps, spilling } from "./looks";
import { open, type Opened } from "./open";

needs(CHROMIUM, executable !== undefined).describe("the page in Chromium", () => {
  let folder: string;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "labs-page-"));
    const file = join(folder, "index.html");
    await writePage(file, {
      stack: "class",
      about: "This is a plan.",
      labs: [...labs, bigLab].map((lab) => selectionOf(lab, 0, factsFor(lab.id))),
    });
    // Every lab of the project on one page, and one of thirty workloads.
    expect(statSync(file).size).toBeLessThan(1_000_000);
    url = pathToFileURL(file).href;
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function at<T>(
    hash: string,
    options: Parameters<typeof open>[2],
    look: (o: Opened) => Promise<T>,
  ): Promise<T> {
    const opened = await open(browser, `${url}#${hash}`, options);
    try {
      return await look(opened);
    } finally {
      expect(opened.complaints).toEqual([]);
      await opened.page.close();
    }
  }

  const pair = (page: Page, title: RegExp) =>
    page.locator(".edge").filter({ has: page.locator("title", { hasText: title }) });

  test("an arrow names no port that is closed", async () => {
    await at("lab=weave&step=3", {}, async ({ page }) => {
      const text = await pair(page, /client.*web/)
        .locator("text")
        .first()
        .textContent();
      expect(text).toBe("8080");
    });
  });

  test("the slider moves through the steps, and what a step opened is marked", async () => {
    await at("lab=stars&step=0", {}, async ({ page }) => {
      expect(await page.locator("h2").innerText()).toBe("Step 0 Everything is open");
      await page.locator("input[type=range]").focus();
      await page.keyboard.press("ArrowRight");
      expect(await page.locator("h2").innerText()).toContain("Deny by default");
      expect(await page.locator(".graph-scroll .edge.now-closed").count()).toBeGreaterThan(5);
      await page.getByRole("button", { name: "Next step" }).click();
      await page.locator("h1").click();
      await page.keyboard.press("ArrowRight");
      expect(await page.locator("h2").innerText()).toContain("Let the front end reach the back end");
      const opened = page.locator(".graph-scroll .edge.now-opened");
      expect(await opened.count()).toBe(1);
      expect(await opened.locator("title").textContent()).toBe(
        "stars/frontend to stars/backend: open on 6379; opened by this step",
      );
      expect(await page.locator(".delta").innerText()).toContain("1 pair opened");
      // The place is in the URL, so that it can be sent to somebody.
      expect(page.url()).toContain("lab=stars&step=3");
    });
  });

  test("what a step did stands above the picture: few pairs by name, many by their ends, else its objects", async () => {
    await at("lab=stars&step=3", {}, async ({ page }) => {
      const delta = page.locator(".delta");
      await delta.getByRole("button", { name: "frontend → backend 6379" }).click();
      expect(await page.locator(".verdict").innerText()).toMatch(
        /open\s+stars\/frontend → stars\/backend 6379/i,
      );
      // The policy that the step brings is there to be read, and nothing else is unfolded.
      expect(await page.locator(".objects details[open] summary").allInnerTexts()).toEqual([
        expect.stringMatching(/stars\/backend-policy\s+new/),
      ]);
      expect(await page.title()).toBe("stars, step 3: Stars: isolate pods, then open one flow at a time");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      expect(await delta.innerText()).toMatch(/9 pairs closed\s+to backend, frontend, client/);
    });
    await at("lab=yaobank&step=3", {}, async ({ page }) => {
      expect(await page.locator(".delta").innerText()).toBe(
        "No pair opens or closes against the step before. This step adds GlobalNetworkPolicy default-app-policy.",
      );
    });
  });

  test("a click brings its answer into sight, also where it is longer than what is left of the screen", async () => {
    await at("lab=boutique&step=10", { height: 800 }, async ({ page }) => {
      await pair(page, /^boutique\/frontend to boutique\/cartservice/)
        .locator(".hit")
        .dispatchEvent("click");
      const top = (await page.locator(".verdict").boundingBox())?.y ?? -1;
      expect(top).toBeGreaterThan(0);
      expect(top).toBeLessThan(600);
    });
  });

  test("networks that no step tells apart are drawn once", async () => {
    await at("lab=global-policy&step=4&pairs=all", {}, async ({ page }) => {
      const outside = page.locator(".graph-scroll .node.outside");
      // Two named addresses, what is left of the two lists, and the internet.
      expect(await outside.count()).toBe(5);
      expect((await outside.locator("title").allTextContents()).join()).toMatch(/and 7 networks alike/);
      // Any address can be asked for all the same.
      await page.getByLabel("From").fill("visitors/visitor");
      await page.getByLabel("To", { exact: true }).fill("203.0.113.77");
      expect(await page.locator(".verdict").innerText()).toContain("203.0.113.64/26");
    });
  });

  test("of a hundred claims the first are shown, and all on demand and on paper", async () => {
    await at("lab=boutique&step=10", {}, async ({ page }) => {
      const seen = page.locator(".claims li:visible");
      expect(await seen.count()).toBe(16);
      await page.emulateMedia({ media: "print" });
      expect(await seen.count()).toBeGreaterThan(100);
      expect(await page.locator(".stepper:visible, header nav:visible, .ask:visible").count()).toBe(0);
      await page.emulateMedia({ media: "screen" });
      await page.getByRole("button", { name: /^Show all \d+$/ }).click();
      expect(await seen.count()).toBeGreaterThan(100);
    });
  });

  test("a click on an arrow tells tier, policy and rule of both directions, with that rule marked", async () => {
    await at("lab=stars&step=3", {}, async ({ page }) => {
      await pair(page, /^stars\/frontend to stars\/backend/)
        .locator(".hit")
        .click({ force: true });
      expect(await page.locator(".verdict").innerText()).toMatch(
        /open\s+stars\/frontend → stars\/backend 6379/i,
      );
      const [leaving, entering] = [page.locator(".half").nth(0), page.locator(".half").nth(1)];
      expect(await leaving.innerText()).toMatch(/Leaving stars\/frontend: Allowed/);
      expect(await leaving.innerText()).toMatch(/No policy applies for egress/);
      expect(await entering.locator("dl").innerText()).toMatch(
        /default\s+Policy\s+stars\/backend-policy\s+Rule\s+ingress\[0\]/,
      );
      const marked = await entering.locator("mark").allTextContents();
      expect(marked[0]).toMatch(/- from:/);
      expect(marked.at(-1)).toMatch(/port: 6379/);
      expect(await entering.locator(".yaml").textContent()).toContain("name: backend-policy");
    });
  });

  test("the matrix goes by the keyboard alone", async () => {
    await at("lab=stars&step=1", {}, async ({ page }) => {
      await page.locator(".matrix [tabindex='0']").focus();
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      const name = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
      expect(name).toBe("stars/backend to stars/frontend: closed on 80; closed by this step");
      await page.keyboard.press("Enter");
      expect(await page.locator(".verdict").innerText()).toMatch(
        /closed\s+stars\/backend → stars\/frontend 80/i,
      );
      expect(await page.locator(".half.deny").innerText()).toMatch(/stars\/default-deny/);
    });
  });

  test("one flow is asked by workload, Service, address and port; what is wrong is told", async () => {
    await at("lab=stars&step=3", {}, async ({ page }) => {
      await page.keyboard.press("/");
      await page.keyboard.type("stars/frontend");
      const to = page.getByLabel("To", { exact: true });
      await to.fill("backend");
      await page.getByLabel("Port").fill("80");
      expect(await page.locator(".verdict").innerText()).toMatch(
        /closed\s+stars\/frontend → stars\/backend 80/i,
      );
      expect(await page.locator(".remarks").innerText()).toMatch(
        /stars\/backend-policy would match but for the port: it allows TCP 6379 only\.[\s\S]*namespace stars has no label role/,
      );
      await to.fill("service/stars/backend");
      expect(await page.locator(".ask").innerText()).toContain("has no such port; it has 6379");
      await page.getByLabel("Port").fill("6379");
      expect(await page.locator(".verdict").innerText()).toMatch(
        /open\s+stars\/frontend → stars\/backend 6379/i,
      );
      await to.fill("stars/backend");
      await page.locator(".walk summary").click();
      expect(await page.locator(".walk").innerText()).toMatch(
        /stars\/frontend: sends to stars\/backend, port 6379[\s\S]*policies where it enters: allowed\s+ingress rule 0 of [\s\S]*arrives at port 6379/,
      );
      await to.fill("203.0.113.9");
      expect(await page.locator(".verdict").innerText()).toMatch(/open\s+stars\/frontend → internet/i);
      await page.getByLabel("Port").fill("99999");
      expect(await page.locator(".ask").innerText()).toContain("99999 is not a port");
      await to.fill("nobody");
      expect(await page.locator(".ask").innerText()).toContain("nobody is nothing here");
    });
  });

  test("routes and canary shares of a lab behind the ingress", async () => {
    await at("lab=boutique&step=1", {}, async ({ page }) => {
      expect(await page.locator(".routes table").innerText()).toContain("5 of 100");
      const bar = page.locator(".shares").first();
      expect(await bar.getAttribute("aria-label")).toBe(
        "boutique/frontend 95 %, boutique/frontend-green 5 %",
      );
      expect(await page.locator(".share-names").first().innerText()).toMatch(
        /frontend 95 %\s+frontend-green 5 %/,
      );
      const [blue, green] = await bar
        .locator(".share")
        .evaluateAll((list) => list.map((e) => e.getBoundingClientRect().width));
      expect(green! / (blue! + green!)).toBeCloseTo(0.05, 1);
    });
  });

  test("a lab at its last step has all its claims ticked, and each asks for its flow", async () => {
    await at("lab=yaobank&step=4", {}, async ({ page }) => {
      const rows = page.locator(".claims li");
      expect(await rows.count()).toBeGreaterThan(3);
      expect(await page.locator(".claims .fails").count()).toBe(0);
      await rows.first().locator("button").click();
      expect(await page.locator(".verdict").count()).toBe(1);
    });
  });

  test("every lab is readable at its last step: no overlaps, contrast AA in light and dark", async () => {
    await at("lab=stars&step=1", {}, async ({ page }) => {
      for (const lab of [...labs, bigLab]) {
        const step = lab.steps.length - 1;
        await page.evaluate((hash) => (location.hash = hash), `lab=${lab.id}&step=${step}`);
        await page.getByRole("heading", { level: 1, name: lab.title }).waitFor();
        const seen: Record<string, unknown> = {
          overlaps: await page.evaluate(overlaps),
          spilling: await page.evaluate(spilling),
        };
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          seen[colorScheme] = await page.evaluate(faintTexts);
        }
        expect({ lab: lab.id, ...seen }).toEqual({
          lab: lab.id,
          overlaps: [],
          spilling: [],
          light: [],
          dark: [],
        });
      }
    });
  }, 60_000);

  test("what is hard to read would be found", async () => {
    await at("lab=stars&step=3", {}, async ({ page }) => {
      await page.addStyleTag({ content: ".intro p { color: #9aa } .node .ports { fill: #999 }" });
      const faint = await page.evaluate(faintTexts);
      expect(faint.map((f) => f.text)).toContain(":6379");
      expect(faint.length).toBeGreaterThan(4);
    });
  });

  test("on a phone nothing is wider than the screen, and names keep their size", async () => {
    for (const id of ["stars", "boutique", "big"]) {
      await at(`lab=${id}&step=1`, { width: 390, height: 844 }, async ({ page }) => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
        const name = page.locator(".graph-scroll .name").first();
        const [height] = await name.evaluateAll((list) => list.map((e) => e.getBoundingClientRect().height));
        expect(height).toBeGreaterThan(10);
      });
    }
  });
});

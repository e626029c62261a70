import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { play, type Playing } from "../../cli/play/run-play";
import { needs } from "../support/needs";
import { CHROMIUM, executable, launch } from "./chromium";
import { faintTexts } from "./looks";
import { open } from "./open";

const deny = (ns: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: ${ns}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n`;

needs(CHROMIUM, executable !== undefined).describe("labs play in Chromium", () => {
  let folder: string;
  let browser: Browser;
  let playing: Playing;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "labs-play-"));
    playing = await play("stars", { port: "0", folder }, () => undefined);
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await playing.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a learner writes policies, sees flows close, mistakes named, the aim met, and goes on", async () => {
    const { page, complaints } = await open(browser, playing.url);
    const panel = page.getByRole("region", { name: "Your turn" });
    await panel.getByText("0 of 12 claims hold").waitFor();
    expect(await page.locator("h2").innerText()).toBe("Step 1 Deny by default in stars and client");

    writeFileSync(join(folder, "stars.yaml"), deny("stars"));
    await panel.getByText("8 of 12 claims hold").waitFor();
    expect(await page.locator(".graph-scroll .edge.now-closed").count()).toBe(6);
    const colours = (kind: string): Promise<string[]> =>
      page
        .locator(`.graph-scroll .edge.${kind} .edge-label text`)
        .evaluateAll((list) => [...new Set(list.map((e) => getComputedStyle(e).fill))]);
    expect(await colours("open")).not.toEqual(await colours("now-closed"));
    expect(await page.locator(".claims .fails").count()).toBe(4);
    expect(await page.locator(".claims .fails").first().innerText()).toMatch(
      /must be closed[\s\S]*Now: .*no policy applies/,
    );
    // A hint is there for who asks, and goes when its mistake does.
    const hints = panel.getByRole("list", { name: "Hints" });
    await panel.getByRole("button", { name: "Hint", exact: true }).click();
    expect(await hints.innerText()).toMatch(/NetworkPolicy client\/default-deny .*\(fixes 4 claims\)/);

    writeFileSync(join(folder, "client.yaml"), deny("client").replace("podSelector: {}", "podSelector: ["));
    await panel.getByText(/mistake/).waitFor();
    expect(await panel.innerText()).toContain("client.yaml");
    // The picture is the last good one.
    expect(await page.locator(".graph-scroll .edge.now-closed").count()).toBe(6);
    expect(await page.evaluate(faintTexts)).toEqual([]);

    writeFileSync(join(folder, "client.yaml"), deny("client"));
    await panel.getByText("Step 1 is done: all 12 claims hold.").waitFor();
    expect(await page.locator(".claims .fails").count()).toBe(0);
    expect(await hints.count()).toBe(0);

    await panel.getByRole("button", { name: "On to step 2" }).click();
    await panel.getByText("9 of 12 claims hold").waitFor();
    await panel.getByRole("button", { name: "Solution" }).click();
    expect(await page.locator(".claims .fails").count()).toBe(0);
    expect(await page.locator(".objects").innerText()).toContain("client/allow-ui");
    expect(complaints).toEqual([]);
    await page.close();
  }, 30_000);
});

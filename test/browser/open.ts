import type { Browser, Page } from "playwright-core";

export interface Opened {
  page: Page;
  /** Errors of the page, and every request that left it. */
  complaints: string[];
}

/** Opens a page, and hears what it complains of. */
export async function open(
  browser: Browser,
  url: string,
  options: { theme?: "light" | "dark"; width?: number; height?: number } = {},
): Promise<Opened> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1440, height: options.height ?? 1000 },
    colorScheme: options.theme ?? "light",
    reducedMotion: "reduce",
  });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "file:" && origin !== new URL(url).origin)
      complaints.push(request.url());
  });
  await page.goto(url);
  await page.waitForSelector(".graph-scroll svg");
  return { page, complaints };
}

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pageData } from "./page-of-plan";
import { renderPage } from "./render-page";

/** Writes the page of a stack. */
export async function writePage(file: string, plan: Parameters<typeof pageData>[0]): Promise<void> {
  const html = await renderPage(pageData(plan));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, html);
}

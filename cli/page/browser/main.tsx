import { render } from "preact";
import type { PageData } from "../page-data";
import { App } from "./app";

/** The data as `render-page.ts` packs it: gzip, as text. */
async function unpacked(text: string): Promise<PageData> {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(plain).json()) as PageData;
}

const root = document.getElementById("app");
if (root !== null)
  void unpacked(document.getElementById("data")?.textContent ?? "").then((data) => {
    render(<App data={data} />, root);
  });

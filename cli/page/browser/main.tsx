import { render } from "preact";
import type { PageData } from "../page-data";
import { App } from "./app";

const text = document.getElementById("data")?.textContent ?? "";
const root = document.getElementById("app");
if (root !== null) render(<App data={JSON.parse(text) as PageData} />, root);

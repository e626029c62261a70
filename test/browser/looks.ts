/* Runs inside the page: no imports, nothing from outside. */

export interface Faint {
  text: string;
  ratio: number;
}

/** Texts whose contrast with what is behind them is below WCAG AA. */
export function faintTexts(): Faint[] {
  const parse = (color: string): [number, number, number, number] => {
    const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return [r, g, b, a];
  };
  const light = ([r, g, b]: readonly number[]): number => {
    const [x = 0, y = 0, z = 0] = [r, g, b].map((c) => {
      const v = (c ?? 0) / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element: Element | null): [number, number, number, number] => {
    for (let e = element; e !== null; e = e.parentElement) {
      // In the graph a label lies on the rectangle before it.
      const before = e.tagName === "text" ? e.previousElementSibling : null;
      const filled = before?.tagName === "rect" ? parse(getComputedStyle(before).fill) : undefined;
      if (filled !== undefined) return filled;
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return [255, 255, 255, 1];
  };
  const found: Faint[] = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && (n.textContent ?? "").trim() !== "");
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    const hidden =
      box.width < 2 ||
      box.height < 2 ||
      style.visibility === "hidden" ||
      e.closest(
        "[aria-hidden=true], script, style, title, noscript, .absent, button:disabled, datalist, option",
      ) !== null;
    const seen = [e, e.parentElement, e.parentElement?.parentElement].every(
      (x) => x == null || getComputedStyle(x).opacity !== "0",
    );
    if (!own || hidden || !seen) continue;
    const ink = parse(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push({ text: e.textContent.slice(0, 40), ratio: Math.round(ratio * 100) / 100 });
  }
  return found;
}

/** Pairs of boxes in the graph that lie over each other: workloads, and names of namespaces over workloads. */
export function overlaps(): string[] {
  const boxes = [
    ...document.querySelectorAll(
      ".graph-scroll .node > rect, .graph-scroll .group-name, .graph-scroll .edge-label > rect",
    ),
  ].map((e) => ({
    name: e.parentElement?.textContent ?? "",
    box: e.getBoundingClientRect(),
  }));
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => {
      const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      return x > 1 && y > 1 ? [`${a.name} / ${b.name}`] : [];
    }),
  );
}

/** Names and ports that are wider than the box that holds them. */
export function spilling(): string[] {
  return [...document.querySelectorAll(".graph-scroll .node")].flatMap((node) => {
    const box = node.querySelector("rect")?.getBoundingClientRect();
    const widths = [...node.querySelectorAll("text")].map((e) => e.getBoundingClientRect().width);
    return box !== undefined && widths.some((w) => w > box.width - 8) ? [node.textContent] : [];
  });
}

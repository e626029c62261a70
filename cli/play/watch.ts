import { watch as watchFiles } from "chokidar";
import { basename } from "node:path";

/**
 * Calls back soon after anything in the folder changes, with the time of the first event. Editors write a file in
 * several events; those of one save are one call. (CHOKIDAR_USEPOLLING=1 helps on file systems that tell nothing.)
 */
export async function watch(
  folder: string,
  onChange: (since: number) => void,
  settle = 25,
): Promise<{ close: () => Promise<void> }> {
  let since: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const watcher = watchFiles(folder, {
    ignoreInitial: true,
    // What is put away, and the swap files of editors.
    ignored: (path) => path !== folder && basename(path).startsWith("."),
    // Its own 100 ms of waiting for a file to come back are not needed: the folder is read as a whole.
    atomic: false,
  });
  watcher.on("all", () => {
    since ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const first = since ?? performance.now();
      since = undefined;
      onChange(first);
    }, settle);
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once("ready", resolve);
    watcher.once("error", reject);
  });
  return {
    close: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

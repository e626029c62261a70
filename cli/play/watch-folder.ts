import { watch as watchFiles, type FSWatcher } from "chokidar";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { reasonOf } from "../../kube/problems";

/**
 * Calls back soon after anything in the folder changes, with the time of the first event. Editors write a file in
 * several events; those of one save are one call. A folder that is taken away is watched again as soon as it is back.
 * (CHOKIDAR_USEPOLLING=1 helps on file systems that tell nothing.)
 */
export async function watch(
  folder: string,
  onChange: (since: number) => void,
  onError: (reason: string) => void,
  settle = 25,
): Promise<{ close: () => Promise<void>; emit: FSWatcher["emit"] }> {
  let since: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let gone: NodeJS.Timeout | undefined;
  const watcher = watchFiles(folder, {
    ignoreInitial: true,
    // A link may lead to the whole disk.
    followSymlinks: false,
    // What is put away, and the swap files of editors.
    ignored: (path) => path !== folder && basename(path).startsWith("."),
    // Its own 100 ms of waiting for a file to come back are not needed: the folder is read as a whole.
    atomic: false,
  });
  const changed = (): void => {
    since ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const first = since ?? performance.now();
      since = undefined;
      onChange(first);
    }, settle);
  };
  const awaitReturn = (): void => {
    gone ??= setInterval(() => {
      if (!existsSync(folder)) return;
      clearInterval(gone);
      gone = undefined;
      watcher.add(folder);
      changed();
    }, 200);
  };
  watcher.on("all", (event, path) => {
    if (event === "unlinkDir" && path === folder) awaitReturn();
    changed();
  });
  // The first ends the start; later ones (a folder that may not be read, no watches left) end nothing.
  let failed: (error: unknown) => void = (error) => {
    onError(reasonOf(error));
  };
  watcher.on("error", (error) => {
    failed(error);
  });
  await new Promise<void>((resolve, reject) => {
    const later = failed;
    failed = reject;
    watcher.once("ready", () => {
      failed = later;
      resolve();
    });
  });
  return {
    emit: watcher.emit.bind(watcher),
    close: async () => {
      clearTimeout(timer);
      clearInterval(gone);
      await watcher.close();
    },
  };
}

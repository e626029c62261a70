/**
 * A path as Envoy matches it and hands it on under Envoy Gateway's listener defaults (normalize_path, merge_slashes): codes
 * of letters and digits read, `.` and `..` resolved, slashes merged; all other codes stay. `redirect`: it held the code of a
 * slash (UNESCAPE_AND_REDIRECT), and the client is sent to the path without it.
 */
export function envoyPath(pathname: string): { path: string; redirect: boolean } {
  const plain = pathname.replace(/%(2f|5c)/gi, "/").replaceAll("\\", "/");
  const read = plain.replace(/%[0-9a-f]{2}/gi, (code) => {
    const char = String.fromCharCode(parseInt(code.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(char) ? char : code;
  });
  const out: string[] = [];
  for (const part of read.replace(/\/+/g, "/").split("/").slice(1)) {
    // Above the root stays the root, as in a browser.
    if (part === "..") out.pop();
    else if (part !== ".") out.push(part);
  }
  const ends = /\/\.{1,2}$/.test(read) && out.length > 0 ? "/" : "";
  return { path: `/${out.join("/")}${ends}`, redirect: /%(2f|5c)/i.test(pathname) };
}

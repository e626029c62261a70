/** Text from a file that any spreadsheet may have written. */
export function decodeText(bytes: Uint8Array): { text: string } | { problem: string } {
  // "Unicode text" from Excel is UTF-16 with a byte order mark.
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : undefined;
  try {
    const text = new TextDecoder(utf16 ?? "utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: "is not text: it has NUL characters" } : { text };
  } catch {
    return { problem: `is not ${utf16 === undefined ? "UTF-8" : "UTF-16"} text` };
  }
}

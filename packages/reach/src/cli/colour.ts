// Before anything that colours is imported: picocolors takes a CI system for a terminal, and then files and pipes
// there would hold colour codes.
if (!process.stdout.isTTY && process.env["FORCE_COLOR"] === undefined) process.env["NO_COLOR"] = "1";

export {};

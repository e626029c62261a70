#!/usr/bin/env node
import "./colour";

// Later, so that nothing that prints in colour is loaded before.
void import("./program").then(({ run }) => run(process.argv));

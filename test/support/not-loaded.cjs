/** In the place of modules that Pulumi's SDK loads at start, slowly, and that nothing here uses (cli/lean-start.ts). */
module.exports = {};

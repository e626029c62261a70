// Texts are compared without colours, wherever the tests run: CI and FORCE_COLOR would switch them on.
delete process.env.FORCE_COLOR;
process.env.NO_COLOR = "1";

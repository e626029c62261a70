import { z } from "zod";

/**
 * Config fields that other programs take: images, registries, URLs, paths. Each has a grammar, so that nothing else gets
 * to docker, helm or a shell, although no value ever stands in a command's text.
 */
const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]{2,45}\\])(?::[0-9]{1,5})?`;
const IMAGE = `(?:${HOST}/)?${PART}(?:/${PART})*`;
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "sha256:[0-9a-f]{64}";

const field = (max: number, grammar: string, message: string) =>
  z
    .string()
    .max(max, `at most ${max} characters`)
    .regex(new RegExp(`^(?:${grammar})$`), message);

/** Host, path, tag and digest, as github.com/distribution/reference has them. */
export const imageReference = field(
  512,
  `${IMAGE}(?::${TAG})?(?:@${DIGEST})?`,
  "must be an image such as mirror.local:5000/kindest/node:v1.36.4@sha256:…",
);
export const imageName = field(255, IMAGE, "must be an image without tag, such as registry.example.org/app");
export const imageTag = field(128, TAG, "must be a tag: letters, digits and _ . -");
export const imageDigest = field(71, DIGEST, "must be sha256: and 64 hex digits");

/** The first part of an image. */
export const registry = field(255, HOST, "must be a registry such as docker.io or mirror.local:5000");
/** A registry, with a path in it where there is one. */
export const registryPath = field(
  255,
  `${HOST}(?:/${PART})*/?`,
  "must be a registry such as mirror.local:5000/hub",
);

export const hostOrAddress = field(253, `${HOST}|[0-9a-fA-F:.]{2,45}`, "must be a host's name or address");
export const chartName = field(
  128,
  "[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?",
  "must be a chart's name: lower-case letters, digits and . _ -",
);
export const chartVersion = field(128, "[A-Za-z0-9][A-Za-z0-9.+_-]*", "must be a version such as 4.15.1");

const URL_TEXT = new RegExp(`^[a-z]+://${HOST}(?:[/?][A-Za-z0-9._~:/?@!&()*+,=%-]*)?$`);
const PATH = /^(?!-)[\p{L}\p{M}\p{N} ._/\\:@+=,~()'-]+$/u;

/** A URL of one of these schemes, or the path of a file or folder. */
export const urlOrPath = (...schemes: string[]) =>
  z
    .string()
    .max(2048, "at most 2048 characters")
    .superRefine((value, ctx) => {
      const scheme = /^([^/]*):\/\//.exec(value)?.[1];
      if (scheme === undefined ? PATH.test(value) : schemes.includes(scheme) && URL_TEXT.test(value)) return;
      const urls = schemes.map((s) => `${s}://…`).join(", ");
      ctx.addIssue({
        code: "custom",
        message: `must be ${urls} or a path, with none of " $ \` ; | < > * ?, and no - in front`,
        input: value,
      });
    });

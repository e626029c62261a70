import type { Problem } from "../../kube/problems";
import type { HeaderRule, Strategy, WeightRule } from "./canary";
import { pcre } from "./precedence";

/** Characters of annotation validation in 1.15.1: BasicCharsRegex (spaces are taken out first) and IsValidRegex. */
const VALUE = /^[-._~a-zA-Z0-9/: ]*$/;
const PATTERN = /^[-._~a-zA-Z0-9/:^$[\](){}*+?|&=\\]*$/;

/** What is wrong with a strategy by itself. */
export function strategyProblems(strategy: Strategy, at: string): Problem[] {
  const { header, cookie, weight } = strategy;
  if (header === undefined && cookie === undefined && weight === undefined) {
    return [
      { path: at, message: "is empty: no request would ever get there", fix: "set weight, header or cookie" },
    ];
  }
  return [
    ...(header === undefined ? [] : headerProblems(header, `${at}.header`)),
    ...(cookie === undefined || /^[A-Za-z0-9_.-]+$/.test(cookie.name)
      ? []
      : [
          {
            path: `${at}.cookie.name`,
            value: cookie.name,
            message: "is no name of a cookie that nginx can look up",
            fix: "use letters, digits, '-', '.' and '_'",
          },
        ]),
    ...(weight === undefined ? [] : weightProblems(weight, `${at}.weight`)),
  ];
}

function weightProblems({ weight, total }: WeightRule, at: string): Problem[] {
  const problems: Problem[] = [];
  const max = total ?? 100;
  if (total !== undefined && !Number.isSafeInteger(total)) {
    problems.push({
      path: `${at}.total`,
      value: total,
      message: "is no whole number",
      fix: "use 100 or more",
    });
  } else if (max < 100) {
    const message = "nginx ignores a total below 100 and counts to 100";
    problems.push({
      path: `${at}.total`,
      value: total,
      message,
      fix: "use 100 or more, and weights of that",
    });
  }
  if (!Number.isSafeInteger(weight)) {
    problems.push({
      path: `${at}.weight`,
      value: weight,
      message: "is no whole number",
      fix: "for shares below 1 % raise the total",
    });
  } else if (weight < 0 || weight > max) {
    problems.push({
      path: `${at}.weight`,
      value: weight,
      message: `is outside its range: 0 to ${max}`,
      fix: `choose from 0 to ${max}`,
    });
  }
  return problems;
}

function headerProblems(h: HeaderRule, at: string): Problem[] {
  const problems: Problem[] = [];
  const say = (key: keyof HeaderRule, message: string, fix: string) => {
    problems.push({ path: `${at}.${key}`, value: h[key], message, fix });
  };
  if (h.name.includes("_")) {
    say("name", "nginx drops request headers with '_' in their name", h.name.replaceAll("_", "-"));
  } else if (!/^[A-Za-z0-9-]+$/.test(h.name)) {
    say("name", "is no name of a request header", "use letters, digits and '-'");
  }
  if (h.value !== undefined && h.pattern !== undefined) {
    say("pattern", "nginx ignores the pattern when there is a value", "keep one of the two");
  }
  if (h.value !== undefined) {
    if (h.value === "" || h.value !== h.value.trim())
      say("value", "is empty or has spaces at its ends", "give the value as it is sent");
    else if (!VALUE.test(h.value))
      say(
        "value",
        "has characters that annotation validation refuses",
        "use letters, digits, spaces and '-._~/:'",
      );
  }
  if (h.pattern !== undefined) {
    if (h.pattern === "") say("pattern", "is empty", "leave it out, or write an expression");
    else if (!PATTERN.test(h.pattern))
      say(
        "pattern",
        "has characters that annotation validation refuses",
        "use letters, digits, '-._~/:' and ^$[](){}*+?|&=\\",
      );
    else if (pcre(h.pattern) === undefined) {
      say(
        "pattern",
        "does not parse, or uses PCRE's own syntax, which cannot be foretold here",
        "write it with plain groups, classes and quantifiers",
      );
    }
  }
  return problems;
}

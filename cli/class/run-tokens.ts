import Table from "cli-table3";
import { csv } from "../../classroom/csv";
import { tokenOf, tokenText } from "../../classroom/class-token";
import { rosterOf } from "../students/class-input";
import { print } from "../students/work-on-students";
import { toUser } from "../user-paths";
import { keyFileOf, keyOrNew } from "./class-key";
import { writeFileSync } from "node:fs";

export interface TokensOptions {
  roster: string;
  key?: string;
  csv?: string;
  json?: boolean;
}

/** `labs class tokens`: a token for each student of the roster, the same whenever it is asked for. */
export async function runTokens(options: TokensOptions): Promise<void> {
  const { className, students } = rosterOf(options.roster);
  const file = options.key ?? keyFileOf(className);
  const key = keyOrNew(file);
  const tokens = students.map(({ id, name }) => ({
    student: id,
    name,
    token: tokenText(tokenOf(key, className, id)),
  }));
  if (options.csv !== undefined)
    writeFileSync(
      options.csv,
      csv([["student", "name", "token"], ...tokens.map((t) => [t.student, t.name, t.token])]),
      {
        mode: 0o600,
      },
    );
  await print(options.json === true, tokens, () => {
    const table = new Table({ head: ["student", "token"], style: { head: [], border: [], compact: true } });
    for (const t of tokens)
      table.push([t.name === t.student ? t.student : `${t.student} (${t.name})`, t.token]);
    return `${table.toString()}\nKey of the class: ${toUser(file)} (keep it; who has it can sign for everybody)\n`;
  });
}

import { readToken, type ClassToken } from "../../classroom/class-token";
import { UserError } from "../../kube/problems";

/** `--token`, or LABS_TOKEN. @throws UserError */
export function tokenIn(text: string | undefined): ClassToken | undefined {
  if (text === undefined || text === "") return undefined;
  const token = readToken(text);
  if ("problem" in token) throw new UserError(`--token ${token.problem}`);
  return token;
}

import { appendFileSync } from "node:fs";
import { ActionReference } from "./actions";
import { awsBehaviours } from "./behaviour/all";
import { Models } from "./models";
import type { Behaviour, Calls } from "./behaviour/behaviour";
import { Moto, type Answer } from "./moto";
import { pythonWithMoto } from "./python";
import { shapeProblems } from "./validate";

type Values = Record<string, unknown>;

/** AWS refuses a call: by its model, by a rule that no model has, or because moto does. */
export class AwsRefusal extends Error {
  constructor(
    /** `eks.CreateNodegroup` */
    readonly operation: string,
    /** AWS's code, as `InvalidParameterException`; `Model` where the published model refuses. */
    readonly code: string,
    readonly said: string,
  ) {
    super(`${operation}: ${code}: ${said}`);
  }
}

export interface Played {
  operation: string;
  by: "moto" | "record";
}

/**
 * The stand-in for AWS: each call is held against AWS's published service model and against the rules that no model
 * has, then answered by moto, or by a record where moto has no such operation. What neither knows is an error.
 */
export class Aws implements Calls {
  /** Every call that was answered. */
  readonly played: Played[] = [];
  region = "us-west-2";
  private behaviours = awsBehaviours();

  private constructor(
    readonly models: Models,
    readonly actions: ActionReference,
    readonly moto: Moto,
  ) {}

  /** @throws CannotRun where there is no Python, or moto does not start */
  static async start(): Promise<Aws> {
    const python = await pythonWithMoto();
    return new Aws(new Models(python.models), new ActionReference(python.actions), await Moto.start(python));
  }

  /** A fresh account. */
  async reset(): Promise<void> {
    this.behaviours = awsBehaviours();
    await this.moto.reset();
  }

  /** @throws AwsRefusal */
  async call(service: string, operation: string, input: Values = {}): Promise<Values> {
    const name = `${service}.${operation}`;
    const given = withoutUndefined(input) as Values;
    const model = this.models.service(service);
    const called = model.operations[operation];
    if (called === undefined) throw new Error(`AWS has no operation ${name}`);
    const wrong = called.input === undefined ? [] : shapeProblems(model, called.input.shape, given);
    if (wrong.length > 0) throw new AwsRefusal(name, "Model", wrong.join("; "));
    const behaviour = this.behaviours[name] ?? {};
    const refused = await behaviour.refuses?.(given, this);
    if (refused !== undefined) throw new AwsRefusal(name, refused.code, refused.message);
    const output = await this.answer(name, given, behaviour);
    return { ...output, ...(await behaviour.then?.(given, output, this)) };
  }

  private async answer(name: string, input: Values, { answers }: Behaviour): Promise<Values> {
    if (answers !== undefined) {
      const output = withoutUndefined(await answers(input, this)) as Values;
      this.holdRecord(name, output);
      this.played.push({ operation: name, by: "record" });
      return output;
    }
    const answer = await this.ask(name, input);
    if ("output" in answer) {
      this.played.push({ operation: name, by: "moto" });
      return answer.output;
    }
    const { code, message, unknown } = answer.error;
    if (unknown === true) throw new Error(`moto has no ${name}, and there is no record of its answer`);
    throw new AwsRefusal(name, code, message);
  }

  /** Moto's own answer, unjudged. */
  async ask(name: string, input: Values): Promise<Answer> {
    const [service = "", operation = ""] = name.split(".");
    return this.moto.call({ service, operation, region: this.region, input });
  }

  /** A record that AWS could not have given proves nothing. */
  private holdRecord(name: string, output: Values): void {
    const [service = "", operation = ""] = name.split(".");
    const model = this.models.service(service);
    const shape = model.operations[operation]?.output?.shape;
    const wrong = shape === undefined ? [] : shapeProblems(model, shape, output);
    if (wrong.length > 0)
      throw new Error(`the record of ${name} is none that AWS could give: ${wrong.join("; ")}`);
  }

  /** Ends moto; adds to the report of the run, if there is one, who answered what. */
  async stop(): Promise<void> {
    const report = process.env["AWS_STAND_IN_REPORT"];
    if (report !== undefined) appendFileSync(report, `${JSON.stringify(this.played)}\n`);
    await this.moto.stop();
  }
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [k, withoutUndefined(v)]),
  );
}

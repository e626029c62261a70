import { covers, overlaps, without, type Net } from "../../../kube/ip";
import type { Truth } from "./selector";

/**
 * What is known of an endpoint's addresses: exactly these, or only that they lie somewhere in these networks
 * (`guessed` where even the networks are an assumption).
 */
export interface Addresses {
  readonly exact: boolean;
  readonly nets: readonly Net[];
  readonly guessed?: boolean;
}

/** Whether an endpoint's address lies in the union of `nets` minus `except`. */
export function inNets(addresses: Addresses, nets: readonly Net[], except: readonly Net[] = []): Truth {
  const families = new Set(nets.map((n) => n.family));
  const own = addresses.nets.filter((a) => families.has(a.family));
  if (own.length === 0) return false;
  let inside = 0;
  for (const address of own) {
    const allowed = nets.filter((n) => overlaps(n, address));
    if (allowed.length === 0) continue;
    const excepted = except.filter((n) => overlaps(n, address));
    if (excepted.length === 0 && allowed.some((n) => covers(n, address))) {
      inside++;
      continue;
    }
    const remaining = allowed.flatMap((n) => without(n, excepted)).filter((n) => overlaps(n, address));
    if (remaining.length === 0) continue;
    if (without(address, remaining).length > 0) return "unknown";
    inside++;
  }
  if (inside === 0) return false;
  return inside === own.length ? true : "unknown";
}

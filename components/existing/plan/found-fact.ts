/** A fact, and by what the cluster tells it. */
export interface Found<T> {
  value: T;
  from: string;
}

export const found = <T>(value: T, from: string): Found<T> => ({ value, from });

import pMap from "p-map";

/**
 * Bounded parallel work: all of it is tried, and the first error is thrown when everything has ended.
 * @returns results in the order of the items
 */
export async function inParallel<T, R>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  try {
    return await pMap(items, work, { concurrency: Math.max(1, most), stopOnError: false });
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

/** An HTTP request that a question is about. */
export interface HttpRequest {
  /** As `GET`. */
  readonly method: string;
  /** As `/items`, without query. */
  readonly path: string;
}

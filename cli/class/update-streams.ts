import type { ServerResponse } from "node:http";
import type { Place } from "./class-play";

/** Pages of one student that listen at a time: the oldest gives way. */
export const LISTENERS = 4;

export interface Listener {
  place: Place;
  step: number;
  response: ServerResponse;
}

/** The streams of updates that are open. */
export class Streams {
  private readonly open = new Set<Listener>();

  add(place: Place, step: number, response: ServerResponse): void {
    const own = [...this.open].filter((l) => l.place.student.id === place.student.id);
    for (const { response: old } of own.slice(0, Math.max(0, own.length - LISTENERS + 1))) old.end();
    response.setHeader("Content-Type", "text/event-stream");
    response.flushHeaders();
    const listener = { place, step, response };
    this.open.add(listener);
    response.on("close", () => {
      this.open.delete(listener);
    });
  }

  of(place: Place): Listener[] {
    return [...this.open].filter((l) => l.place === place);
  }

  send(response: ServerResponse, update: string): void {
    if (!response.writableEnded && !response.destroyed) response.write(`event: update\ndata: ${update}\n\n`);
  }

  stillHere(): void {
    for (const { response } of this.open) response.write(": still here\n\n");
  }

  close(): void {
    for (const { response } of this.open) response.end();
  }
}

import { causeText } from "../../classroom/standing";
import { viewCauses, type ClassView, type ViewRow, type ViewStep } from "../../classroom/class-view";
import { formatDuration } from "../../classroom/lease";
import { html, htmlPage, type Html } from "./html";

/** Seconds between two looks. */
const REFRESH = 5;

const MARK: Readonly<Record<ViewStep["state"], string>> = { done: "✓", open: "·", none: "–", unknown: "?" };
const WORD: Readonly<Record<ViewStep["state"], string>> = {
  done: "done",
  open: "not yet",
  none: "nothing seen",
  unknown: "could not be told",
};
const FROM: Readonly<Record<ViewRow["from"], string>> = {
  play: "plays here",
  "hand-in": "handed in",
  cluster: "cluster",
};

/** The class at a glance; the browser asks again by itself. */
export function instructorPage(view: ClassView, now: number): string {
  const causes = viewCauses(view);
  const students = new Set(view.rows.map((r) => r.student)).size;
  return htmlPage(
    `Class ${view.className}`,
    html`<main>
      <h1>Class ${view.className}</h1>
      <p class="muted">
        ${students} students. ✓ done, · not yet, – nothing seen, ? could not be told. Asked again every
        ${REFRESH} seconds.
      </p>
      ${
        causes.length === 0
          ? undefined
          : html`<h2>What is wrong, by cause</h2>
              <ul class="causes">
                ${causes.map((c) => html`<li>${causeText(c)} <span class="muted">${c.students.join(", ")}</span></li>`)}
              </ul>`
      }
      <h2>Who is how far</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Who is how far">
        <table>
          <thead>
            <tr>
              <th>Student</th>
              <th>Lab</th>
              <th>Steps</th>
              <th>Hints</th>
              <th>Last change</th>
              <th>From</th>
              <th>Wrong</th>
            </tr>
          </thead>
          <tbody>
            ${view.rows.map((r) => row(r, now))}
          </tbody>
        </table>
      </div>
      ${grades(view)}
      ${
        view.notes.length === 0
          ? undefined
          : html`<h2>Notes</h2>
              <ul class="causes">
                ${view.notes.map((n) => html`<li class="note">${n}</li>`)}
              </ul>`
      }
    </main>`,
    REFRESH,
  );
}

function row(r: ViewRow, now: number): Html {
  const [first, ...more] = r.wrong;
  const wrong =
    r.lost !== undefined
      ? html`<span class="lost">not reached: ${r.lost}</span>`
      : first === undefined
        ? undefined
        : html`${first.cause}: ${first.object}:
          ${first.message}${more.length === 0 ? undefined : html` <span class="muted">and ${more.length} more</span>`}`;
  return html`<tr>
    <td>${who(r)}</td>
    <td>${r.lab}</td>
    <td><span class="steps">${r.steps.map(step)}</span></td>
    <td>${r.hints}</td>
    <td>${r.changed === undefined ? undefined : `${formatDuration(Math.max(0, now - r.changed))} ago`}</td>
    <td>${FROM[r.from]}</td>
    <td class="wide">${wrong}</td>
  </tr>`;
}

const step = ({ id, state }: ViewStep, i: number): Html =>
  html`<span
    class="step ${state}"
    title="${i} ${id}: ${WORD[state]}"
    role="img"
    aria-label="step ${i} ${id}: ${WORD[state]}"
    >${MARK[state]}</span
  >`;

const who = ({ student, name }: { student: string; name: string }): string =>
  name === student ? student : `${name} (${student})`;

function grades({ grades }: ClassView): Html | undefined {
  if (grades.length === 0) return undefined;
  const titles = grades[0]?.items.map((i) => i.title) ?? [];
  return html`<h2>Grades</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Grades">
      <table>
        <thead>
          <tr>
            <th>Student</th>
            <th>Points</th>
            ${titles.map((t) => html`<th>${t}</th>`)}
            <th>Hints</th>
          </tr>
        </thead>
        <tbody>
          ${grades.map(
            (g) =>
              html`<tr>
                <td>${who(g)}</td>
                <td>${g.points} of ${g.of}</td>
                ${g.items.map((i) => html`<td title="${i.note}">${i.points}</td>`)}
                <td>${g.hints}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

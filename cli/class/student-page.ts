import type { Place } from "./class-play";
import { html, htmlPage } from "./html";

/** A student's page: the files, and the lab beside them. */
export const deskPage = (className: string, student: string): string =>
  htmlPage(
    `${className}: ${student}`,
    html`<div class="desk">
      <iframe src="files" title="Your files"></iframe>
      <iframe src="play" title="The lab"></iframe>
    </div>`,
  );

/** The files of one lab, to read and write by forms: no script runs here. */
export function filesPage(
  places: readonly Place[],
  place: Place,
  at: { name?: string; text?: string; said?: string; failed?: boolean },
): string {
  const { instance } = place.session.selection;
  const files = place.files.list();
  const name = at.name ?? Object.keys(files)[0] ?? "policy.yaml";
  const link = (lab: string, file?: string): string =>
    `files?${new URLSearchParams({ lab, ...(file === undefined ? {} : { name: file }) }).toString()}`;
  return htmlPage(
    `Files of ${instance}`,
    html`<main>
      <h1>Your files: ${instance}</h1>
      <p class="muted">
        ${places.length < 2 ? undefined : places.map((p) => html`<a href="${link(p.session.selection.instance)}">${p.session.selection.instance}</a> `)}Only
        you and your instructor see them.
      </p>
      ${at.said === undefined ? undefined : html`<p class="${at.failed === true ? "note" : "saved"}" role="status">${at.said}</p>`}
      <ul class="files">
        ${Object.keys(files).map((f) => html`<li><a href="${link(instance, f)}">${f}</a></li>`)}
        <li><a href="${link(instance, `policy-${Object.keys(files).length + 1}.yaml`)}">a new file</a></li>
      </ul>
      <form method="post" action="${link(instance)}">
        <label for="name">File</label>
        <input
          type="text"
          id="name"
          name="name"
          value="${name}"
          required
          maxlength="100"
          spellcheck="false"
          autocomplete="off"
        />
        <label for="text">Policies, as for kubectl apply -f</label>
        <textarea id="text" name="text" rows="18" spellcheck="false" autocapitalize="off">
${at.text ?? files[name] ?? ""}</textarea>
        <button type="submit" name="do" value="save">Save and see</button>
        <button type="submit" name="do" value="remove" class="quiet">Remove the file</button>
      </form>
      <p>
        <a href="handin?${new URLSearchParams({ lab: instance }).toString()}"
          >What is kept of you for your instructor</a
        >
      </p>
    </main>`,
  );
}

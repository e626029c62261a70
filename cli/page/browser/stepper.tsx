import type { LabPage } from "../page-data";

/** A slider over the steps, each named below its stop. */
export function Stepper({
  lab,
  step,
  onStep,
}: {
  lab: LabPage;
  step: number;
  onStep: (step: number) => void;
}): preact.JSX.Element {
  const last = lab.steps.length - 1;
  const at = lab.steps[step];
  return (
    <nav class="stepper" aria-label="Steps">
      <button
        type="button"
        class="arrow"
        aria-label="Step before"
        disabled={step === 0}
        onClick={() => {
          onStep(step - 1);
        }}
      >
        ‹
      </button>
      <div class="track" style={{ "--n": lab.steps.length, "--at": step }}>
        <input
          type="range"
          min={0}
          max={last}
          value={step}
          aria-label="Step of the lab"
          aria-valuetext={`Step ${step}: ${at?.title ?? ""}`}
          disabled={last === 0}
          onInput={(e) => {
            onStep(Number(e.currentTarget.value));
          }}
        />
        <ol>
          {lab.steps.map((s, i) => (
            <li key={s.id} class={`${i === step ? "now" : ""} ${i < step ? "done" : ""}`}>
              <button
                type="button"
                tabIndex={-1}
                aria-current={i === step ? "step" : undefined}
                title={s.aim}
                onClick={() => {
                  onStep(i);
                }}
              >
                <span class="stop">{i}</span>
                <span class="label">{s.title}</span>
              </button>
            </li>
          ))}
        </ol>
      </div>
      <button
        type="button"
        class="arrow"
        aria-label="Next step"
        disabled={step === last}
        onClick={() => {
          onStep(step + 1);
        }}
      >
        ›
      </button>
    </nav>
  );
}

// Section 1: forward through time, then backward for a chosen cost, step by step.

const data = JSON.parse(byId("data").textContent);
const state = {cell: 0, cost: null, position: 0, unit: 0, t: 0}; // cost null: all costs together

const cell = () => data.cells[state.cell];
const lengthOf = (c) => c.tokens.length;
const time = (t) => cell().times[t]; // of column t
const subscript = (n) => [...String(n)].map((d) => "₀₁₂₃₄₅₆₇₈₉"[d]).join("");
const nameOf = ({s}) => s === null ? "C" : `C${subscript(s)}`;

// ‖∂C_s/∂h_t‖ for each t, of the chosen cost s, or ‖∂C/∂h_t‖.
const gradientNorms = () => state.cost === null ? cell().all : cell().G[state.cost];

// The last step that the chosen cost reaches.
function lastStep() {
  const T = lengthOf(cell());
  if (state.cost === null) return T - 1;
  const reached = cell().G[state.cost].findLastIndex((g) => g > 0);
  return Math.max(reached, cell().costs[state.cost].t ?? 0);
}

// Position 0, 1, … is forward at t = 1, 2, …; then backward from the last step to t = 1.
function moment(position) {
  const steps = lastStep() + 1;
  return position < steps
    ? {forward: true, t: position} : {forward: false, t: 2 * steps - 1 - position};
}

function networkOf(c) {
  const costs = c.tokens.map((_, t) => c.costs.find((cost) => cost.t === t)?.C);
  const outputs = costs.map((C, t) => C !== undefined || c.predictions[t] !== null);
  const largest = Math.max(...c.h.flat().map(Math.abs), 1e-12);
  return {tokens: c.tokens, times: c.times, predictions: c.predictions, costs, outputs, h: c.h, largest};
}

function showStep() {
  const c = cell(), {forward, t} = moment(state.position), norms = gradientNorms();
  const scale = logScale([...c.G.flat(), ...c.all], ARROW_DECADES);
  const done = (step) => !forward && step >= t && step <= lastStep();
  const costAt = (step) => c.costs.findIndex((cost) => cost.t === step);
  const own = c.tokens.map((_, step) => {
    const s = costAt(step);
    return done(step) && s >= 0 && (state.cost === null || state.cost === s) ? c.G[s][step] : null;
  });
  const arriving = state.cost === null ? c.through : norms; // at h_t from h_{t+1}
  const through = c.tokens.map((_, step) => done(step) && step < lastStep() ? arriving[step] : null);
  drawUnfolded(byId("network"), networkOf(c), {
    reached: forward ? t + 1 : lastStep() + 1, now: t, scale, through, own,
  });
  drawThicknessLegend(byId("thickness"), scale);
  bringIntoView(byId("strip"), t);
  byId("position").max = 2 * lastStep() + 1;
  byId("position").value = state.position;
  byId("position").setAttribute("aria-valuetext", `${forward ? "forward" : "backward"}, t = ${time(t)}`);
  const {outputs} = networkOf(c), applies = {
    state: forward,
    output: forward && outputs[t],
    prediction: forward && c.predictions[t] !== null,
    average: forward && costAt(t) >= 0 && c.costs.length > 1,
    gradient: !forward,
  };
  for (const equation of document.querySelectorAll("#equations > span"))
    equation.classList.toggle("active", applies[equation.dataset.of]);
  byId("now").textContent = forward ? forwardText(c, t) : backwardText(c, t, norms);
  showUnits(c, t, forward);
}

function forwardText(c, t) {
  const cost = c.costs.find((each) => each.t === t);
  return `Forward, t = ${time(t)}: the network reads “${c.tokens[t]}”. ‖h‖ = ${number(c.norm[t])}.`
    + (c.predictions[t] ? predictionText(c.predictions[t], time(t)) : "")
    + (cost ? ` The cost is ${nameOf(cost)} = ${number(cost.C)}.` : "");
}

function predictionText({largest, target, p}, t) {
  const entries = largest.map((entry) => `“${entry.text}” ${percent(entry.p)}`).join(", ");
  return ` ŷ${subscript(t)} gives ${entries}; the target “${target}” has ${percent(p)}.`;
}

function backwardText(c, t, norms) {
  const together = state.cost === null && c.costs.length > 1;
  const name = state.cost === null ? "C" : nameOf(c.costs[state.cost]);
  const text = `Backward, t = ${time(t)}: ‖∂${name}/∂h${subscript(time(t))}‖ = ${number(norms[t])}`;
  if (together) return `${text}, from the costs of this step and of all later ones.`;
  const s = lastStep(), lag = s - t;
  if (norms[t] === 0) return `${text}: nothing of this cost arrives here.`;
  return lag === 0 ? `${text}, at the step of this cost.`
    : `${text}, ${share(norms[t] / norms[s])} that at t = ${time(s)}, ${lag} ${lag > 1 ? "steps" : "step"} away.`;
}

const share = (ratio) => ratio < 0.01 ? `${number(ratio)} times` : `${number(100 * ratio)} % of`;

// The numbers of the shown units at step t.
function showUnits(c, t, forward) {
  const rows = c.units.map((unit, k) => {
    const slope = c.slope ? number(c.slope[t][k]) : "–";
    const gradient = forward ? "…" : number(c.gradient[t][k]);
    const row = document.createElement("tr");
    row.append(...[unit + 1, number(c.h[t][k]), slope, gradient].map((text, column) => {
      const entry = document.createElement(column ? "td" : "th");
      entry.textContent = text;
      if (column === 1)
        entry.style.boxShadow = `inset -6px 0 ${signedColour(c.h[t][k], networkOf(c).largest)}`;
      return entry;
    }));
    return row;
  });
  byId("units").replaceChildren(...rows);
  byId("units-caption").textContent =
    `${c.units.length} of ${c.size} units at t = ${time(t)}; those that vary most over time`;
}

function go(position) {
  state.position = Math.max(0, Math.min(2 * lastStep() + 1, position));
  showStep();
}

// Playing stops at the last step, or when anything else moves the position.
let timer = null;
function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => {
    if (state.position >= 2 * lastStep() + 1) play(false);
    else go(state.position + 1);
  }, 600) : null;
  byId("play").textContent = on ? "Pause" : "Play";
}

function togglePlay() {
  if (timer === null && state.position >= 2 * lastStep() + 1) go(0);
  play(timer === null);
}

const MOVES = {
  ArrowRight: () => go(state.position + 1),
  ArrowLeft: () => go(state.position - 1),
  Home: () => go(0),
  End: () => go(Infinity),
};

function onKey(event) {
  const elsewhere = event.target.closest("button, select, input, a, summary, #matrix");
  if (elsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " ") togglePlay();
  else if (MOVES[event.key]) { play(false); MOVES[event.key](); }
  else return;
  event.preventDefault();
}

function targetOf(cost) {
  const target = cell().predictions[cost.t]?.target;
  return target ? `, target “${target}”` : "";
}

function fillCosts() {
  const options = [new Option(cell().costs.length > 1 ? "C, all costs together" : "the cost C", "")];
  if (cell().costs.length > 1)
    cell().costs.forEach((cost, s) => options.push(
      new Option(nameOf(cost) + targetOf(cost), s)));
  byId("cost").replaceChildren(...options);
  byId("cost").closest("label").hidden = cell().costs.length === 1;
}

// Chooses a cost (null: all) and goes to where its gradient starts on its way back.
function chooseCost(s) {
  play(false);
  state.cost = s;
  byId("cost").value = s === null ? "" : s;
  go(lastStep() + 1);
  showMatrix();
}

function startStepping() {
  data.cells.forEach(({name}, k) => byId("cell").append(new Option(name, k)));
  byId("cell").closest("label").hidden = data.cells.length === 1;
  byId("cell").addEventListener("change", () => {
    Object.assign(state, {cell: Number(byId("cell").value), cost: null, unit: 0, t: 0});
    fillCosts();
    startMatrix();
    showMemory();
    showStage();
    go(0);
  });
  byId("cost").addEventListener("change", () =>
    chooseCost(byId("cost").value === "" ? null : Number(byId("cost").value)));
  byId("position").addEventListener("input", () => { play(false); go(Number(byId("position").value)); });
  for (const [id, key] of [["first", "Home"], ["back", "ArrowLeft"], ["next", "ArrowRight"], ["last", "End"]])
    byId(id).addEventListener("click", () => { play(false); MOVES[key](); });
  byId("play").addEventListener("click", togglePlay);
  byId("turn").addEventListener("click", () => { play(false); go(lastStep() + 1); });
  document.addEventListener("keydown", onKey);
  fillCosts();
  go(0);
}

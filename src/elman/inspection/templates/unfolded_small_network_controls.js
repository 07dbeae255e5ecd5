// Section 5: the small network, computed anew with every change of a control.

function readControls() {
  const value = (id) => Number(byId(id).value);
  return {
    f: NONLINEARITIES[byId("f").value],
    scale: value("scale"),
    T: value("length"),
    every: value("truncate"), // 0: not truncated
    bound: value("clip"), // 0: not clipped
    onlyLast: byId("which-cost").value === "last",
  };
}

function computeSmallNetwork({f, scale, T, every, onlyLast}) {
  const net = {...data.small, V: data.small.V.map((row) => row.map((v) => scale * v))};
  const states = runForward(net, f, T);
  // C = C_T, or the average C = (1/T) Σ_t C_t
  const share = Array.from({length: T + 1}, (_, t) => (onlyLast ? Number(t === T) : 1 / T));
  const cut = (t) => every > 0 && t % every === 0;
  const C = states.C.reduce((sum, C_t, t) => sum + share[t] * (C_t ?? 0), 0);
  return {net, states, C, ...runBackward(net, f, states, T, share, cut), cut, share};
}

function showSmallNetwork() {
  const controls = readControls(), {T, bound} = controls;
  const {states, C, own, through, dC_dh, collected, gradient, cut, share} = computeSmallNetwork(controls);
  const norms = dC_dh.map((g) => norm(g));
  const fromOutput = own.map((g, t) => (share[t] > 0 ? norm(g) : null)).slice(1);
  const fromNext = through.map((g, t) => (t < T && !cut(t) ? norm(g) : null)).slice(1);
  const scale = logScale([...fromOutput, ...fromNext].filter((g) => g !== null), ARROW_DECADES);
  const h = states.h.slice(1), steps = h.map((_, t) => t + 1);
  const {total, factor} = clipFactor(gradient, bound || Infinity);
  drawUnfolded(byId("small-network"), {
    tokens: steps.map((t) => data.small.X[t - 1][0].toFixed(1).replace("-", "−")),
    times: steps, outputs: h.map(() => true), h, largest: Math.max(1, ...h.flat().map(Math.abs)),
  }, {
    reached: T, now: -1, scale, own: fromOutput, through: fromNext,
    cuts: new Set(steps.filter((t) => t < T && cut(t)).map((t) => t - 1)),
    below: (t, x, y) => [
      draw("text", {x, y: y + 12, class: "small", "data-norm": norms[t + 1]}, number(norms[t + 1], 2)),
      ...collectedBar(collected[t + 1], total, bound, x, y + 24),
    ],
    room: 24 + BARS,
  });
  drawThicknessLegend(byId("small-thickness"), scale);
  const ratio = norms[1] / norms[T];
  byId("small-now").textContent =
    `C = ${number(C)}. From t = ${T} back to t = 1, ‖∂C/∂h‖ goes from ${number(norms[T])} to ${number(norms[1])}: `
    + (ratio === 0 ? "nothing arrives." : ratio < 0.01 ? "it vanishes." : ratio > 100 ? "it explodes." : "it keeps its order of magnitude.");
  byId("clip-now").textContent = !bound
    ? `The norm of the gradient of all weights is ${number(total)}; it is not clipped.`
    : factor < 1
      ? `The norm of the gradient of all weights is ${number(total)}, above ${number(bound, 2)}: clipping multiplies every gradient by ${number(factor)}.`
      : `The norm of the gradient of all weights is ${number(total)}, below ${number(bound, 2)}: nothing is clipped.`;
  byId("scale-value").textContent = number(controls.scale);
  byId("length-value").textContent = T;
  byId("truncate-value").textContent = controls.every ? `every ${controls.every} steps` : "off";
  byId("clip-value").textContent = bound ? number(bound, 2) : "off";
  showGradientOfV(gradient.V.map((row) => row.map((g) => g * factor)));
}

const BARS = 60; // height of the bars below the columns

// The norm of the weights' gradient that is collected from T back to this step, and the bound.
function collectedBar(g, total, bound, x, y) {
  const height = (value) => (BARS - 8) * value / Math.max(total, bound);
  const bar = draw("rect", {
    class: bound && g > bound ? "bar above" : "bar",
    x: x - 14, y: y + BARS - 8 - height(g), width: 28, height: Math.max(1, height(g)),
  }, draw("title", {}, number(g)));
  const edge = y + BARS - 8 - height(bound);
  return bound ? [bar, draw("path", {class: "mark", d: `M${x - COLUMN / 2} ${edge}H${x + COLUMN / 2}`})] : [bar];
}

// ∂C/∂V as a table; each <data> has the number in full.
function showGradientOfV(dC_dV) {
  const largest = Math.max(...dC_dV.flat().map(Math.abs)) || 1;
  byId("gradient-V").replaceChildren(...dC_dV.map((row) => {
    const line = document.createElement("tr");
    line.append(...row.map((g) => {
      const entry = document.createElement("td"), exact = document.createElement("data");
      exact.value = g;
      exact.textContent = number(g);
      entry.style.boxShadow = `inset 0 -5px ${signedColour(g, largest)}`;
      entry.append(exact);
      return entry;
    }));
    return line;
  }));
}

function startSmallNetwork() {
  byId("length").max = data.small.X.length;
  for (const id of ["f", "scale", "length", "truncate", "clip", "which-cost"])
    byId(id).addEventListener("input", showSmallNetwork);
  showSmallNetwork();
}

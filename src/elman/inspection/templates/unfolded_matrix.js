// Section 2: the matrix ‖∂C_s/∂h_t‖, and the sum over s beside backpropagation's own number.

const COLOUR_DECADES = 8;
const SIZE = 560, MARGIN = 62; // of the matrix, in units of its drawing

const chosenCost = () => state.cost ?? cell().costs.length - 1;

// costs: the times of the rows (null: none); times: those of the columns.
function drawMatrix(svg, G, costs, times, scale) {
  const S = G.length, T = G[0].length, w = SIZE / T, h = S === 1 ? 60 : SIZE / S;
  svg.setAttribute("viewBox", `0 0 ${SIZE + MARGIN + 10} ${S * h + 84}`);
  const cells = G.flatMap((row, s) => row.map((g, t) => {
    const place = scale.place(g);
    return place === null ? null : draw("rect", {
      x: MARGIN + t * w, y: 8 + s * h, width: w + 0.3, height: h + 0.3,
      style: `fill: ${gradientColour(place)}`,
    });
  })).filter(Boolean);
  const every = T > 12 ? 10 : 1, ticks = [];
  for (let t = 0; t < T; t++)
    if (times[t] % every === 0)
      ticks.push(draw("text", {x: MARGIN + (t + 0.5) * w, y: S * h + 32, class: "faint"}, times[t]));
  costs.forEach((s, row) => {
    if (s !== null && s % every === 0)
      ticks.push(draw("text", {x: MARGIN - 6, y: 14 + (row + 0.5) * h, class: "faint end"}, s));
  });
  ticks.push(draw("text", {x: MARGIN + SIZE / 2, y: S * h + 68}, "time t of the state"));
  ticks.push(draw("text", {x: 0, y: 0, transform: `translate(18 ${8 + S * h / 2}) rotate(-90)`}, S > 1 ? "time s of the cost" : "cost"));
  const frame = draw("rect", {class: "node", x: MARGIN, y: 8, width: SIZE, height: S * h});
  svg.replaceChildren(...cells, frame, ...ticks);
  return {w, h};
}

let size; // of a cell of the drawn matrix

function startMatrix() {
  const c = cell(), scale = logScale(c.G.flat(), COLOUR_DECADES);
  size = drawMatrix(byId("matrix"), c.G, c.costs.map(({s}) => s), c.times, scale);
  drawColourLegend(byId("colours"), scale);
  byId("unit").replaceChildren(...c.units.map((unit, k) => new Option(`unit ${unit + 1}`, k)));
  showMatrix();
}

function showMatrix() {
  const c = cell(), s = chosenCost(), t = state.t, {w, h} = size;
  byId("matrix").querySelectorAll(".selected").forEach((old) => old.remove());
  byId("matrix").append(
    draw("rect", {class: "selected", x: MARGIN, y: 8 + s * h, width: SIZE, height: h}),
    draw("rect", {class: "selected", x: MARGIN + t * w, y: 8 + s * h, width: w, height: h}));
  const cost = nameOf(c.costs[s]), index = subscript(time(t));
  byId("entry").textContent =
    `‖∂${cost}/∂h${index}‖ = ${number(c.G[s][t])}: how much the cost ${cost}`
    + ` depends on the state at t = ${time(t)}, where the network reads “${c.tokens[t]}”.`;
  const unit = Number(byId("unit").value);
  byId("sum-name").textContent = `Sum of ∂Cₛ/∂h${index} over all costs`;
  byId("pass-name").textContent = `∂C/∂h${index} of one backward pass`;
  byId("sum").textContent = number(c.gradient[t][unit], 7);
  byId("pass").textContent = number(c.backpropagated[t][unit], 7);
}

function select(s, t) {
  const c = cell();
  state.t = Math.max(0, Math.min(lengthOf(c) - 1, t));
  chooseCost(Math.max(0, Math.min(c.costs.length - 1, s)));
}

const MATRIX_MOVES = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
  Home: [0, -Infinity], End: [0, Infinity],
};

function listenToMatrix() {
  byId("matrix").addEventListener("click", (event) => {
    const box = byId("matrix").getBoundingClientRect();
    const scale = byId("matrix").viewBox.baseVal.width / box.width;
    select(Math.floor(((event.clientY - box.top) * scale - 8) / size.h),
      Math.floor(((event.clientX - box.left) * scale - MARGIN) / size.w));
  });
  byId("matrix").addEventListener("keydown", (event) => {
    if (!MATRIX_MOVES[event.key]) return;
    event.preventDefault();
    const [ds, dt] = MATRIX_MOVES[event.key];
    select(chosenCost() + ds, state.t + dt);
  });
  byId("unit").addEventListener("change", showMatrix);
}

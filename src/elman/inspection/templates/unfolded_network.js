// The unfolded network: a column for each time step, forward arrows, backward arrows of gradients.

const COLUMN = 68, CELL = 13, NODE = 32, LEFT = 60, TOP = 104; // pixels

const ARROW_DECADES = 5; // of the gradients that the thickness of an arrow tells apart

// An arrow as a polygon from (x0, y0) to (x1, y1); its shaft has this width.
function backwardArrow(x0, y0, x1, y1, width) {
  const length = Math.hypot(x1 - x0, y1 - y0), head = Math.min(length * 0.6, 7 + width * 0.35);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const point = (along, side) =>
    `${(x0 + ux * along - uy * side).toFixed(1)},${(y0 + uy * along + ux * side).toFixed(1)}`;
  const half = width / 2, neck = length - head, wide = Math.max(4.5, half + 3);
  const points = [point(0, half), point(neck, half), point(neck, wide), point(length, 0)];
  points.push(point(neck, -wide), point(neck, -half), point(0, -half));
  return draw("polygon", {class: "backward", points: points.join(" ")});
}

function forwardArrow(x0, y0, x1, y1) {
  const [dx, dy] = [Math.sign(x1 - x0), Math.sign(y1 - y0)];
  const head = dx
    ? `M${x1} ${y1}l${-8 * dx} -4v8z` : `M${x1} ${y1}l-4 ${-8 * dy}h8z`;
  return draw("g", {},
    draw("path", {class: "forward", d: `M${x0} ${y0}L${x1 - 6 * dx} ${y1 - 6 * dy}`}),
    draw("path", {class: "head", d: head}));
}

// A gradient: an arrow as thick as its place on the scale, or a dashed line where it is exactly 0.
function gradientArrow(g, scale, x0, y0, x1, y1) {
  const place = scale.place(g);
  const arrow = place === null
    ? draw("path", {class: "lost", d: `M${x0} ${y0}L${x1} ${y1}`})
    : backwardArrow(x0, y0, x1, y1, thickness(place));
  arrow.append(draw("title", {}, number(g)));
  return arrow;
}

// Draws into `svg`. Of the network: tokens (X_t as text), times (of the columns), outputs (whether
// there is an O_t), h (T × units), largest (activation of full colour), predictions (ŷ_t) and costs
// (C_t) where there are any.
// Of the moment: reached (steps computed forward), now (the step, or −1), scale, and the norms of
// the gradients that have been computed so far, null elsewhere: through[t] arrives at h_t from
// h_{t+1}, own[t] from O_t. cuts: columns t whose arrow from h_{t+1} is cut. below: draws what stands
// under the columns, at (middle, y) of column t; room: its height.
function drawUnfolded(svg, network, moment) {
  const {tokens, times, outputs, predictions = [], costs = [], h, largest} = network;
  const {reached, now, scale, through, own, cuts = new Set(), below = null, room = 0} = moment;
  const T = tokens.length, height = h[0].length * CELL;
  const bottom = TOP + height, width = LEFT + T * COLUMN + 8;
  const above = roomAbove(predictions), total = above + bottom + 104 + room;
  svg.setAttribute("viewBox", `0 ${-above} ${width} ${total}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", total);
  const columns = [rowLabels(bottom), ...outputLabels(outputs, predictions, costs)];
  for (let t = 0; t < T; t++) {
    const middle = LEFT + t * COLUMN + COLUMN / 2, left = middle - NODE / 2, right = middle + NODE / 2;
    const column = draw("g", {"data-t": t, class: t === now ? "now" : ""});
    const forward = draw("g", {class: t < reached ? "" : "later"});
    // X_t → h_t and h_{t−1} → h_t
    forward.append(forwardArrow(middle, bottom + 44, middle, bottom + 4));
    const y = TOP + Math.min(22, height / 4);
    forward.append(forwardArrow(t ? left - COLUMN + NODE : LEFT - 14, y, left - 2, y));
    forward.append(draw("text", {x: middle + 10, y: bottom + 30, class: "weight"}, "U"));
    forward.append(draw("text", {x: left - 19, y: y - 6, class: "weight"}, "V"));
    if (outputs[t]) { // h_t → O_t
      forward.append(forwardArrow(middle - 9, TOP - 4, middle - 9, 50));
      forward.append(draw("text", {x: middle - 20, y: 82, class: "weight"}, "W"));
      forward.append(label("O", times[t], {x: middle, y: 42}));
      if (t < reached) forward.append(...drawOutputs(predictions[t], costs[t], middle));
    }
    forward.append(draw("text", {x: middle, y: bottom + 64, class: tokenClass(tokens[t])}, shortened(tokens[t])));
    if (t < reached)
      h[t].forEach((value, k) => forward.append(draw("rect", {
        class: "cell", x: left, y: TOP + k * CELL, width: NODE, height: CELL,
        style: `fill: ${signedColour(value, largest)}`,
      })));
    forward.append(draw("rect", {class: "node", x: left, y: TOP, width: NODE, height, rx: 4}));
    forward.append(draw("text", {x: middle, y: bottom + 88, class: "small faint"}, String(times[t])));
    column.append(forward);
    // The gradient that arrives at h_t, from O_t and from h_{t+1}.
    if (own[t] !== null) column.append(gradientArrow(own[t], scale, middle + 9, 52, middle + 9, TOP - 3));
    if (t + 1 < T && through[t] !== null)
      column.append(gradientArrow(through[t], scale, right + COLUMN - NODE - 1, bottom - height / 3, right + 2, bottom - height / 3));
    if (cuts.has(t)) column.append(...scissors(middle + COLUMN / 2, bottom));
    if (below) column.append(...below(t, middle, bottom + 104));
    columns.push(column);
  }
  svg.replaceChildren(...columns);
}

const rowLabels = (bottom) => draw("g", {},
  draw("text", {x: 6, y: (TOP + bottom) / 2, class: "start"}, "h"),
  draw("text", {x: 6, y: bottom + 64, class: "start"}, "X"),
  draw("text", {x: 6, y: bottom + 88, class: "start small faint"}, "t"),
  draw("text", {x: LEFT - 26, y: TOP + 27, class: "faint"}, "h₀"));

const scissors = (x, bottom) => [
  draw("path", {class: "cut", d: `M${x} 30V${bottom + 50}`}),
  draw("text", {x, y: bottom + 6, class: "scissors"}, "✂"),
];

// Scrolls the strip, not the page, so that column t is visible.
function bringIntoView(strip, t) {
  const x = LEFT + t * COLUMN, margin = COLUMN * 1.5;
  if (x < strip.scrollLeft + margin) strip.scrollLeft = x - margin;
  if (x + COLUMN > strip.scrollLeft + strip.clientWidth - margin)
    strip.scrollLeft = x + COLUMN + margin - strip.clientWidth;
}

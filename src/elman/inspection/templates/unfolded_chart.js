// Line charts.

const WIDE = 640, HIGH = 330, AXIS = 80, BASE = 66; // units of the drawing

// 1, 2 or 5 times a power of ten: the smallest that divides `range` into at most `count` parts.
function niceStep(range, count) {
  const power = 10 ** Math.floor(Math.log10(range / count));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => range / step <= count);
}

// A chart of lines over x = 0, 1, …. On a logarithmic axis zeros and nulls interrupt a line.
// lines: [{y, class}]; band: {low, high}; marks: [{x or y, text}].
function drawChart(svg, {lines, band, marks = [], log = false, x, labels, start = 0, top}) {
  const finite = (value) => value !== null && Number.isFinite(value) && (!log || value > 0);
  const all = [...lines.flatMap(({y}) => y), ...(band ? [...band.low, ...band.high] : [])].filter(finite);
  const toAxis = log ? Math.log10 : (value) => value;
  let high = top ?? (all.length ? toAxis(Math.max(...all)) : 1);
  let low = log ? Math.max(high - 16, all.length ? toAxis(Math.min(...all)) : 0) : 0;
  if (log) { high = Math.ceil(high); low = Math.floor(low); }
  if (high === low) high = low + 1;
  const yStep = log ? Math.ceil((high - low) / 5) : niceStep(high - low, 5);
  if (!log) high = Math.ceil(high / yStep - 1e-9) * yStep;
  const count = lines[0].y.length;
  const across = (k) => AXIS + (WIDE - AXIS - 16) * (count > 1 ? k / (count - 1) : 0.5);
  const up = (value) => HIGH - BASE - (HIGH - BASE - 14) * (Math.max(low, toAxis(value)) - low) / (high - low);
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  const parts = [];
  for (let tick = high; tick > low - yStep / 2; tick -= yStep) {
    const y = up(log ? 10 ** tick : tick);
    parts.push(draw("path", {class: "grid", d: `M${AXIS} ${y}H${WIDE - 16}`}));
    parts.push(draw("text", {x: AXIS - 8, y: y + 5, class: "faint end"},
      log ? `10${superscript(tick)}` : String(Math.round(tick * 100) / 100)));
  }
  const every = Math.max(1, niceStep(count, labels ? 5 : 8));
  for (let k = 0; k < count; k++)
    if ((labels ? k : start + k) % every === 0)
      parts.push(draw("text", {x: across(k), y: HIGH - BASE + 24, class: "faint"}, labels ? labels[k] : start + k));
  parts.push(draw("text", {x: (AXIS + WIDE) / 2, y: HIGH - 10}, x));
  if (band) {
    const edge = (values) => values.map((v, k) => finite(v) ? [across(k), up(v)] : null).filter(Boolean);
    const outline = [...edge(band.high), ...edge(band.low).reverse()];
    parts.push(draw("polygon", {class: "band", points: outline.map((p) => p.join(",")).join(" ")}));
  }
  for (const line of lines) {
    let pen = "M";
    const d = line.y.map((v, k) => {
      if (!finite(v)) { pen = "M"; return ""; }
      const point = `${pen}${across(k).toFixed(1)} ${up(v).toFixed(1)}`;
      pen = "L";
      return point;
    }).join("");
    parts.push(draw("path", {class: line.class ?? "line", d}));
  }
  for (const mark of marks) {
    const position = mark.x === undefined ? null : across(mark.x - start);
    parts.push(draw("path", {class: "mark", d: position === null
      ? `M${AXIS} ${up(mark.y)}H${WIDE - 16}` : `M${position} 14V${HIGH - BASE}`}));
    parts.push(draw("text", position === null
      ? {x: WIDE - 20, y: up(mark.y) - 6, class: "end"}
      : {x: position + (position > WIDE / 2 ? -6 : 6), y: 28, class: position > WIDE / 2 ? "end" : "start"}, mark.text));
  }
  svg.replaceChildren(...parts);
}

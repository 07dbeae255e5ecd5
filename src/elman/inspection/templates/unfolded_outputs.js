// Above O_t: the largest entries of ŷ_t as bars, the target y_t, and the cost C_t.

const ENTRY = 18, WHOLE = 62; // height of an entry; width of the bar of 100 %
const ENTRIES_Y = -32, TARGET_Y = -42, COST_Y = -66; // O_t is at y = 42
const ABOVE = 84; // room that they need above y = 0

const roomAbove = (predictions) => (predictions.some(Boolean) ? ABOVE : 0);

// Without a prediction, the cost stands right above O_t.
const costY = (prediction) => (prediction ? COST_Y : 20);

function drawOutputs(prediction, C, x) {
  const parts = [];
  if (C !== undefined) parts.push(draw("text", {x, y: costY(prediction), class: "small"}, number(C, 2)));
  if (prediction) {
    const {largest, target} = prediction;
    parts.push(draw("text", {x, y: TARGET_Y, class: tokenClass(target)}, shortened(target)));
    parts.push(...largest.map((entry, k) => drawEntry(entry, x - WHOLE / 2, ENTRIES_Y + k * ENTRY)));
  }
  return parts;
}

function drawEntry({text, p, target}, x, y) {
  const box = {x, y, height: ENTRY - 3};
  return draw("g", {class: target ? "entry target" : "entry"},
    draw("title", {}, `${text} ${percent(p)}`),
    draw("rect", {...box, width: WHOLE * p, class: "probability"}),
    draw("rect", {...box, width: WHOLE, class: "whole"}),
    draw("text", {x: x + 3, y: y + 12, class: "start"}, shortened(text, 8)),
    text.length < 4 ? draw("text", {x: x + WHOLE - 2, y: y + 12, class: "end"}, Math.round(100 * p)) : "");
}

function outputLabels(outputs, predictions, costs) {
  const prediction = predictions.find(Boolean), label = (text, y) => draw("text", {x: 6, y, class: "start"}, text);
  return [
    ...(outputs.some(Boolean) ? [label("O", 42)] : []),
    ...(costs.some((C) => C !== undefined) ? [label("C", costY(prediction))] : []),
    ...(prediction ? [label("y", TARGET_Y), label("ŷ, %", ENTRIES_Y + 1.5 * ENTRY + 3)] : []),
  ];
}

// The numbers of the page, what is chosen of them, and how numbers and pictures look.
const data = JSON.parse(document.getElementById("numbers").textContent);
const L = data.sizes.length - 1; // number of layers after the input, which is layer 0
const chosen = {
  example: 0,
  stage: data.stages.length - 1,
  forward: L, // the layer that the forward pass has reached
  backward: L, // the layer that the backward pass has reached
  layer: L, // the chosen neuron is in this layer …
  neuron: null, // … and has this number; null: the wanted output
  weight: 0, // of the chosen neuron, in the list of its weights
  rate: 1,
};

const stage = () => data.stages[chosen.stage];
const example = () => data.examples[chosen.example];
const passes = () => stage().examples[chosen.example];
const layer = (l) => passes().layers[l - 1];
const neuron = () => chosen.neuron ?? Math.min(example().digit, data.shown[L] - 1);
const wanted = (j) => (j === example().digit ? 1 : 0);
const largest = (values) => values.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1;
const indexOfLargest = (values) => values.findIndex((v) => Math.abs(v) === largest(values));

function chooseNeuron(l, j) {
  Object.assign(chosen, { layer: l, neuron: j, weight: 0 });
}

// 0.979, −12.5, 3.80·10⁻⁶: three significant digits.
function number(x, digits = 3) {
  if (x === null || x === 0) return x === null ? "—" : "0";
  let text = x.toPrecision(digits);
  const [, mantissa, exponent] = x.toExponential(digits - 1).match(/(.*)e(.*)/);
  if (Math.abs(x) < 0.001 || Math.abs(x) >= 1e5)
    text = `${mantissa}·10${[...String(Number(exponent))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`;
  return text.replaceAll("-", "−");
}
const fixed = (x) => x.toFixed(3).replace("-", "−");
const signed = (x, digits = 3) => (x > 0 ? "+" : "") + number(x, digits);
const coloured = (x, text = number(x)) => `<span class="${x > 0 ? "up" : x < 0 ? "down" : ""}">${text}</span>`;

const side = Math.ceil(Math.sqrt(data.sizes[0]));
const pixel = (k) => `pixel ${k} (row ${Math.floor(k / side)}, column ${k % side})`;
const source = (l, k) => (l === 1 ? pixel(k) : `neuron ${k}`);
const nameOf = (l, j) => (l === L ? `Output ${j}` : `Neuron ${j} of layer ${l}`);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A square picture. Brightness is drawn in the colour of the text, values with a sign in two colours.
function draw(canvas, percent, withSign, mark = null) {
  const context = canvas.getContext("2d");
  const colours = withSign ? [colour("--negative"), colour("--positive")] : [colour("--negative"), colour("--text")];
  canvas.width = canvas.height = side;
  percent.forEach((value, k) => {
    context.globalAlpha = Math.abs(value) / 100;
    context.fillStyle = colours[value > 0 ? 1 : 0];
    context.fillRect(k % side, Math.floor(k / side), 1, 1);
  });
  if (mark === null) return canvas;
  context.globalAlpha = 1;
  context.strokeStyle = colour("--mark");
  context.strokeRect((mark % side) - 0.5, Math.floor(mark / side) - 0.5, 2, 2);
  return canvas;
}

// A figure with a picture and its caption.
function figure(percent, withSign, caption, mark = null) {
  const element = document.createElement("figure");
  const canvas = draw(document.createElement("canvas"), percent, withSign, mark);
  const text = document.createElement("figcaption");
  text.textContent = caption;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption);
  element.append(canvas, text);
  return element;
}

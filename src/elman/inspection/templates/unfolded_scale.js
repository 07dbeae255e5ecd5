// How a number becomes a colour or a thickness. The colours follow the light or dark scheme.

// Activations: blue above zero, orange below, the page's colour at zero; `largest` has full colour.
function signedColour(x, largest) {
  const strength = Math.min(1, Math.abs(x) / largest) * 100;
  const colour = x < 0 ? "--negative" : "--positive";
  return `color-mix(in oklab, var(${colour}) ${strength.toFixed(1)}%, var(--page))`;
}

// A logarithmic scale from the largest number down to 10^−decades of it: 1 … 0, and null for zero.
function logScale(numbers, mostDecades) {
  const positive = numbers.filter((x) => x > 0 && Number.isFinite(x));
  // Math.max(...positive) fails for more than about 100,000 numbers.
  const largest = positive.length ? positive.reduce((x, y) => Math.max(x, y)) : 1;
  const smallest = positive.length ? positive.reduce((x, y) => Math.min(x, y)) : 1;
  const decades = Math.min(mostDecades, Math.max(2, Math.ceil(Math.log10(largest / smallest))));
  const place = (x) =>
    x === 0 ? null : Math.min(1, Math.max(0, 1 + Math.log10(x / largest) / decades));
  return {largest, decades, place, covers: smallest >= largest * 10 ** -decades};
}

const MIN_WIDTH = 1.5, MAX_WIDTH = 17; // of a backward arrow
const thickness = (place) => MIN_WIDTH + (MAX_WIDTH - MIN_WIDTH) * place;

// Gradients: from the page's colour to the strongest.
function gradientColour(place) {
  if (place < 0.6)
    return `color-mix(in oklab, var(--gradient) ${(12 + 88 * place / 0.6).toFixed(1)}%, var(--page))`;
  return `color-mix(in oklab, var(--strong) ${((place - 0.6) * 250).toFixed(1)}%, var(--gradient))`;
}

// A legend with a sample for every decade of the scale, and one for zero.
function drawLegend(legend, scale, drawSample) {
  const places = Array.from({length: scale.decades + 1}, (_, decade) => scale.largest * 10 ** -decade);
  const entries = places.map((g, decade) => {
    const less = decade === scale.decades && !scale.covers ? " or less" : "";
    return [scale.place(g), number(g, 2) + less];
  });
  legend.replaceChildren(...[...entries, [null, "exactly 0"]].map(([place, text]) => {
    const svg = draw("svg", {width: 40, height: 24, viewBox: "0 0 40 24", "aria-hidden": true});
    svg.append(drawSample(place));
    const item = document.createElement("span");
    item.append(svg, text);
    return item;
  }));
}

const drawThicknessLegend = (legend, scale) => drawLegend(legend, scale, (place) =>
  place === null
    ? draw("path", {class: "lost", d: "M2 12H38"}) : backwardArrow(38, 12, 2, 12, thickness(place)));

const drawColourLegend = (legend, scale) => drawLegend(legend, scale, (place) =>
  draw("rect", {class: "sample", x: 1, y: 1, width: 38, height: 22,
    style: place === null ? "" : `fill: ${gradientColour(place)}`}));

// SVG elements, and numbers as people write them.

const byId = (id) => document.getElementById(id);

// An SVG element: draw("rect", {x: 0, class: "cell"}, children…); a child may be a text.
function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Text with an index: O₁₂ as label("O", 12, …).
function label(symbol, index, attributes) {
  const small = draw("tspan", {dy: 5, "font-size": "70%"}, String(index));
  return draw("text", attributes, symbol, small);
}

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n) => (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((d) => DIGITS[d]).join("");

// Three significant digits: 0.0123, 1.23·10⁻⁷.
function number(x, digits = 3) {
  if (x === null || !Number.isFinite(x)) return "not finite";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e4) return x.toPrecision(digits).replace("-", "−");
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")}·10${superscript(Number(exponent))}`;
}

const percent = (p) => `${number(100 * p, 2)} %`;

// A text in the largest size that fits a column.
const tokenClass = (text) => (text.length > 7 ? "token longest" : text.length > 4 ? "token long" : "token");

// Longer texts end with "…".
const shortened = (text, most = 12) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

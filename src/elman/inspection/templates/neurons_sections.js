// What each section shows of the chosen example, stage, neuron and weight.
const find = (selector) => document.querySelector(selector);
const rows = (cells, name = "") => `<tr class="${name}">${cells.map((c, i) => (i ? `<td>${c}</td>` : `<th scope="row">${c}</th>`)).join("")}</tr>`;
const header = (cells) => `<thead><tr>${cells.map((c) => `<th scope="col">${c}</th>`).join("")}</tr></thead>`;
const σ = (l) => (data.σ[l - 1] === "sigmoid" ? "σ" : data.σ[l - 1]);

function tell(section, text) {
  find(`#${section}-steps p`).innerHTML = text;
}

// The terms w_k v_k of a sum as the rows of a table.
function termRows(terms, j, name, count) {
  const listed = terms.k[j].map((k, i) => rows([name(k), number(terms.w[j][i]), number(terms.v[j][i]), coloured(terms.product[j][i])]));
  const others = count - terms.k[j].length;
  if (others > 0) listed.push(rows([`the other ${others}`, "", "", coloured(terms.rest[j])]));
  return listed.join("");
}

function forward() {
  const l = chosen.forward;
  const outputs = layer(L).a;
  const guess = indexOfLargest(outputs);
  const right = guess === example().digit ? "right" : `wrong, it is a ${example().digit}`;
  tell(
    "forward",
    l === 0
      ? "The input: the brightness of each pixel is the activation of a neuron of layer 0."
      : l < L
        ? `Layer ${l} of ${L}: ${data.sizes[l]} neurons, each computes its activation from layer ${l - 1}.`
        : `The output says ${guess}, with activation ${number(outputs[guess])}: ${right}.`,
  );
  drawNetwork(find("#forward .drawing"), {
    reached: (each) => each <= l,
    node: activationNode,
    left: (each, j) => (each < L ? j : ""),
    strong: (each, j) => each === chosen.layer && j === neuron(),
    input: { percent: example().input.percent, withSign: false },
    label: `The network. Activations of the outputs: ${outputs.map((a, j) => `${j}: ${a.toFixed(2)}`).join(", ")}`,
  });
  const [at, j] = [chosen.layer, neuron()];
  const [{ a, z, terms }, b] = [layer(at), stage().layers[at - 1].b[j]];
  const about = find("#forward .about");
  const shown = terms.k[j].slice(0, 2).map((k, i) => `${number(terms.w[j][i], 2)}·${number(terms.v[j][i], 2)}`);
  about.innerHTML =
    `<p class="value">a = ${σ(at)}(w₁a₁ + w₂a₂ + … + b)<br>= ${σ(at)}(${shown.join(" + ").replaceAll("+ −", "− ")} + … ${b < 0 ? "−" : "+"} ${number(Math.abs(b), 2)})<br>` +
    `= ${σ(at)}(${number(z[j])}) = <strong>${number(a[j])}</strong></p>` +
    `<table class="sum">${header([at === 1 ? "from pixel" : `from layer ${at - 1}`, "w", "a", "w·a"])}<tbody>` +
    termRows(terms, j, (k) => (at === 1 ? `${k}` : `neuron ${k}`), data.sizes[at - 1]) +
    rows(["bias b", "", "", coloured(b)]) +
    rows(["z, the sum", "", "", number(z[j])], "total") +
    rows([`a = ${σ(at)}(z)`, "", "", number(a[j])]) +
    "</tbody></table>";
  if (at > 1) return;
  const pictures = document.createElement("div");
  const w = stage().layers[0].W[j];
  const products = w.percent.map((each, k) => (each * example().input.percent[k]) / 100);
  pictures.className = "pictures";
  pictures.append(
    figure(w.percent, true, `Its ${data.sizes[0]} weights w; the largest is ${number(w.largest)}`),
    figure(products, true, "w·a: what each pixel of this input adds to z"),
  );
  about.append(pictures);
}

// A number with a dot as bright as a neuron.
function dot(a, text) {
  const size = Math.min(1, Math.abs(a));
  return `${text} <span class="dot" style="--sign: var(${a < 0 ? "--negative" : "--positive"}); --size: ${size}"></span>`;
}

function cost() {
  const { a } = layer(L);
  const squares = a.map((each, k) => (each - wanted(k)) ** 2);
  const limit = Math.max(...squares, 1e-9);
  const hidden = data.sizes[L] - data.shown[L];
  find("#cost .about").innerHTML =
    `<table class="sum">${header(["output", "a", "wanted y", "a − y", "(a − y)²", ""])}<tbody>` +
    a.map((each, k) => rows([k, dot(each, fixed(each)), dot(wanted(k), wanted(k)), coloured(each - wanted(k), fixed(each - wanted(k))), number(squares[k], 2), `<span class="bar" style="width:${(100 * squares[k]) / limit}%"></span>`], wanted(k) ? "chosen" : "")).join("") +
    rows([hidden ? `C₀, with ${hidden} more outputs` : "C₀, the sum", "", "", "", number(passes().C), ""], "total") +
    "</tbody></table>";
  for (const cell of document.querySelectorAll("#cost td:last-child, #cost th:last-child")) cell.classList.add("bar-cell");
}

function backward() {
  const l = chosen.backward;
  const input = passes().input_gradient;
  const brighter = input.percent.map((each) => -each);
  tell(
    "backward",
    l === L
      ? "The last layer: we know what it should be, so every output has an arrow."
      : l > 0
        ? `Layer ${l}: what its activations should have been, by way of the weights to layer ${l + 1}.`
        : `The input: pixels that should have been brighter (blue) or darker (orange); the largest −∂C₀/∂a is ${number(input.largest)}.`,
  );
  drawNetwork(find("#backward .drawing"), {
    reached: (each) => each >= Math.max(1, l),
    node: arrowNode,
    left: (each, j) => (each >= l ? signed(-layer(each).dC_da[j], 2) : ""),
    strong: (each, j, k) => (each === 1 ? l === 0 : each === chosen.layer + 1 && k === neuron()),
    input: l === 0 ? { percent: brighter, withSign: true } : { percent: example().input.percent, withSign: false },
    label: `The network, with the direction in which each activation should change, back to layer ${l}`,
  });
  const [at, j] = [chosen.layer, neuron()];
  const gradient = layer(at).dC_da[j];
  const direction = gradient === 0 ? "may stay as it is" : `should be ${gradient < 0 ? "higher" : "lower"}`;
  const about = find("#backward .about");
  about.innerHTML = `<p class="value">${nameOf(at, j)} is ${number(layer(at).a[j])} and ${direction}: −∂C₀/∂a = ${coloured(-gradient, signed(-gradient))}</p>`;
  if (at === L) {
    about.innerHTML += `<p class="value">∂C₀/∂a = 2 (a − y) = 2 (${number(layer(L).a[j])} − ${wanted(j)}) = ${number(gradient)}</p>`;
  } else {
    about.innerHTML +=
      `<p>Why: it reaches the cost through all neurons of layer ${at + 1}.</p>` +
      `<table class="sum">${header([`to layer ${at + 1}`, "w", "∂C₀/∂z", "product"])}<tbody>` +
      termRows(layer(at + 1).to_previous, j, (k) => (at + 1 === L ? `output ${k}` : `neuron ${k}`), data.sizes[at + 1]) +
      rows(["∂C₀/∂a, the sum", "", "", number(gradient)], "total") +
      "</tbody></table>";
  }
  if (l === 0) {
    const pictures = document.createElement("div");
    pictures.className = "pictures";
    pictures.append(figure(example().input.percent, false, "The input"), figure(brighter, true, "−∂C₀/∂a of each pixel"));
    about.append(pictures);
  }
}

function chain() {
  const [at, j, i] = [chosen.layer, neuron(), chosen.weight];
  const { z, da_dz, dC_da, dC_dz, chain: weights } = layer(at);
  const k = weights.k[j][i];
  tell("chain", `The weight w from ${source(at, k)} to ${nameOf(at, j).toLowerCase()}, now ${number(weights.w[j][i])}: number ${i + 1} of ${weights.k[j].length} listed here`);
  find("#chain .flow").innerHTML = [
    `a = ${number(weights.dz_dw[j][i])}`,
    `<small>w = ${number(weights.w[j][i])}</small>`,
    `z = ${number(z[j])}`,
    `<small>${σ(at)}</small>`,
    `a = ${number(layer(at).a[j])}`,
    at < L ? `<small>layer ${at + 1} …</small>` : "",
    `C₀ = ${number(passes().C)}`,
  ].filter(Boolean).map((part) => (part.startsWith("<") ? `→ ${part} → ` : `<span>${part}</span>`)).join(" ").replace("</span> <span>C₀", "</span> → <span>C₀");
  const factors = [
    [weights.dC_dw[j][i], weights.dC_dw[j][i] > 0 ? "a larger w raises the cost: decrease it" : weights.dC_dw[j][i] < 0 ? "a larger w lowers the cost: increase it" : "w makes no difference here"],
    [weights.dz_dw[j][i], at === 1 ? `= a, the brightness of pixel ${k}` : `= a of the previous neuron, neuron ${k}`],
    [da_dz[j], `= ${σ(at)}′(z) at z = ${number(z[j])}`],
    [dC_da[j], at === L ? "= 2 (a − y)" : `= Σ w ∂C₀/∂z over layer ${at + 1}`],
  ];
  document.querySelectorAll("#chain .factor").forEach((factor, n) => {
    factor.querySelector("output").textContent = number(factors[n][0]);
    factor.querySelector("small").textContent = factors[n][1];
  });
  find("#chain .about").innerHTML =
    `<table class="sum">${header([at === 1 ? "from pixel" : "from neuron", "∂z/∂w", "∂C₀/∂w, the product", "autograd"])}<tbody>` +
    weights.k[j].map((each, n) => rows([each, number(weights.dz_dw[j][n]), number(weights.dC_dw[j][n]), number(weights.autograd[j][n])], n === i ? "chosen" : "")).join("") +
    rows(["bias b", "1", number(dC_dz[j]), number(weights.autograd_b[j])]) +
    "</tbody></table>" +
    `<p class="hint">Weights of this neuron, from the largest ∂C₀/∂w to the smallest that is not zero. They differ only by ∂z/∂w, the activation before them: ∂a/∂z and ∂C₀/∂a are the same for all weights of a neuron.</p>`;
  const pictures = find("#chain .pictures");
  pictures.replaceChildren();
  if (at > 1) return;
  const increase = example().input.percent.map((a) => -Math.sign(dC_dz[j]) * a);
  pictures.append(
    figure(increase, true, `−∂C₀/∂w of all ${data.sizes[0]} weights: blue: should increase, orange: decrease. A frame marks the chosen one.`, k),
  );
}

function heat(value, limit, name = "") {
  const size = Math.min(1, Math.abs(value) / limit);
  return `<td class="heat ${name}" style="--sign: var(${value > 0 ? "--positive" : "--negative"}); --size: ${size}">${number(value, 2)}</td>`;
}

function changes(list, title) {
  const line = ({ value, name, words }) => `<tr><td>${coloured(value, number(value, 2))}</td><td><code>${name}</code></td><td>should ${words}</td></tr>`;
  return `<table class="changes"><caption>${title}</caption><tbody>${list.map(line).join("")}</tbody></table>`;
}

function descent() {
  const { rates, changes: mean, own_changes: own, rows: names, columns, means, w, w_after, C_after } = stage().descent;
  const [e, count] = [chosen.example, data.examples.length];
  find("#descent .own").innerHTML = changes(own[e], `This example, a ${example().digit}`);
  find("#descent .mean").innerHTML = changes(mean, `The mean of all ${count} examples in this page`);
  const sorted = columns.flat().map(Math.abs).sort((x, y) => x - y);
  const limit = sorted[Math.floor(0.95 * (sorted.length - 1))] || 1;
  find("#descent .matrix").innerHTML =
    `<table>${header(["weight", ...data.examples.map((each) => each.digit), "mean"])}<tbody>` +
    names.map((name, row) => `<tr><th scope="row"><code>${name}</code></th>${columns[row].map((value, n) => heat(value, limit, n === e ? "current" : "")).join("")}${heat(means[row], largest(means), "mean")}</tr>`).join("") +
    "</tbody></table>";
  const current = find("#descent .matrix .current");
  current.closest(".matrix").scrollLeft = current.offsetLeft - current.closest("tr").firstChild.offsetWidth;
  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const before = stage().examples.map((each) => each.C);
  const after = C_after[chosen.rate];
  const verb = average(after) < average(before) ? "falls" : "rises: this step is too large";
  find("#descent .after").innerHTML =
    `With η = ${rates[chosen.rate]} the mean cost C ${verb}: ${number(average(before))} → <strong>${number(average(after))}</strong>. ` +
    `The cost C₀ falls for ${after.filter((each, n) => each < before[n]).length} of ${count} examples.`;
  find("#descent .costs").innerHTML = data.examples
    .map(({ digit }, n) => `<div class="${n === e ? "chosen" : ""}">${digit}: ${number(before[n], 2)} → ${coloured(before[n] - after[n], number(after[n], 2))}</div>`)
    .join("");
  find("#descent .weights").innerHTML =
    `<table class="sum">${header(["weight", "w", "∂C/∂w", "w − η ∂C/∂w"])}<tbody>` +
    names.map((name, row) => rows([`<code>${name}</code>`, number(w[row], 4), number(-means[row]), number(w_after[chosen.rate][row], 4)])).join("") +
    "</tbody></table>";
}

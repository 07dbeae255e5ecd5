// The sections of the backward pass: activations, the chain rule, and the weights.
function backward() {
  const l = chosen.backward;
  const { percent, largest: strongest } = passes().input_gradient;
  const brighter = percent.map((each) => -each);
  const sentences = {
    0:
      "The input: pixels that should have been brighter (blue) or darker (orange); " +
      `the largest −∂C₀/∂a is ${number(strongest)}.`,
    [L]: "The last layer: we know what it should be, so every output has an arrow.",
  };
  const hidden = `Layer ${l}: what its activations should have been, by way of the weights to layer ${l + 1}.`;
  tell("backward", sentences[l] ?? hidden);
  drawNetwork(find("#backward .drawing"), {
    reached: (each) => each >= Math.max(1, l),
    node: arrowNode,
    left: (each, j) => (each >= l ? signed(-layer(each).dC_da[j], 2) : ""),
    strong: (each, j, k) => (each === 1 ? l === 0 : each === chosen.layer + 1 && k === neuron()),
    input: { percent: l === 0 ? brighter : example().input.percent, withSign: l === 0 },
    label: `The network, with the direction in which each activation should change, back to layer ${l}`,
  });
  const about = find("#backward .about");
  about.innerHTML = aboutActivation(chosen.layer, neuron());
  if (l === 0)
    about.append(
      pictures(
        figure(example().input.percent, false, "The input"),
        figure(brighter, true, "−∂C₀/∂a of each pixel"),
      ),
    );
}

// Which way one activation should change, and why.
function aboutActivation(l, j) {
  const a = layer(l).a[j];
  const gradient = layer(l).dC_da[j];
  const should = gradient === 0 ? "may stay as it is" : `should be ${gradient < 0 ? "higher" : "lower"}`;
  const first =
    `<p class="value">${nameOf(l, j)} is ${number(a)} and ${should}: ` +
    `−∂C₀/∂a = ${coloured(-gradient, signed(-gradient))}</p>`;
  if (l === L)
    return `${first}<p class="value">∂C₀/∂a = 2 (a − y) = 2 (${number(a)} − ${wanted(j)}) = ${number(gradient)}</p>`;
  const nameOfTerm = (k) => (l + 1 === L ? `output ${k}` : `neuron ${k}`);
  return (
    `${first}<p>Why: it reaches the cost through all neurons of layer ${l + 1}.</p>` +
    table(
      [`to layer ${l + 1}`, "w", "∂C₀/∂z", "product"],
      [
        ...termRows(layer(l + 1).to_previous, j, nameOfTerm, data.sizes[l + 1]),
        row(["∂C₀/∂a, the sum", "", "", number(gradient)], "total"),
      ],
    )
  );
}

function chain() {
  const [l, j, i] = [chosen.layer, neuron(), chosen.weight];
  const { a, z, da_dz, dC_da, dC_dz, chain: weights } = layer(l);
  const [k, w, dz_dw, dC_dw, autograd] = ["k", "w", "dz_dw", "dC_dw", "autograd"].map((name) => weights[name][j]);
  const to = nameOf(l, j).toLowerCase();
  tell(
    "chain",
    `The weight w from ${source(l, k[i])} to ${to}, now ${number(w[i])}: number ${i + 1} of ${k.length} listed here`,
  );
  const [start, ...flow] = [dz_dw[i], z[j], a[j], passes().C].map(
    (value, n) => `<span>${["a", "z", "a", "C₀"][n]} = ${number(value)}</span>`,
  );
  const ways = [`w = ${number(w[i])} →`, `${σ(l)} →`, l < L ? `layer ${l + 1} … →` : ""];
  find("#chain .flow").innerHTML = start + flow.map((value, n) => `<small>→ ${ways[n]}</small>${value}`).join("");
  const effect = [
    "a larger w lowers the cost: increase it",
    "w makes no difference here",
    "a larger w raises the cost: decrease it",
  ];
  const factors = [
    [dC_dw[i], effect[Math.sign(dC_dw[i]) + 1]],
    [dz_dw[i], l === 1 ? `= a, the brightness of pixel ${k[i]}` : `= a of the previous neuron, neuron ${k[i]}`],
    [da_dz[j], `= ${σ(l)}′(z) at z = ${number(z[j])}`],
    [dC_da[j], l === L ? "= 2 (a − y)" : `= Σ w ∂C₀/∂z over layer ${l + 1}`],
  ];
  document.querySelectorAll("#chain .factor").forEach((factor, n) => {
    factor.querySelector("output").textContent = number(factors[n][0]);
    factor.querySelector("small").textContent = factors[n][1];
  });
  find("#chain .about").innerHTML = table(
    [l === 1 ? "from pixel" : "from neuron", "∂z/∂w", "∂C₀/∂w, the product", "autograd"],
    [
      ...k.map((each, n) => {
        const numbers = [dz_dw, dC_dw, autograd].map((values) => number(values[n]));
        return row([each, ...numbers], n === i ? "chosen" : "");
      }),
      row(["bias b", "1", number(dC_dz[j]), number(weights.autograd_b[j])]),
    ],
  );
  const increase = example().input.percent.map((each) => -Math.sign(dC_dz[j]) * each);
  const caption =
    `−∂C₀/∂w of all ${data.sizes[0]} weights: increase the blue, decrease the orange ones; ` +
    "a frame marks the chosen one.";
  find("#chain .pictures").replaceChildren(...(l === 1 ? [figure(increase, true, caption, k[i])] : []));
}

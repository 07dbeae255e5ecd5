// The sections of the forward pass, up to the cost.
function forward() {
  const l = chosen.forward;
  const { says } = passes();
  const right = says === example().digit ? "right" : `wrong, it is a ${example().digit}`;
  const sentences = {
    0: "The input: the brightness of each pixel is the activation of a neuron of layer 0.",
    [L]: `The largest output is output ${says}, so the network says ${says}: ${right}.`,
  };
  const hidden = `Layer ${l} of ${L}: ${data.sizes[l]} neurons, each computes its activation from layer ${l - 1}.`;
  tell("forward", sentences[l] ?? hidden);
  drawNetwork(find("#forward .drawing"), {
    reached: (each) => each <= l,
    node: activationNode,
    left: (each, j) => (each < L ? j : ""),
    strong: (each, j) => each === chosen.layer && j === neuron(),
    input: { percent: example().input.percent, withSign: false },
    label: `The network. ${layer(L).a.map((a, j) => `Output ${j}: ${a.toFixed(2)}`).join(", ")}`,
  });
  find("#forward .about").replaceChildren(...aboutSum(chosen.layer, neuron()));
}

// a = σ(w_1 a_1 + w_2 a_2 + … + b) of one neuron.
function aboutSum(l, j) {
  const { a, z, terms } = layer(l);
  const b = stage().layers[l - 1].b[j];
  const first = terms.w[j].slice(0, 2).map((w, i) => `${number(w, 2)}·${number(terms.v[j][i], 2)}`);
  const sum = [...first, "…", number(b, 2)].join(" + ").replaceAll("+ −", "− ");
  const text = document.createElement("div");
  text.innerHTML =
    `<p class="value">a = ${σ(l)}(w₁a₁ + w₂a₂ + … + b)<br>= ${σ(l)}(${sum})<br>` +
    `= ${σ(l)}(${number(z[j])}) = <strong>${number(a[j])}</strong></p>` +
    table(
      [l === 1 ? "from pixel" : `from layer ${l - 1}`, "w", "a", "w·a"],
      [
        ...termRows(terms, j, (k) => (l === 1 ? k : `neuron ${k}`), data.sizes[l - 1]),
        row(["bias b", "", "", coloured(b)]),
        row(["z, the sum", "", "", number(z[j])], "total"),
        row([`a = ${σ(l)}(z)`, "", "", number(a[j])]),
      ],
    );
  if (l > 1) return [text];
  const w = stage().layers[0].W[j];
  const products = w.percent.map((percent, k) => (percent * example().input.percent[k]) / 100);
  return [
    text,
    pictures(
      figure(w.percent, true, `Its ${data.sizes[0]} weights w; the largest is ${number(w.largest)}`),
      figure(products, true, "w·a: what each pixel of this input adds to z"),
    ),
  ];
}

function cost() {
  const { a } = layer(L);
  const squares = a.map((each, k) => (each - wanted(k)) ** 2);
  const hidden = data.sizes[L] - data.shown[L];
  const rows = a.map((each, k) => {
    const difference = each - wanted(k);
    const bar = `<span class="bar" style="width: ${(100 * squares[k]) / largest(squares)}%"></span>`;
    const cells = [dot(each, fixed(each)), dot(wanted(k), wanted(k)), coloured(difference, fixed(difference))];
    return row([k, ...cells, number(squares[k], 2), bar], wanted(k) ? "chosen" : "");
  });
  const sum = hidden ? `C₀, with ${hidden} more outputs` : "C₀, the sum";
  rows.push(row([sum, "", "", "", number(passes().C), ""], "total"));
  find("#cost .about").innerHTML = table(["output", "a", "wanted y", "a − y", "(a − y)²", ""], rows);
}

// Buttons, keys and the first drawing.
function render() {
  // What is above the section in view may change its height: keep that section in its place.
  const inView = document.getElementById(sectionInView());
  const top = inView.getBoundingClientRect().top;
  for (const section of [controls, forward, cost, backward, chain, descent]) section();
  scrollBy({ top: inView.getBoundingClientRect().top - top, behavior: "instant" });
}

// Sections with steps: how many, the current one, and how to go to another.
const steps = {
  forward: {
    last: () => L,
    get: () => chosen.forward,
    set: (l) => {
      chosen.forward = l;
      if (l > 0) chooseNeuron(l, l === L ? null : indexOfLargest(layer(l).a));
    },
  },
  backward: {
    last: () => L,
    get: () => L - chosen.backward,
    set: (step) => {
      chosen.backward = L - step;
      if (step < L) chooseNeuron(L - step, step === 0 ? null : indexOfLargest(layer(L - step).dC_da));
    },
  },
  chain: {
    last: () => layer(chosen.layer).chain.k[neuron()].length - 1,
    get: () => chosen.weight,
    set: (i) => (chosen.weight = i),
  },
  descent: {
    last: () => stage().descent.rates.length - 1,
    get: () => chosen.rate,
    set: (rate) => (chosen.rate = rate),
  },
};

function go(name, step) {
  const { last, set } = steps[name];
  set(Math.max(0, Math.min(last(), step)));
  render();
}

function chooseExample(n) {
  chosen.example = n;
  chosen.weight = 0;
  render();
  find("#examples").scrollLeft = exampleButtons[n].offsetLeft - 100;
}

const exampleButtons = data.examples.map(({ place, digit }, n) => {
  const button = document.createElement("button");
  button.title = `Place ${place} in the validation data`;
  const wrong = data.stages.at(-1).examples[n].says !== digit;
  button.type = "button";
  button.append(document.createElement("canvas"), wrong ? `${digit} ✗` : `${digit}`);
  button.setAttribute("aria-label", `A ${digit}${wrong ? ", which the network gets wrong" : ""}`);
  button.addEventListener("click", () => chooseExample(n));
  find("#examples").append(button);
  return button;
});

const rateButtons = data.stages[0].descent.rates.map((rate, n) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `η = ${rate}`;
  button.addEventListener("click", () => go("descent", n));
  find(".rates").append(button);
  return button;
});

const choices = [...document.querySelectorAll(".neuron-choice select")];
for (const choice of choices) {
  for (let l = 1; l <= L; l++) {
    const group = document.createElement("optgroup");
    group.label = l === L ? "outputs" : `layer ${l}`;
    for (let j = 0; j < data.shown[l]; j++) group.append(new Option(nameOf(l, j), `${l} ${j}`));
    choice.append(group);
  }
  choice.addEventListener("change", () => {
    chooseNeuron(...choice.value.split(" ").map(Number));
    render();
  });
}

const range = find("#stage-range");
range.max = data.stages.length - 1;
find("#stage").hidden = data.stages.length === 1;
range.addEventListener("input", () => {
  chosen.stage = Number(range.value);
  render();
});

for (const [name, { get }] of Object.entries(steps)) {
  const buttons = document.querySelectorAll(`#${name}-steps button`);
  buttons.forEach((button, n) => button.addEventListener("click", () => go(name, get() + (n ? 1 : -1))));
}

// Shows what is chosen in the controls.
function controls() {
  exampleButtons.forEach((button, n) => {
    button.setAttribute("aria-pressed", n === chosen.example);
    draw(button.querySelector("canvas"), data.examples[n].input.percent, false);
  });
  rateButtons.forEach((button, n) => button.setAttribute("aria-pressed", n === chosen.rate));
  for (const choice of choices) choice.value = `${chosen.layer} ${neuron()}`;
  range.value = chosen.stage;
  const { steps: count } = stage();
  find("#stage output").textContent = count ? `after ${count.toLocaleString("en")} steps` : "before the training";
  for (const [name, { get, last }] of Object.entries(steps)) {
    const [before, after] = document.querySelectorAll(`#${name}-steps button`);
    if (before) [before.disabled, after.disabled] = [get() === 0, get() === last()];
  }
}

// The section with steps that the reader looks at: the last one that begins above the middle.
function sectionInView() {
  const names = Object.keys(steps);
  return names.findLast((name) => document.getElementById(name).getBoundingClientRect().top < innerHeight / 2) ?? names[0];
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const name = sectionInView();
  const { get, last } = steps[name];
  const to = { ArrowLeft: get() - 1, ArrowRight: get() + 1, Home: 0, End: last() }[event.key];
  const digit = data.examples.findIndex((each) => String(each.digit) === event.key);
  if (to !== undefined) go(name, to);
  else if (digit >= 0) chooseExample(digit);
  else return;
  event.preventDefault();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
addEventListener("resize", render);
render();

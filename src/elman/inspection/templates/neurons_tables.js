// Parts of the sections: rows, tables and the sentence between the buttons of a section.
const find = (selector) => document.querySelector(selector);
const σ = (l) => (data.σ[l - 1] === "sigmoid" ? "σ" : data.σ[l - 1]);

function row(cells, name = "") {
  const [first, ...others] = cells;
  return `<tr class="${name}"><th scope="row">${first}</th>${others.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function table(columns, rows) {
  const header = columns.map((column) => `<th scope="col">${column}</th>`).join("");
  return `<table class="sum"><thead><tr>${header}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

// The largest terms w_k v_k of the sum over `count` neurons, and the others together.
function termRows(terms, j, nameOfTerm, count) {
  const [k, w, v, product] = [terms.k[j], terms.w[j], terms.v[j], terms.product[j]];
  const rows = k.map((each, i) => row([nameOfTerm(each), number(w[i]), number(v[i]), coloured(product[i])]));
  const others = count - k.length;
  return others ? [...rows, row([`the other ${others}`, "", "", coloured(terms.rest[j])])] : rows;
}

// A number with a dot as bright as a neuron.
function dot(a, text) {
  const sign = a < 0 ? "--negative" : "--positive";
  return `${text} <span class="dot" style="--sign: var(${sign}); --size: ${Math.min(1, Math.abs(a))}"></span>`;
}

// A cell of the column matrix.
function heat(value, limit, name = "") {
  const sign = value < 0 ? "--negative" : "--positive";
  const size = Math.min(1, Math.abs(value) / limit);
  return `<td class="heat ${name}" style="--sign: var(${sign}); --size: ${size}">${number(value, 2)}</td>`;
}

// What weights should do, in the words of the slide.
function changes(list, title) {
  const rows = list.map(
    ({ value, name, words }) =>
      `<tr><td>${coloured(value, number(value, 2))}</td><td><code>${name}</code></td><td>should ${words}</td></tr>`,
  );
  return `<table class="changes"><caption>${title}</caption><tbody>${rows.join("")}</tbody></table>`;
}

function pictures(...figures) {
  const element = document.createElement("div");
  element.className = "pictures";
  element.append(...figures);
  return element;
}

function tell(section, sentence) {
  find(`#${section}-steps p`).textContent = sentence;
}

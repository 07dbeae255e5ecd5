// Draws the network: the input as a picture, the neurons of each layer in a column.
// parts: reached(l); node(l, j, x, y, r), the inside of a neuron; left(l, j), the text before it;
// strong(l, j, k), whether a connection stands out; input, { percent, withSign }; label, for readers.
function drawNetwork(host, parts) {
  const place = places(Math.max(300, host.clientWidth));
  const { width, height, image } = place;
  const lines = [[], []]; // weak connections are drawn first
  const nodes = [];
  for (let l = 1; l <= L; l++) {
    for (let j = 0; j < data.shown[l]; j++) {
      for (const { strong, line } of connections(l, j, place, parts)) lines[strong ? 1 : 0].push(line);
      nodes.push(node(l, j, place, parts));
    }
    const hidden = data.sizes[l] - data.shown[l];
    const middle = `class="small" text-anchor="middle"`;
    nodes.push(text(place.x(l), 14, l === L ? "outputs" : `layer ${l}`, middle));
    if (hidden) nodes.push(text(place.x(l), height - 6, `${hidden} more`, middle));
  }
  const top = (height - image) / 2;
  const box = `x="0" y="${top}" width="${image}" height="${image}"`;
  const picture = draw(document.createElement("canvas"), parts.input.percent, parts.input.withSign);
  host.innerHTML =
    `<svg viewBox="0 0 ${width} ${height}" height="${height}" role="img" aria-label="${parts.label}">` +
    `${lines.flat().join("")}<rect ${box} fill="var(--panel)" stroke="var(--faint)"/>` +
    `<image ${box} href="${picture.toDataURL()}"/>` +
    text(image / 2, top - 8, `${data.sizes[0]} pixels`, `class="small" text-anchor="middle"`) +
    `${nodes.join("")}</svg>`;
  for (const element of host.querySelectorAll(".node"))
    element.addEventListener("click", () => {
      chooseNeuron(Number(element.dataset.layer), Number(element.dataset.neuron));
      render();
    });
}

// Where everything is in a drawing of this width: neuron j of layer l at (x(l), y(l, j)).
function places(width) {
  const wide = width > 560;
  const pitch = wide ? 45 : 34;
  const [top, bottom] = [30, 26];
  const height = top + Math.max(...data.shown.slice(1)) * pitch + bottom;
  const image = Math.min(150, 0.2 * width);
  const first = image + (wide ? 110 : 66);
  const last = width - (wide ? 100 : 36);
  return {
    ...{ width, height, image, wide },
    r: wide ? 20 : 14,
    x: (l) => (l === L ? last : first + ((last - first) * (l - 1)) / (L - 1)),
    y: (l, j) => (height + top - bottom) / 2 + (j - (data.shown[l] - 1) / 2) * pitch,
  };
}

// The lines to neuron j of layer l: their width and colour are the weight; the input has one line.
function connections(l, j, { height, image, r, x, y }, parts) {
  const weights = l > 1 ? stage().layers[l - 1].W : [];
  const limit = largest(weights.map(largest));
  const toPicture = (height + (image * (2 * y(l, j) - height)) / height) / 2;
  const from = l > 1 ? weights[j].map((w, k) => [x(l - 1) + r, y(l - 1, k), w]) : [[image, toPicture, null]];
  return from.map(([x1, y1, w], k) => {
    const size = w === null ? 0.3 : Math.abs(w) / limit;
    const strong = parts.reached(l) && parts.strong(l, j, k);
    const colour = w === null ? "--faint" : w > 0 ? "--positive" : "--negative";
    const opacity = !parts.reached(l) ? 0.06 : strong ? 0.35 + 0.65 * size : 0.08 + 0.22 * size;
    const line =
      `<line x1="${x1}" y1="${y1}" x2="${x(l) - r}" y2="${y(l, j)}" stroke="var(${colour})" ` +
      `stroke-width="${0.5 + (strong ? 4 : 2.5) * size}" opacity="${opacity}"/>`;
    return { strong, line };
  });
}

function node(l, j, { r, x, y, wide }, parts) {
  const reached = parts.reached(l);
  const isChosen = l === chosen.layer && j === neuron();
  const ring = isChosen ? 'stroke="var(--text)" stroke-width="3.5"' : 'stroke="var(--faint)"';
  const dashes = reached ? "" : 'stroke-dasharray="3 3"';
  const [cx, cy] = [x(l), y(l, j)];
  const word = wanted(j) && wide ? '<tspan class="word"> wanted</tspan>' : "";
  return (
    `<g class="node" data-layer="${l}" data-neuron="${j}"><title>${nameOf(l, j)}</title>` +
    `<circle cx="${cx}" cy="${cy}" r="${r}" fill="var(--page)" ${ring} ${dashes}/>` +
    (reached ? parts.node(l, j, cx, cy, r) : "") +
    (reached ? text(cx - r - 4, cy + 4, parts.left(l, j), 'class="halo small" text-anchor="end"') : "") +
    (l === L ? text(cx + r + 7, cy + 5, j + word, `class="output ${wanted(j) ? "wanted" : ""}"`) : "") +
    "</g>"
  );
}

const text = (x, y, content, attributes) => `<text x="${x}" y="${y}" ${attributes}>${content}</text>`;

// The inside of a neuron: filled by its activation, which is written in it.
function activationNode(l, j, x, y, r) {
  const a = layer(l).a[j];
  const size = Math.min(1, Math.abs(a) / Math.max(1, largest(layer(l).a)));
  const written = (Math.abs(a) < 10 ? a.toFixed(2) : a.toPrecision(3)).replace("-", "−");
  return (
    `<circle cx="${x}" cy="${y}" r="${r - 1.5}" fill="var(${a < 0 ? "--negative" : "--positive"})" ` +
    `style="fill-opacity: calc(${size} * var(--full))"/>` +
    text(x, y + 4, written, 'class="activation" text-anchor="middle"')
  );
}

// The inside of a neuron: an arrow where its activation should go, −∂C₀/∂a.
function arrowNode(l, j, x, y, r) {
  const should = -layer(l).dC_da[j];
  if (should === 0) return "";
  const size = Math.abs(should) / largest(layer(l).dC_da);
  const [length, half] = [(0.25 + 0.75 * size) * (r - 4), 2 + 4 * size];
  const up = should > 0 ? -1 : 1;
  return (
    `<path d="M ${x} ${y - up * length} V ${y + up * length} M ${x - half} ${y + up * (length - half)} ` +
    `L ${x} ${y + up * length} L ${x + half} ${y + up * (length - half)}" fill="none" stroke-linecap="round" ` +
    `stroke="var(${should > 0 ? "--positive" : "--negative"})" stroke-width="${1 + 2.5 * size}"/>`
  );
}

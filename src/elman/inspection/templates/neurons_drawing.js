// Draws the network: the input as a picture, the neurons of each layer in a column.
// parts: reached(l); node(l, j, x, y, r), the inside of a neuron; left(l, j), the text before it;
// strong(l, j, k), whether a connection stands out; input, { percent, withSign }; label, for readers.
function drawNetwork(host, parts) {
  const width = Math.max(300, host.clientWidth);
  const wide = width > 560;
  const r = wide ? 20 : 14;
  const pitch = wide ? 45 : 34;
  const top = 30;
  const height = top + Math.max(...data.shown.slice(1)) * pitch + 26;
  const image = Math.min(150, 0.2 * width);
  const first = image + (wide ? 110 : 66);
  const last = width - (wide ? 100 : 36);
  const x = (l) => (l === L && L > 1 ? last : first + ((last - first) * (l - 1)) / Math.max(1, L - 1));
  const y = (l, j) => top + (height - top - 26) / 2 + (j - (data.shown[l] - 1) / 2) * pitch;
  const lines = [[], []]; // weak connections are drawn first
  const nodes = [];

  for (let l = 1; l <= L; l++) {
    const weights = stage().layers[l - 1].W;
    const limit = l > 1 ? largest(weights.map(largest)) : 1;
    for (let j = 0; j < data.shown[l]; j++) {
      const reached = parts.reached(l);
      const from = l === 1 ? [[image, height / 2 + (image * (y(1, j) - height / 2)) / height, null]] : weights[j].map((w, k) => [x(l - 1) + r, y(l - 1, k), w]);
      from.forEach(([x1, y1, w], k) => {
        const size = w === null ? 0.3 : Math.abs(w) / limit;
        const strong = reached && parts.strong(l, j, k);
        const stroke = w === null ? "--faint" : w > 0 ? "--positive" : "--negative";
        const opacity = !reached ? 0.06 : strong ? 0.35 + 0.65 * size : 0.08 + 0.22 * size;
        lines[strong ? 1 : 0].push(
          `<line x1="${x1}" y1="${y1}" x2="${x(l) - r}" y2="${y(l, j)}" stroke="var(${stroke})" ` +
            `stroke-width="${0.5 + (strong ? 4 : 2.5) * size}" opacity="${opacity}"/>`,
        );
      });
      const isChosen = l === chosen.layer && j === neuron();
      const ring = isChosen ? 'stroke="var(--text)" stroke-width="3.5"' : 'stroke="var(--faint)"';
      const dashed = reached ? "" : ' stroke-dasharray="3 3"';
      const left = reached ? String(parts.left(l, j)) : "";
      nodes.push(
        `<g class="node" data-layer="${l}" data-neuron="${j}"><title>${nameOf(l, j)}</title>` +
          `<circle cx="${x(l)}" cy="${y(l, j)}" r="${r}" fill="var(--page)" ${ring}${dashed}/>` +
          (reached ? parts.node(l, j, x(l), y(l, j), r) : "") +
          (left ? `<text class="halo small" x="${x(l) - r - 4}" y="${y(l, j) + 4}" text-anchor="end">${left}</text>` : "") +
          (l === L ? `<text class="${wanted(j) ? "wanted" : ""}" x="${x(l) + r + 7}" y="${y(l, j) + 5}" style="font-size:16px">${j}${wanted(j) && wide ? '<tspan style="font-size:13px"> wanted</tspan>' : ""}</text>` : "") +
          "</g>",
      );
    }
    const hidden = data.sizes[l] - data.shown[l];
    const middle = `x="${x(l)}" text-anchor="middle"`;
    nodes.push(`<text class="small" ${middle} y="14">${l === L ? "outputs" : `layer ${l}`}</text>`);
    if (hidden) nodes.push(`<text class="small" ${middle} y="${height - 6}">${hidden} more</text>`);
  }
  const picture = draw(document.createElement("canvas"), parts.input.percent, parts.input.withSign).toDataURL();
  host.innerHTML =
    `<svg viewBox="0 0 ${width} ${height}" height="${height}" role="img" aria-label="${parts.label}">` +
    lines.flat().join("") +
    `<rect x="0" y="${(height - image) / 2}" width="${image}" height="${image}" fill="var(--panel)" stroke="var(--faint)"/>` +
    `<image href="${picture}" x="0" y="${(height - image) / 2}" width="${image}" height="${image}"/>` +
    `<text class="small" x="${image / 2}" y="${(height - image) / 2 - 8}" text-anchor="middle">${data.sizes[0]} pixels</text>` +
    nodes.join("") +
    "</svg>";
  for (const node of host.querySelectorAll(".node"))
    node.addEventListener("click", () => {
      chooseNeuron(Number(node.dataset.layer), Number(node.dataset.neuron));
      render();
    });
}

// A neuron filled by its activation, which is written in it.
function activationNode(l, j, x, y, r) {
  const a = layer(l).a[j];
  const size = Math.min(1, Math.abs(a) / Math.max(1, largest(layer(l).a)));
  return (
    `<circle cx="${x}" cy="${y}" r="${r - 1.5}" fill="var(${a < 0 ? "--negative" : "--positive"})" style="fill-opacity: calc(${size} * var(--full))"/>` +
    `<text x="${x}" y="${y + 4}" text-anchor="middle">${(Math.abs(a) < 10 ? a.toFixed(2) : a.toPrecision(3)).replace("-", "−")}</text>`
  );
}

// A neuron with an arrow: where its activation should go, −∂C₀/∂a.
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

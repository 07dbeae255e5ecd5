// The section on gradient descent: changes, the column matrix, and one step.
function descent() {
  const { rates, changes: mean, own_changes: own, rows: names, w, w_after, means, C_after } = stage().descent;
  const count = data.examples.length;
  find("#descent .own").innerHTML = changes(own[chosen.example], `This example, a ${example().digit}`);
  find("#descent .mean").innerHTML = changes(mean, `The mean of all ${count} examples in this page`);
  columnMatrix();

  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const before = stage().examples.map((each) => each.C);
  const after = C_after[chosen.rate];
  const verb = average(after) < average(before) ? "falls" : "rises: this step is too large";
  const falling = after.filter((C, n) => C < before[n]).length;
  find("#descent .after").innerHTML =
    `With η = ${rates[chosen.rate]} the mean cost C ${verb}: ${number(average(before))} → ` +
    `<strong>${number(average(after))}</strong>. The cost C₀ falls for ${falling} of ${count} examples.`;
  const costs = data.examples.map(({ digit }, n) => {
    const now = coloured(before[n] - after[n], number(after[n], 2));
    return `<div class="${n === chosen.example ? "chosen" : ""}">${digit}: ${number(before[n], 2)} → ${now}</div>`;
  });
  find("#descent .costs").innerHTML = costs.join("");
  find("#descent .weights").innerHTML = table(
    ["weight", "w", "∂C/∂w", "w − η ∂C/∂w"],
    names.map((name, n) => {
      const numbers = [number(w[n], 4), number(-means[n]), number(w_after[chosen.rate][n], 4)];
      return row([`<code>${name}</code>`, ...numbers]);
    }),
  );
}

function columnMatrix() {
  const { rows: names, columns, means } = stage().descent;
  const sorted = columns.flat().map(Math.abs).sort((x, y) => x - y);
  const limit = sorted[Math.floor(0.95 * (sorted.length - 1))] || 1; // a few are beyond the scale
  const header = ["weight", ...data.examples.map((each) => each.digit), "mean"];
  const rows = names.map((name, n) => {
    const cells = columns[n].map((value, e) => heat(value, limit, e === chosen.example ? "current" : ""));
    return `<tr><th scope="row"><code>${name}</code></th>${cells.join("")}${heat(means[n], largest(means), "mean")}</tr>`;
  });
  const matrix = find("#descent .matrix");
  matrix.innerHTML =
    `<table><thead><tr>${header.map((each) => `<th scope="col">${each}</th>`).join("")}</tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table>`;
  const current = matrix.querySelector(".current");
  matrix.scrollLeft = current.offsetLeft - matrix.querySelector("th").offsetWidth;
}

// Section 3: how far back the network looks; section 4: how that changes during the training.

const profileChart = ({median, low, high}, memory) => ({
  lines: [{y: median}],
  band: {low, high},
  log: true,
  x: "lag s − t in time steps",
  marks: [{x: memory, text: `memory length ${memory}`}],
});

function showMemory() {
  const {profile, length, sentence, saturation} = cell().reach;
  byId("memory-answer").textContent = sentence;
  byId("profile-figure").hidden = profile === null;
  if (profile !== null) drawChart(byId("profile"), profileChart(profile, length));
  byId("saturation-figure").hidden = saturation === null;
  if (saturation !== null)
    drawChart(byId("saturation"), {lines: [{y: saturation}], x: "time t", start: 1, top: 1});
}

function showStage() {
  if (data.stages.length === 0) return;
  const k = Number(byId("stage").value), {step} = data.stages[k];
  const ofCell = data.stages.map(({cells}) => cells[state.cell]), stage = ofCell[k];
  const scale = logScale(ofCell.flatMap(({G}) => G.flat()), COLOUR_DECADES);
  const costs = stage.costs ?? stage.G.map(() => null);
  drawMatrix(byId("stage-matrix"), stage.G, costs, stage.times, scale);
  byId("stage-memory-figure").hidden = stage.memory === null;
  drawChart(byId("stage-memory"), {
    lines: [{y: ofCell.map(({memory}) => memory)}],
    x: "steps of the training",
    labels: data.stages.map((each) => each.step.toLocaleString("en")),
    marks: [{x: k, text: String(stage.memory)}],
  });
  const text = `After ${step.toLocaleString("en")} steps`
    + (stage.memory === null ? "." : ` the memory length is ${stage.memory} time steps.`);
  byId("stage-now").textContent = text;
  byId("stage").setAttribute("aria-valuetext", text);
}

function startStages() {
  if (data.stages.length === 0) return;
  byId("stage").max = data.stages.length - 1;
  byId("stage").value = data.stages.length - 1;
  byId("stage").addEventListener("input", showStage);
  showStage();
}

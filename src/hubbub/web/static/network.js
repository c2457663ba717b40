// Draws the network that the page tells of in its table. Places, sizes and the numbers of colours come from the server;
// the colours themselves are those of the legend, so that both change together between light and dark.
"use strict";

const frame = document.querySelector(".network");
const controls = document.querySelector(".controls");
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

const colourOf = (selector, property) => getComputedStyle(document.querySelector(selector))[property];
const chosen = (name) => [...document.querySelectorAll(`input[name=${name}]:checked`)].map((field) => field.value);

function palette() {
  const colours = {};
  for (const swatch of document.querySelectorAll(".legend .swatch")) {
    const name = [...swatch.classList].find((one) => one !== "swatch");
    colours[name] = getComputedStyle(swatch).backgroundColor;
  }
  return { ...colours, ink: colourOf("body", "color"), paper: colourOf("body", "backgroundColor"), line: colourOf(".network", "borderTopColor") };
}

function graphOf(picture) {
  const graph = new graphology.UndirectedGraph();
  picture.voices.forEach(([name, place, path, x, y, size, group, kind], number) => {
    graph.addNode(number, { label: `${name} (${place})`, path, x, y, size, group, kind });
  });
  for (const [one, other, follows, passed, works] of picture.ties) {
    graph.addEdge(one, other, { follows, passed, works, size: Math.min(0.5 + (follows + passed + works) / 5, 3) });
  }
  return graph;
}

function draw(picture) {
  const graph = graphOf(picture);
  let colours = palette();
  let near = null; // the one that is pointed at, and those it is tied to
  const shows = (tie) => chosen("ties").some((kind) => tie[kind]);

  frame.replaceChildren();
  const drawing = new Sigma(graph, frame, {
    labelColor: { attribute: "ink" },
    labelFont: getComputedStyle(document.body).fontFamily,
    labelDensity: 0.4,
    labelGridCellSize: 180, // pixels: names are about as long
    labelRenderedSizeThreshold: 7,
    stagePadding: 24,
    zIndex: true,
    defaultDrawNodeHover(context, node, settings) {
      context.font = `${settings.labelSize}px ${settings.labelFont}`;
      const width = context.measureText(node.label).width;
      context.fillStyle = colours.paper;
      context.fillRect(node.x + node.size + 1, node.y - settings.labelSize, width + 8, settings.labelSize * 1.8);
      context.fillStyle = colours.ink;
      context.fillText(node.label, node.x + node.size + 4, node.y + settings.labelSize / 3);
    },
    nodeReducer(name, one) {
      const number = one[chosen("colour")[0]];
      const away = near && !near.has(name);
      const colour = away ? colours.line : colours[number === null ? "gnone" : `g${number}`];
      return { ...one, ink: colours.ink, color: colour, label: away ? "" : one.label, zIndex: away ? 0 : 1 };
    },
    edgeReducer(name, tie) {
      const away = near && !graph.extremities(name).every((end) => near.has(end));
      return { ...tie, color: near ? colours.gnone : colours.line, hidden: away || !shows(tie) };
    },
  });

  drawing.on("enterNode", ({ node }) => {
    near = new Set([node, ...graph.filterNeighbors(node, (other) => shows(graph.getEdgeAttributes(node, other)))]);
    drawing.refresh({ skipIndexation: true });
  });
  drawing.on("leaveNode", () => {
    near = null;
    drawing.refresh({ skipIndexation: true });
  });
  drawing.on("clickNode", ({ node }) => location.assign(graph.getNodeAttribute(node, "path")));
  dark.addEventListener("change", () => {
    colours = palette();
    drawing.refresh({ skipIndexation: true });
  });
  controls.addEventListener("change", () => {
    for (const legend of document.querySelectorAll(".legend")) legend.hidden = legend.dataset.colour !== chosen("colour")[0];
    colours = palette();
    drawing.refresh({ skipIndexation: true });
  });
  controls.addEventListener("click", ({ target }) => {
    const camera = drawing.getCamera();
    const duration = still.matches ? 0 : 200;
    if (target.value === "in") camera.animatedZoom({ duration });
    if (target.value === "out") camera.animatedUnzoom({ duration });
    if (target.value === "whole") camera.animatedReset({ duration });
  });
  controls.hidden = false;
}

if (frame) {
  fetch(frame.dataset.from)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then(draw)
    .catch(() => {
      frame.textContent = "The picture could not be drawn here. The table below says the same.";
    });
}

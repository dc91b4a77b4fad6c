// Replaces the still drawing of `look` by one that follows the pointer, the arrow keys or a finger.
// panels: what Python packed, see `_Panel.packed` in look.py. start: [x, y] of the query, as shares of the picture.
// The last argument holds the measures of the drawing, which Python has drawn once with the same ones.
((panels, start, {clear, thick, gap, box, loop}) => {
  const figure = document.currentScript.parentElement, still = figure.querySelector("img"), caption = figure.querySelector("figcaption");
  still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
  const drawing = still.nextElementSibling;
  still.remove();
  const own = figure.querySelector("img.own");  // JupyterLab gives it the address of the file a little later
  const load = () => own.naturalWidth && Object.entries({href: own.src, preserveAspectRatio: "xMidYMid slice"}).forEach(
    ([name, value]) => drawing.querySelector("image.picture").setAttribute(name, value));
  if (own) { own.addEventListener("load", load); load(); }
  const numbers = (text) => text && new Uint16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  panels.forEach((panel, which) => Object.assign(panel, {
    keys: numbers(panel.keys), weights: numbers(panel.weights), values: numbers(panel.values),
    drawn: drawing.querySelector(`g[data-panel="${which}"]`),
  }));
  Object.assign(drawing, {tabIndex: 0});
  drawing.dataset.lmSuppressShortcuts = "";  // Notebook 7 would take the keys before they come here
  drawing.style.cssText = "max-width: 100%; height: auto; touch-action: pan-y; cursor: crosshair";
  let here = start;
  const set = (node, attributes) => Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  const arc = (x, y, to_x, to_y, side) => to_x == x && to_y == y
    ? `M${x} ${y} c${-side} ${-1.6 * side} ${side} ${-1.6 * side} 0 0`
    : `M${x} ${y} Q${(x + to_x) / 2 + 0.2 * (to_y - y)} ${(y + to_y) / 2 - 0.2 * (to_x - x)} ${to_x} ${to_y}`;
  const cell = (at, size) => Math.min(size - 1, Math.max(0, Math.floor(at * size)));
  const place = (panel, key) => panel.slots ? panel.slots[key]
    : `row ${Math.floor(key / panel.key_columns)}, column ${key % panel.key_columns}`;
  const follow = (panel) => {
    const row = cell(here[1], panel.rows), column = cell(here[0], panel.columns), query = row * panel.columns + column;
    const width = panel.width / panel.columns, height = panel.height / panel.rows;
    const x = (column + 0.5) * width, y = (row + 0.5) * height, parts = (name) => panel.drawn.querySelectorAll(name);
    parts(".ring").forEach((ring) => set(ring, {cx: x, cy: y}));
    if (panel.values) return `${panel.name}${(panel.values[query] / panel.unit).toFixed(2)} at row ${row}, column ${column}`;
    const holes = parts(".hole"), arcs = parts(".arc"), bars = parts(".share"), top = holes.length;
    let sum = 0;
    holes.forEach((hole, rank) => {
      const key = panel.keys[query * top + rank], weight = panel.weights[query * top + rank] / panel.unit;
      const [left, upper, wide, high] = panel.slots ? [key * panel.width / panel.slots.length, panel.height + gap, panel.width / panel.slots.length, box]
        : [(key % panel.key_columns) * panel.width / panel.key_columns, Math.floor(key / panel.key_columns) * panel.height / panel.key_rows,
           panel.width / panel.key_columns, panel.height / panel.key_rows];
      set(hole, {x: left, y: upper, width: wide, height: high, "fill-opacity": Math.min(1, clear * weight)});
      set(arcs[rank], {d: arc(x, y, left + wide / 2, upper + high / 2, loop * width), "stroke-width": thick * weight});
      set(bars[rank], {x: panel.width * sum, width: Math.max(0, panel.width * Math.min(weight, 1 - sum) - 0.5)});
      sum += weight;
    });
    const most = panel.weights[query * top] / panel.unit;
    const read = [...panel.weights.slice(query * top, (query + 1) * top)].filter((weight) => weight);
    if (read.length > 1 && Math.max(...read) - Math.min(...read) <= 1) return `${panel.name}${most.toFixed(2)} from each of ${read.length}`;
    return `${panel.name}${most.toFixed(2)} from ${place(panel, panel.keys[query * top])}, ${sum.toFixed(2)} from the ${top} largest`;
  };
  const go = (to) => {
    here = to.map((at) => Math.min(0.9999, Math.max(0, at)));
    const {rows, columns} = panels.find((panel) => panel.rows) || {rows: 1, columns: 1};
    const said = panels.map((panel) => panel.says || follow(panel));
    const reads = panels.some((panel) => panel.weights);
    const begin = reads ? `Row ${cell(here[1], rows)}, column ${cell(here[0], columns)} reads: ` : "";
    caption.textContent = `${begin}${said.join("; ")}.`;
    drawing.setAttribute("aria-label", caption.textContent);
  };
  const under = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const panel = panels.find(({rows, x, y, width, height}) => rows && at.x >= x && at.x < x + width && at.y >= y && at.y < y + height);
    if (panel) go([(at.x - panel.x) / panel.width, (at.y - panel.y) / panel.height]);
  };
  drawing.addEventListener("pointermove", under);
  drawing.addEventListener("pointerdown", under);
  drawing.addEventListener("keydown", (event) => {
    const {rows, columns} = panels.find((panel) => panel.rows) || {rows: 1, columns: 1};
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();  // or the notebook's arrow keys move to another cell
    go([(cell(here[0], columns) + step[0] + 0.5) / columns, (cell(here[1], rows) + step[1] + 0.5) / rows]);
  });
  go(start);
})

// Replaces the still drawing of `look` by one that follows the pointer, the arrow keys or a finger.
// panels: what Python packed, see `_Panel.packed` in look.py. start: [x, y] of the query, as shares of the picture.
// The last argument holds the measures of the drawing, which Python has drawn once with the same ones.
((panels, start, {thick, gap, box, loop, notes}) => {
  const figure = document.currentScript.parentElement, still = figure.querySelector("img"), caption = figure.querySelector("figcaption");
  still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
  const drawing = still.nextElementSibling;
  still.remove();
  const own = figure.querySelector("img.own");  // JupyterLab gives it the address of the file a little later
  const load = () => own.naturalWidth && Object.entries({href: own.src, preserveAspectRatio: "xMidYMid slice"}).forEach(
    ([name, value]) => drawing.querySelector("image.picture").setAttribute(name, value));
  if (own) { own.addEventListener("load", load); load(); }
  const kinds = {keys: Uint16Array, equal: Uint16Array, light: Uint8Array, weights: Float32Array, most: Float32Array, means: Float32Array, values: Float32Array};
  panels.forEach((panel, which) => {
    for (const [name, kind] of Object.entries(kinds)) if (panel[name]) panel[name] = new kind(Uint8Array.from(atob(panel[name]), (c) => c.charCodeAt(0)).buffer);
    panel.drawn = drawing.querySelector(`g[data-panel="${which}"]`);
  });
  const number = (value) => value && value < 0.0995 ? value.toPrecision(2) : value.toFixed(2), times = (value) => value.toFixed(value < 10 ? 1 : 0);
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
  const canvas = document.createElement("canvas");
  const lit = (panel, query) => {  // the mask of a query: white where no light falls
    canvas.width = Math.ceil(panel.key_columns / panel.side);
    canvas.height = Math.ceil(panel.key_rows / panel.side);
    const pixels = new ImageData(canvas.width, canvas.height), size = canvas.width * canvas.height;
    panel.light.subarray(query * size, (query + 1) * size).forEach((light, at) => pixels.data.set([255 - light, 255 - light, 255 - light, 255], 4 * at));
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    panel.drawn.querySelector(".light").setAttribute("href", canvas.toDataURL());
  };
  const follow = (panel) => {
    const row = cell(here[1], panel.rows), column = cell(here[0], panel.columns), query = row * panel.columns + column;
    const width = panel.width / panel.columns, height = panel.height / panel.rows;
    const x = (column + 0.5) * width, y = (row + 0.5) * height, parts = (name) => panel.drawn.querySelectorAll(name);
    parts(".ring").forEach((ring) => set(ring, {cx: x, cy: y}));
    if (panel.values) return `${panel.name}${number(panel.values[query])} at row ${row}, column ${column} (${panel.lightest})`;
    const arcs = parts(".arc"), bars = parts(".share"), {top} = panel, most = panel.most[query], equal = panel.equal[query];
    const keys = panel.keys.subarray(query * top, (query + 1) * top), weights = panel.weights.subarray(query * top, (query + 1) * top);
    const whole = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    let sum = 0;
    weights.forEach((weight, rank) => {
      const key = keys[rank];
      const [left, upper, wide, high] = panel.slots ? [key * panel.width / panel.slots.length, panel.height + gap, panel.width / panel.slots.length, box]
        : [(key % panel.key_columns) * panel.width / panel.key_columns, Math.floor(key / panel.key_columns) * panel.height / panel.key_rows,
           panel.width / panel.key_columns, panel.height / panel.key_rows];
      set(arcs[rank], {d: arc(x, y, left + wide / 2, upper + high / 2, loop * width), "stroke-width": thick * weight / whole});
      set(bars[rank], {x: panel.width * sum, width: Math.max(0, panel.width * Math.min(weight, 1 - sum) - 0.5)});
      sum += weight;
    });
    if (panel.light) lit(panel, query);
    if (!most) return `${panel.name}nothing`;
    const drawn = weights.filter((weight) => weight).length, where = equal > 1 ? `each of ${equal}` : place(panel, keys[0]);
    const lightest = equal == panel.count ? "equal shares" : `lightest: ${times(most / panel.means[query])} times an equal share`;
    return `${panel.name}${number(most)} from ${where} (${lightest})${drawn > equal ? `, ${number(sum)} from the ${drawn} largest` : ""}`;
  };
  const {rows, columns} = panels.find((panel) => panel.rows) || {rows: 1, columns: 1};
  const go = (to) => {
    here = to.map((at) => Math.min(0.9999, Math.max(0, at)));
    const said = panels.map((panel) => panel.says || follow(panel));
    const reads = panels.some((panel) => panel.weights);
    const begin = reads ? `Row ${cell(here[1], rows)}, column ${cell(here[0], columns)} reads: ` : "";
    caption.textContent = `${begin}${said.join("; ")}.${notes}`;
    drawing.setAttribute("aria-label", caption.textContent);
  };
  const under = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const panel = panels.find(({rows, x, y, width, height}) => rows && at.x >= x && at.x < x + width && at.y >= y && at.y < y + height);
    if (panel) go([(at.x - panel.x) / panel.width, (at.y - panel.y) / panel.height]);
  };
  ["pointermove", "pointerdown"].forEach((kind) => drawing.addEventListener(kind, under));
  drawing.addEventListener("keydown", (event) => {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();  // or the notebook's arrow keys move to another cell
    go([(cell(here[0], columns) + step[0] + 0.5) / columns, (cell(here[1], rows) + step[1] + 0.5) / rows]);
  });
  go(start);
})

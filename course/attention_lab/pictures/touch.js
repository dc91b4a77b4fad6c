// Adds sliders and buttons to the still drawings of `slide`, which then follow them.
// controls: label, names of the values, and whether they are numbers, of each. start: where each begins.
// says, seen: the sentence of each place, and what differs between places: drawing, element, attribute, its values, and
// which of them each place has. The places are in the order of itertools.product: the last control changes fastest.
((controls, start, says, seen, plays) => {
  const box = document.currentScript.parentElement, caption = box.querySelector("figcaption");
  const drawings = [...box.querySelectorAll("img")].map((still) => {
    still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
    const drawing = still.nextElementSibling;
    drawing.style.cssText = "max-width: 100%; height: auto";
    still.remove();
    return [drawing, ...drawing.querySelectorAll("*")];
  });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  drawings.forEach(([drawing], which) => drawing.setAttribute(...which ? ["aria-hidden", true] : ["role", "img"]));
  seen.forEach(([which, element]) => { if (!calm) drawings[which][element].style.transition = "all 0.12s"; });
  const add = (parent, tag, properties, style = "") => {
    const made = Object.assign(document.createElement(tag), properties);
    made.style.cssText = style;
    return parent.appendChild(made);
  };
  const rows = add(box, "div", {}, "display: grid; grid-template-columns: repeat(2, max-content) minmax(6em, 20em) max-content auto; "
                                   + "gap: 0.4em 0.7em; align-items: center; margin-bottom: 0.6em; flex-basis: 100%");
  drawings[0][0].before(rows);  // VS Code runs the script elsewhere, so that the drawings need not be children of `box`
  const own = (control) => { control.dataset.lmSuppressShortcuts = ""; };  // Notebook 7 would take its keys before they come here
  rows.addEventListener("keydown", (event) => event.stopPropagation());  // or the notebook's arrow keys move to another cell
  const here = [...start];
  const follow = () => {
    const place = controls.reduce((index, [, names], which) => index * names.length + here[which], 0);
    seen.forEach(([which, element, name, values, at]) => {
      const node = drawings[which][element], value = values[at[place]];
      if (name) node.setAttribute(name, value); else node.textContent = value;
    });
    caption.textContent = says[place];
    drawings[0][0].setAttribute("aria-label", says[place]);  // once: it is about all of them
  };
  const slider = (label, names, which) => {
    const row = add(rows, "label", {}, "display: contents");
    add(row, "span", {textContent: label});
    add(row, "small", {textContent: names[0]}, "text-align: right");
    const range = add(row, "input", {type: "range", min: 0, max: names.length - 1, step: 1, value: start[which]}, "margin: 0");
    add(row, "small", {textContent: names[names.length - 1]});
    const value = add(row, "output", {}, "font-weight: bold");
    const say = () => {
      value.textContent = names[range.value];
      range.setAttribute("aria-valuetext", names[range.value]);
    };
    range.setAttribute("aria-label", label);
    own(range);
    range.addEventListener("input", () => { here[which] = Number(range.value); say(); follow(); });
    say();
    drawings[0][0].querySelectorAll("svg.wipe").forEach((picture) => {  // its line follows the pointer, too
      drawings[0][0].style.touchAction = "pan-y";
      drawings[0][0].addEventListener("pointermove", (event) => {
        const {left, width} = picture.getBoundingClientRect();
        if (!event.buttons) return;
        range.value = Math.round(Math.min(1, Math.max(0, (event.clientX - left) / width)) * range.max);
        range.dispatchEvent(new Event("input"));
      });
    });
    if (label != plays || calm) return;
    const button = add(rows, "button", {textContent: "Play", type: "button"}, "grid-column: 2 / -1; justify-self: start");
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
    range.addEventListener("pointerdown", stop);
    own(button);
    const to = (step) => { range.value = step; range.dispatchEvent(new Event("input")); };
    button.addEventListener("click", () => {
      if (timer) { stop(); return; }
      button.textContent = "Stop";
      to(0);
      timer = setInterval(() => here[which] < names.length - 1 && button.isConnected ? to(here[which] + 1) : stop(),
                          Math.max(100, 3000 / names.length));
    });
  };
  const choice = (label, names, which) => {
    const group = `touch-${Math.random()}`;  // buttons of one name turn each other off, in the whole page
    add(rows, "span", {textContent: label});
    const buttons = add(rows, "fieldset", {}, "border: 0; margin: 0; padding: 0; grid-column: 2 / -1; "
                                                + "width: 0; min-width: 100%");  // however long its names, the columns stay narrow
    buttons.setAttribute("role", "radiogroup");
    buttons.setAttribute("aria-label", label);
    names.forEach((name, place) => {
      const line = add(buttons, "label", {}, "margin-right: 1.2em; white-space: nowrap; line-height: 1.6");
      const button = add(line, "input", {type: "radio", name: group, checked: place == start[which]}, "margin: 0 0.4em 0 0; width: 1.2em; height: 1.2em");
      line.append(name);
      own(button);
      button.addEventListener("input", () => { here[which] = place; follow(); });
    });
  };
  controls.forEach(([label, names, quantity], which) => (quantity ? slider : choice)(label, names, which));
  follow();
})

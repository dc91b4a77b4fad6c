// The map of modules and tasks: the five runs of the cell under the pointer, a finger or the focus, at both budgets.
addEventListener("DOMContentLoaded", () => document.querySelectorAll(".modules").forEach((map) => {
  const table = map.querySelector("table"), place = map.querySelector(".runs"), rows = [...table.tBodies[0].rows];
  const budgets = ["the lesson’s steps", "five times as many"];
  let here;
  const show = (cell) => {
    const head = table.tHead.rows[0].cells[cell.cellIndex], chance = head.dataset.chance;
    if (here) { here.tabIndex = -1; here.removeAttribute("aria-selected"); }
    here = cell;
    Object.assign(cell, {tabIndex: 0, ariaSelected: "true"});
    const lines = cell.dataset.runs.split(" ").map((runs, which) => {
      const dots = runs.split(",").map((run) => `<i style="left:${run}%"></i>`).join("");
      const said = runs.split(",").map((run) => Math.round(run)).join(" · ");
      return `<dt>${budgets[which]}</dt><dd><span class="strip" aria-hidden="true"><u style="left:${chance}%"></u>${dots}</span>${said}</dd>`;
    });
    place.innerHTML = `<b>${cell.parentElement.cells[0].innerHTML}, ${head.firstChild.data}</b> (at chance: ${chance} %)<dl>${lines.join("")}</dl>`;
  };
  const cellOf = (event) => event.target.closest("td[data-runs]");
  table.setAttribute("role", "grid");
  map.querySelectorAll("td[data-runs]").forEach((cell) => { cell.tabIndex = -1; });
  for (const happens of ["pointerover", "focusin"]) table.addEventListener(happens, (event) => cellOf(event) && show(cellOf(event)));
  table.addEventListener("keydown", (event) => {
    const [down, right] = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key] || [0, 0];
    const to = rows[rows.indexOf(here.parentElement) + down]?.cells[here.cellIndex + right];
    if (!cellOf(event) || !to?.dataset.runs || to === here) return;
    event.preventDefault();
    to.focus();
  });
  map.classList.add("live");
  show(map.querySelector("[data-first]"));
}));

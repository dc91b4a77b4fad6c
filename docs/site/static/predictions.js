// A prediction on a page: what somebody typed, beside what was measured. The words are those of attention_lab/pictures/prediction.py.
addEventListener("DOMContentLoaded", () => {
  const number = (text) => ({nan: NaN, inf: Infinity, "-inf": -Infinity}[text] ?? (text ? Number(text.replaceAll(",", "")) : null));
  const short = (value) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    if (Number.isInteger(value)) return value.toLocaleString("en");
    return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
  };
  const points = (guess, truth) => Math.abs(guess - truth) < 0.05 ? "exact"
    : `${Math.abs(guess - truth).toFixed(1)} points too ${guess > truth ? "high" : "low"}`;
  const ratio = (guess, truth) => {
    const larger = Math.abs(guess) > Math.abs(truth);
    if (Number.isNaN(guess) && Number.isNaN(truth) || guess === truth) return "exact";
    if (!Number.isFinite(guess) || !Number.isFinite(truth)) return "not the same";
    if (Math.abs(guess - truth) <= 1e-4 * Math.max(Math.abs(guess), Math.abs(truth))) return "exact";
    if (guess * truth <= 0) return `${short(Math.abs(guess - truth))} too ${guess > truth ? "high" : "low"}`;
    const times = Math.max(guess / truth, truth / guess);
    if (times < 1.1) return `${Number((100 * (times - 1)).toPrecision(2))} % too ${larger ? "high" : "low"}`;
    return `${short(times)} times ${larger ? "too large" : "too small"}`;
  };
  document.querySelectorAll("form.prediction").forEach((form) => {
    form.nextElementSibling.remove();  // the fold, for those without scripts
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const off = form.dataset.unit.includes("%") ? points : ratio;
      const rows = [...form.querySelectorAll("tbody tr")];
      rows.forEach((row) => {
        const [typed, measured, said] = [row.querySelector("input").value.trim().toLowerCase(), ...row.querySelectorAll("td + td")];
        const guess = number(typed), truth = number(measured.dataset.measured);
        const readable = guess !== null && (typed === "nan" || !Number.isNaN(guess));
        measured.textContent = readable ? short(truth) : "?";
        said.textContent = readable ? off(guess, truth) : guess === null ? "predict first" : "not a number";
      });
      if (rows.some((row) => row.querySelector("td + td").textContent === "?")) return;
      form.closest("section").querySelectorAll("details").forEach((fold) => {
        const said = fold.querySelector("summary").textContent, below = form.compareDocumentPosition(fold) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (below && (said.startsWith("What came out") || said.startsWith("The results"))) fold.open = true;
      });
    });
  });
});

// How far somebody has read a lesson: a bar at the top, and how many of the lesson's minutes are below the window.
addEventListener("DOMContentLoaded", () => {
  const minutes = Number(document.querySelector("[data-minutes]")?.dataset.minutes), article = document.querySelector("article");
  if (!minutes) return;
  article.insertAdjacentHTML("beforeend", '<div class="reading" aria-hidden="true"><i></i><span></span></div>');
  const [bar, left] = article.querySelector(".reading").children;
  const look = () => {
    const {top, height} = article.getBoundingClientRect(), share = Math.min(1, Math.max(0, -top / Math.max(1, height - innerHeight)));
    const still = 5 * Math.ceil(minutes * (1 - share) / 5);  // a page's share says no more than that
    bar.style.transform = `scaleX(${share})`;
    left.textContent = share < 0.01 || !still ? "" : `about ${still} min left`;
  };
  look();
  for (const happens of ["scroll", "resize"]) addEventListener(happens, look, {passive: true});
  document.addEventListener("toggle", look, true);  // a fold makes the page longer
});

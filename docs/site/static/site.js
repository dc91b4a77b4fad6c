addEventListener("DOMContentLoaded", () => {
  const each = (what, change) => document.querySelectorAll(what).forEach(change);

  // What can be scrolled can be reached from the keyboard; what lies in a fold, or in a window that was wider, only then.
  const reach = () => each("pre, article p, .table-wrapper, .output, .formula, .scrolled",
    (box) => {
      if (box.scrollWidth <= box.clientWidth) return;
      box.tabIndex = 0;
      box.onscroll = () => box.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
      box.onscroll();
    });
  each(".scrolled:has(> .course-map)", (box) => { box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2; });  // its top is in the middle
  reach();
  document.addEventListener("toggle", reach, true);
  addEventListener("resize", reach);

  // What the theme leaves out for those who hear a page.
  each(".sidebar-drawer", (part) => part.setAttribute("aria-label", "All pages"));
  each(".toc-drawer", (part) => part.setAttribute("aria-label", "On this page"));
  each("[role=heading]:not([aria-level])", (heading) => heading.setAttribute("aria-level", "2"));
  each("th", (head) => { if (!head.textContent.trim()) head.replaceWith(document.createElement("td")); });
  each("#search-results", (results) => results.insertAdjacentHTML("beforebegin", "<h1>Search</h1>"));
});

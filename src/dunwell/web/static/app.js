// Small conveniences; every page works without them.
(() => {
  "use strict";
  const wide = window.matchMedia("(min-width: 821px)");
  const menu = document.querySelector(".menu > details");
  if (menu) {
    const fit = () => { menu.open = wide.matches; };
    wide.addEventListener("change", fit);
    fit();
  }

  // What scrolls sideways can be scrolled with the keyboard.
  const letScroll = () => {
    for (const place of document.querySelectorAll(".scroll")) {
      if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", letScroll);
  document.addEventListener("htmx:afterSettle", letScroll);
  letScroll();

  // One box chooses all boxes of its table; what is chosen is counted.
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
    const form = box.form;
    if (box.dataset.all && form) {
      for (const other of form.querySelectorAll(`input[name="${box.dataset.all}"]`)) other.checked = box.checked;
    }
    const count = form && form.querySelector("[data-chosen]");
    if (count) count.textContent = String(form.querySelectorAll("tbody input:checked").length);
  });

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !(button instanceof HTMLButtonElement)) return;
    setTimeout(() => { button.disabled = true; }, 0);
    setTimeout(() => { button.disabled = false; }, 8000);
  });

  // Keys: g then a letter goes somewhere, / searches, j and k walk the rows, ? shows the keys.
  let waitsForPlace = false;
  const isTyping = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  const rows = () => Array.from(document.querySelectorAll("tbody tr a[data-row]"));
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    all[Math.min(Math.max(at + by, 0), all.length - 1)].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (waitsForPlace) {
      waitsForPlace = false;
      const link = document.querySelector(`.menu a[data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { waitsForPlace = true; setTimeout(() => { waitsForPlace = false; }, 1500); }
    else if (event.key === "/") {
      const search = document.querySelector('input[type="search"]');
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") {
      const keys = document.getElementById("keys");
      if (keys) keys.showModal();
    }
  });
  document.addEventListener("click", (event) => {
    const closer = event.target instanceof Element && event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    const printer = event.target instanceof Element && event.target.closest("[data-print]");
    if (printer) window.print();
  });

  // Charts: the numbers stand in the page as a table too; the picture is drawn from the same values.
  for (const place of document.querySelectorAll("canvas[data-chart]")) {
    if (!window.Chart) break;
    const config = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--pico-color").trim();
    window.Chart.defaults.color = ink;
    window.Chart.defaults.animation = false;
    window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    new window.Chart(place, config);
  }
})();

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

  // Whoever works with the keyboard is where the change is: at what was said, or at the first field to mend; and not
  // at the top of the page because what had the focus was exchanged.
  const first = ['[aria-invalid="true"]', ".errorlist", ".page > .said[data-said]"]
    .map((what) => document.querySelector(what)).find((place) => place);
  if (first) {
    if (!first.matches("input, select, textarea")) first.tabIndex = -1;
    first.focus();
  }
  let isLost = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const place = event.detail.target;
    isLost = place.contains(document.activeElement) && document.activeElement !== document.body;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!isLost || document.activeElement !== document.body) return;
    isLost = false;
    const place = event.detail.elt;
    const next = place.querySelector("a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary");
    if (!next) place.tabIndex = -1;
    (next || place).focus();
  });

  // A frame that a button fills is not shown before it has something in it.
  for (const frame of document.querySelectorAll("iframe[name]")) {
    frame.hidden = Boolean(document.querySelector(`button[formtarget="${frame.name}"]`));
  }
  document.addEventListener("submit", ({ submitter }) => {
    const frame = submitter && submitter.formTarget && document.querySelector(`iframe[name="${submitter.formTarget}"]`);
    if (frame) frame.hidden = false;
  });

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !(button instanceof HTMLButtonElement) || button.formTarget) return; // the page stays
    setTimeout(() => { button.disabled = true; }, 0);
    setTimeout(() => { button.disabled = false; }, 8000);
  });

  // What is called a button is pressed like one.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !(event.target instanceof Element) || !event.target.matches('a[role="button"]')) return;
    event.preventDefault();
    event.target.click();
  });

  // Keys: g then a letter goes somewhere, / searches, j and k walk the rows, ? shows the keys.
  let waitsForPlace = false;
  const isTyping = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  const rows = () => Array.from(document.querySelectorAll("a[data-row]"));
  const keys = document.getElementById("keys");
  const single = keys && keys.querySelector("[data-single]");
  const areOff = () => localStorage.getItem("single-keys") === "off";
  if (single) {
    single.checked = !areOff();
    single.addEventListener("change", () => {
      if (single.checked) localStorage.removeItem("single-keys");
      else localStorage.setItem("single-keys", "off");
    });
  }
  for (const opener of document.querySelectorAll("[data-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => keys.showModal());
  }
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    all[Math.min(Math.max(at + by, 0), all.length - 1)].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || areOff()) return;
    if (keys && keys.open) return;
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

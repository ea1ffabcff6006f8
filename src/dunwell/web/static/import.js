// Files dropped on the zone go into its plain file input; what was chosen is listed, and what is too large is said at once.
(() => {
  "use strict";
  const zone = document.querySelector("[data-drop]");
  if (!zone) return;
  const input = zone.querySelector('input[type="file"]');
  const list = zone.querySelector("[data-files]");
  const tooLarge = zone.querySelector("[data-too-large]");
  const button = zone.querySelector("button");
  const size = (bytes) => bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  const show = () => {
    const files = Array.from(input.files);
    list.replaceChildren(...files.map((file) => {
      const row = document.createElement("li");
      row.textContent = `${file.name} · ${size(file.size)}`;
      return row;
    }));
    const isTooLarge = files.reduce((sum, file) => sum + file.size, 0) > Number(zone.dataset.bytesMax);
    tooLarge.hidden = !isTooLarge;
    button.disabled = isTooLarge;
  };
  input.addEventListener("change", show);

  let depth = 0;
  const mark = (by) => { depth = Math.max(0, depth + by); zone.classList.toggle("over", depth > 0); };
  zone.addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("dragleave", () => mark(-1));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    show();
  });
  // A file that misses the zone must not take the page's place.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
})();

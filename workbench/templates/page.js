(() => {
  "use strict";
  const root = document.documentElement;

  // Theme
  const theme = document.querySelector("button.theme");
  const label = () => { theme.textContent = wbTheme() === "dark" ? "Light" : "Dark"; theme.setAttribute("aria-label", `Switch to the ${theme.textContent.toLowerCase()} theme`); };
  const changed = () => { label(); document.dispatchEvent(new Event("wb-theme")); };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = wbTheme() === "dark" ? "light" : "dark";
    try { localStorage.setItem("wb-theme", root.dataset.theme); } catch { /* it holds for this page then */ }
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  label();

  // Contents
  const fold = document.querySelector("button.fold"), list = document.getElementById("toc-list");
  const narrow = matchMedia("(max-width: 60rem)");
  const open = (yes) => { fold.setAttribute("aria-expanded", yes); list.classList.toggle("folded", !yes); };
  fold.hidden = false;
  fold.addEventListener("click", () => open(fold.getAttribute("aria-expanded") !== "true"));
  narrow.addEventListener("change", () => open(!narrow.matches));
  open(!narrow.matches);
  list.addEventListener("click", (event) => { if (narrow.matches && event.target.closest("a")) open(false); });

  // Search: every table with the rows that hold all the words, those that are still packed included.
  const find = document.querySelector(".find"), field = find.querySelector("input");
  const [told, found] = [find.querySelector("[role=status]"), find.querySelector("ol")];
  let asked = 0;
  async function search() {
    const turn = ++asked, query = field.value.trim(), words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = [];
    if (query.length > 1) for (const grid of wbTables) {
      const rows = await grid.count(words);
      if (turn !== asked) return;  // the reader typed on
      if (rows) hits.push([rows, grid]);
    }
    const rows = hits.reduce((sum, [number]) => sum + number, 0);
    told.textContent = query.length < 2 ? "" : rows ? `${rows.toLocaleString("en")} rows in ${hits.length} table${hits.length === 1 ? "" : "s"}` : "No table has it";
    found.replaceChildren(...hits.map(([number, grid]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${grid.caption} (${number})` });
      button.addEventListener("click", () => { if (narrow.matches) open(false); grid.find(query); });
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
  }
  let pause;
  field.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(search, 200); });
  find.hidden = wbTables.length === 0;

  const links = new Map([...list.querySelectorAll("a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    const passed = headings.filter((h) => h.getBoundingClientRect().top < innerHeight / 3);
    const current = links.get((passed.at(-1) ?? headings[0])?.id);
    for (const a of links.values()) a === current ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();

  // Copying. A page opened as a file may be denied the clipboard's interface; a selection always works.
  async function copy(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* below */ }
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
  function copyable() {
    for (const code of document.querySelectorAll("pre:not(:has(> .copy)) > code.language-sql")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy" });
      button.setAttribute("aria-label", "Copy this SQL");
      button.addEventListener("click", async () => {
        button.textContent = (await copy(code.textContent)) ? "Copied" : "Not copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      code.parentElement.append(button);
    }
  }
  copyable();
  document.addEventListener("wb-tables", copyable);
})();

(() => {
  "use strict";
  const MANY = 12, FIRST = 12, FOLDED = 20;
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);
  const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  let unpacked = null;
  const packedRows = () => unpacked ??= document.getElementById("wb-rows") ? wbUnpack("wb-rows").then(JSON.parse) : Promise.resolve([]);

  // One table: its rows, those that are still packed, and which of them are to be seen.
  class Grid {
    constructor(box) {
      this.box = box;
      this.table = box.querySelector("table");
      this.body = this.table.tBodies[0];
      this.total = Number(box.dataset.rows ?? this.body.rows.length);
      this.caption = this.table.caption.firstElementChild?.textContent ?? this.table.caption.textContent;
      this.open = this.total <= FOLDED;
      this.words = [];
      this.severity = "";
      this.sortable();
      if (this.total >= MANY) this.filterable();
      this.scrollable();
      if (!this.open) this.expandable();
    }

    async load() {
      if (!this.box.dataset.rest) return;
      const rest = (await packedRows())[Number(this.box.dataset.rest)];
      if (!this.box.dataset.rest) return;  // another call was faster
      delete this.box.dataset.rest;
      this.body.insertAdjacentHTML("beforeend", rest);
      document.dispatchEvent(new Event("wb-tables"));
    }

    show() {
      const filtered = this.words.length > 0 || this.severity !== "";
      let found = 0;
      for (const row of this.body.rows) {
        row.words ??= row.textContent.toLowerCase();
        const fits = this.words.every((word) => row.words.includes(word))
          && (!this.severity || row.querySelector(`.wb-badge.${this.severity}`) !== null);
        found += fits;
        row.hidden = !fits || (!filtered && !this.open && found > FIRST);
      }
      if (this.status) this.status.textContent = filtered ? `${found} of ${this.body.rows.length} rows` : "";
      if (this.more) {
        this.more.hidden = filtered;
        this.more.textContent = this.open ? `Show the first ${FIRST}` : `Show all ${this.total.toLocaleString("en")} rows`;
        this.more.setAttribute("aria-expanded", this.open);
        this.box.querySelector(".wb-first")?.toggleAttribute("hidden", this.open || filtered);
      }
    }

    async change(changes) { await this.load(); Object.assign(this, changes); this.show(); }

    sort(column, descending) {
      const rows = [...this.body.rows].map((row) => [value(row, column), row]);
      const numeric = rows.every(([v]) => v === "" || !Number.isNaN(Number(v)));
      const compare = numeric ? (a, b) => a - b : collator.compare;
      rows.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === "");  // what is unknown comes last either way
        return descending ? compare(b, a) : compare(a, b);
      });
      this.body.append(...rows.map(([, row]) => row));
      [...this.table.tHead.rows[0].cells].forEach((cell, i) => {
        if (i === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
        else cell.removeAttribute("aria-sort");
      });
      this.show();
    }

    sortable() {
      [...this.table.tHead.rows[0].cells].forEach((cell, column) => {
        const button = element("button", { type: "button", className: "wb-sort" });
        button.append(...cell.childNodes);
        cell.append(button);
        button.addEventListener("click", async () => {
          await this.load();
          const now = cell.getAttribute("aria-sort");
          // Of figures the greatest are wanted first, and of severities the gravest.
          const first = cell.classList.contains("n") || this.body.rows[0]?.cells[column].querySelector(".wb-badge") !== null;
          this.sort(column, now ? now === "ascending" : first);
        });
      });
    }

    filterable() {
      this.input = element("input", { type: "search", placeholder: "Filter rows", spellcheck: false });
      this.input.setAttribute("aria-label", `Filter rows: ${this.caption}`);
      this.input.addEventListener("input", () => this.change({ words: wordsOf(this.input.value) }));
      this.status = element("span", { className: "wb-shown" });
      this.status.setAttribute("role", "status");
      const tools = element("div", { className: "wb-tools" });
      if (this.body.querySelector(".wb-badge.medium, .wb-badge.low, .wb-badge.high")) tools.append(this.severities());
      tools.append(this.input);
      this.table.caption.append(this.status);
      this.box.prepend(tools);
    }

    severities() {
      const select = element("select");
      select.setAttribute("aria-label", `Severity: ${this.caption}`);
      for (const name of ["", "critical", "high", "medium", "low", "info"]) select.append(element("option", { value: name, textContent: name || "All severities" }));
      select.addEventListener("change", () => this.change({ severity: select.value }));
      return select;
    }

    scrollable() {
      const frame = element("div", { className: "wb-scroll" });
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", this.caption);
      this.table.replaceWith(frame);
      frame.append(this.table);
      // Only what scrolls is a stop of the keyboard.
      new ResizeObserver(() => {
        if (frame.scrollWidth > frame.clientWidth + 1) frame.tabIndex = 0;
        else frame.removeAttribute("tabindex");
      }).observe(frame);
    }

    expandable() {
      this.more = element("button", { type: "button", className: "wb-all" });
      this.more.addEventListener("click", () => this.change({ open: !this.open }));
      (this.box.querySelector(".wb-more") ?? this.box).prepend(this.more);
      this.show();
    }

    // How many rows hold all the words, those that are still packed included.
    async count(words) {
      if (!this.texts) {
        const packed = element("template");
        if (this.box.dataset.rest) packed.innerHTML = (await packedRows())[Number(this.box.dataset.rest)];
        this.texts = [...this.body.rows, ...packed.content.querySelectorAll("tr")].map((row) => row.textContent.toLowerCase());
      }
      return this.texts.filter((text) => words.every((word) => text.includes(word))).length;
    }

    async find(query) {
      if (this.input) { this.input.value = query; await this.change({ words: wordsOf(query) }); }
      this.box.scrollIntoView();
    }
  }

  const grids = [...document.querySelectorAll(".wb-table")].map((box) => new Grid(box));
  window.wbTables = grids;

  // A finding's address opens the table that holds it.
  async function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id.startsWith("finding-")) return;
    for (const grid of grids) if (grid.body.querySelector("tr[id]")) await grid.load();
    const row = document.getElementById(id);
    const grid = row && grids.find((one) => one.body === row.parentElement);
    if (!grid) return;
    await grid.change({ open: true, words: [], severity: "" });
    document.querySelector("tr.wb-target")?.classList.remove("wb-target");
    row.classList.add("wb-target");
    row.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", follow);
  follow();

  // Programs are shown whole at once; on paper their later lines stay away.
  (async () => {
    for (const code of document.querySelectorAll("code[data-rest]")) {
      const rest = element("span", { className: "rest" });
      rest.innerHTML = (await packedRows())[Number(code.dataset.rest)];
      code.append(rest);
    }
  })();
})();

(() => {
  "use strict";
  const MANY = 12, LONG = 30;
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const element = (name, properties) => Object.assign(document.createElement(name), properties);

  function sort(table, column, descending) {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    const numeric = rows.every(([v]) => v === "" || !Number.isNaN(Number(v)));
    const compare = numeric ? (a, b) => a - b : collator.compare;
    rows.sort(([a], [b]) => {
      if (a === "" || b === "") return (a === "") - (b === "");  // what is unknown comes last either way
      return descending ? compare(b, a) : compare(a, b);
    });
    body.append(...rows.map(([, row]) => row));
    [...table.tHead.rows[0].cells].forEach((cell, i) => {
      if (i === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
  }

  function sortable(table) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const button = element("button", { type: "button", className: "wb-sort" });
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const now = cell.getAttribute("aria-sort");
        // Of figures the greatest are wanted first.
        sort(table, column, now ? now === "ascending" : cell.classList.contains("n"));
      });
    });
  }

  function filterable(box, table) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < MANY) return;
    const input = element("input", { type: "search", placeholder: "Filter rows", spellcheck: false });
    input.setAttribute("aria-label", `Filter rows: ${table.caption.textContent}`);
    const status = element("span", { className: "wb-shown" });
    status.setAttribute("role", "status");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        shown += !row.hidden;
      });
      status.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    });
    const tools = element("div", { className: "wb-tools" });
    tools.append(input);
    table.caption.append(status);
    box.prepend(tools);
  }

  function scrollable(box, table) {
    const frame = element("div", { className: "wb-scroll", tabIndex: 0 });
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", table.caption.textContent);
    if (table.tBodies[0].rows.length > LONG) frame.classList.add("long");
    table.replaceWith(frame);
    frame.append(table);
  }

  function enhance(box) {
    const table = box.querySelector("table");
    sortable(table);
    filterable(box, table);
    scrollable(box, table);
  }

  async function start() {
    const boxes = [...document.querySelectorAll(".wb-table")];
    if (document.getElementById("wb-rows")) {
      const rows = JSON.parse(await wbUnpack("wb-rows"));
      for (const box of boxes) {
        if (box.dataset.rest) box.querySelector("tbody").insertAdjacentHTML("beforeend", rows[Number(box.dataset.rest)]);
      }
      for (const code of document.querySelectorAll("code[data-rest]")) {
        code.insertAdjacentHTML("beforeend", rows[Number(code.dataset.rest)]);
      }
    }
    boxes.forEach(enhance);
    document.dispatchEvent(new Event("wb-tables"));
  }
  start();
})();

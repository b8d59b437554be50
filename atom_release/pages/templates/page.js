(() => {
  "use strict";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const bar = document.getElementById("filter");
  const search = bar.querySelector("input[type=search]");
  const boxes = all("input[type=checkbox]", bar);
  const told = document.getElementById("told");
  const rows = all("[data-state]");
  const groups = all("[data-group]");
  const text = new Map();
  const words = (row) => {
    if (!text.has(row)) text.set(row, row.textContent.toLowerCase());
    return text.get(row);
  };
  const apply = () => {
    const wanted = search.value.trim().toLowerCase();
    const states = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const active = wanted !== "" || states.size > 0;
    let shown = 0;
    for (const row of rows) {
      const fits = (states.size === 0 || states.has(row.dataset.state)) && (wanted === "" || words(row).includes(wanted));
      row.hidden = !fits;
      shown += fits;
    }
    for (const group of groups) {
      group.hidden = active && !group.querySelector("[data-state]:not([hidden])");
      if (group.tagName === "DETAILS" && active && !group.hidden) group.open = true;
    }
    told.textContent = active ? `${shown} of ${rows.length} rows shown` : "";
  };
  search.addEventListener("input", apply);
  boxes.forEach((box) => box.addEventListener("change", apply));
  const order = new Intl.Collator("en", { numeric: true });
  const sort = (head) => {
    const table = head.closest("table");
    const place = [...head.parentNode.children].indexOf(head);
    const up = head.getAttribute("aria-sort") !== "ascending";
    all("th[aria-sort]", table).forEach((other) => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const sorted = [...body.rows].sort((one, other) => {
      const compared = order.compare(one.cells[place].textContent, other.cells[place].textContent);
      return up ? compared : -compared;
    });
    body.append(...sorted);
  };
  const sortable = (table) => all("thead th:not([aria-sort])", table).forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(head));
  });
  all("table.sortable").forEach((table) => {
    const fold = table.closest("details:not([open])");
    if (fold) fold.addEventListener("toggle", () => sortable(table), { once: true });
    else sortable(table);
  });
  addEventListener("beforeprint", () => all("details[data-print]").forEach((fold) => { fold.open = true; }));
  bar.hidden = false;
})();

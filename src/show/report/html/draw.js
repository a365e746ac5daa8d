// Draws every figure of the page from the specification beside it, and lets tables be sorted. SVG, so that it prints
// sharply, follows the page's colours, and is readable by a screen reader; `ast` evaluates expressions without eval.
"use strict";
(function () {
  for (const place of document.querySelectorAll(".chart")) {
    const name = place.dataset.figure;
    const spec = JSON.parse(document.querySelector('script[data-spec="' + name + '"]').textContent);
    if (place.clientWidth < 520) {
      // On a narrow screen names of series stand one below the other, and facets too.
      spec.config.legend.columns = 1;
      if (spec.facet) spec.columns = 1;
    }
    vegaEmbed(place, spec, { renderer: "svg", actions: false, ast: true, tooltip: { disableDefaultStyle: true } })
      .then(function () { place.classList.add("drawn"); })
      .catch(function (error) {
        place.textContent = "This chart could not be drawn (" + error.message + "); its data are below.";
        console.error(name, error);
      });
  }

  // What a cell is sorted by: its number, whatever signs stand around it, or its text.
  function key(cell) {
    const text = cell.textContent.trim();
    const found = text.replace(/[\u00a0,]/g, "").match(/-?\d+(\.\d+)?/);
    return cell.classList.contains("number") ? (found ? Number(found[0]) : -Infinity) : text;
  }

  function sort(table, column, head) {
    const up = head.getAttribute("aria-sort") === "descending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    // A last row that adds up stays last.
    const last = /^all$/i.test(rows[rows.length - 1].cells[0].textContent.trim()) ? rows.pop() : null;
    rows.sort(function (a, b) {
      const x = key(a.cells[column]), y = key(b.cells[column]);
      const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
      return (up ? 1 : -1) * (Number.isNaN(order) ? 0 : order);
    });
    for (const row of rows.concat(last || [])) body.appendChild(row);
  }

  for (const table of document.querySelectorAll("main table")) {
    if (!table.tHead || table.tBodies[0].rows.length < 3) continue;
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      const words = head.textContent;
      if (!words || head.querySelector("a")) return;
      const button = document.createElement("button");
      button.textContent = words;
      button.addEventListener("click", function () { sort(table, column, head); });
      head.textContent = "";
      head.appendChild(button);
    });
  }
})();

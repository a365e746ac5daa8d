// Draws every figure of the page from the specification beside it. SVG, so that it prints sharply, follows the
// page's colours, and is readable by a screen reader; `ast` evaluates expressions without eval.
"use strict";
(function () {
  for (const place of document.querySelectorAll(".chart")) {
    const name = place.dataset.figure;
    const spec = JSON.parse(document.querySelector('script[data-spec="' + name + '"]').textContent);
    vegaEmbed(place, spec, { renderer: "svg", actions: false, ast: true, tooltip: { disableDefaultStyle: true } })
      .then(function () { place.classList.add("drawn"); })
      .catch(function (error) {
        place.textContent = "This chart could not be drawn (" + error.message + "); its data are below.";
        console.error(name, error);
      });
  }
})();

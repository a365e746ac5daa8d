// Looks at pages as their readers would, in Chromium: no message on the console, no request, nothing wider than the screen
// at three widths, every text of a contrast of 4.5 or more in light and dark, and all that can be used by keyboard.
// Screenshots stay in the folder given.
//
//   node run.mjs CHROMIUM FOLDER page.html ...
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { chromium } from "playwright-core";

const [browserPath, folder, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [1600, 1280, 390];
const faults = [];
mkdirSync(folder, { recursive: true });

// What sticks out of the screen, but for what scrolls in a place of its own.
function wide() {
  const width = document.documentElement.clientWidth;
  const out = (e) => e.getBoundingClientRect().right > width + 1 && !e.closest(".scroll, details:not([open])");
  const all = [...document.querySelectorAll("body *")].filter((e) => !e.closest("script") && out(e));
  return { scrolls: document.documentElement.scrollWidth > width,
    out: all.slice(0, 3).map((e) => e.tagName + ": " + (e.textContent || "").slice(0, 40)) };
}

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
for (const file of pages) {
  const name = basename(file, ".html");
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: scheme, bypassCSP: true });
    const page = await context.newPage();
    const fault = (words) => faults.push(`${name}, ${scheme}: ${words}`);
    page.on("console", (message) => fault(`console: ${message.text()}`));
    page.on("pageerror", (error) => fault(`error: ${error.message}`));
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) fault(`request: ${request.url()}`);
    });
    for (const width of scheme === "light" ? WIDTHS : [1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto("file://" + resolve(file));
      // A chart that cannot be drawn says so, also on the console.
      await page.waitForFunction(() => [...document.querySelectorAll(".chart")].every((chart) =>
        chart.classList.contains("drawn") || chart.textContent.startsWith("This chart could not")));
      const found = await page.evaluate(wide);
      if (found.scrolls || found.out.length) fault(`wider than ${width} px: ${found.out.join(" | ")}`);
      await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, {
      runOnly: ["color-contrast", "link-name", "button-name", "image-alt", "label", "list", "region",
        "scrollable-region-focusable", "heading-order", "aria-valid-attr-value", "duplicate-id-aria"],
    }));
    for (const one of found.violations) {
      const node = one.nodes[0];
      fault(`${one.id}, ${one.nodes.length} times, first ${node.target.join(" ")}: ${node.failureSummary}`);
    }
    if (scheme === "light") {
      // By keyboard one comes to everything that can be used.
      const wanted = await page.evaluate(() =>
        [...document.querySelectorAll("a[href], button, summary, [tabindex='0']")]
          .filter((e) => !e.closest("details:not([open])") || e.matches("details > summary") && !e.parentElement.parentElement.closest("details:not([open])")).length);
      const seen = await page.evaluate(() => { window.seen = new Set(); document.addEventListener("focusin", (e) => window.seen.add(e.target)); return 0; });
      for (let i = 0; i < wanted + 5; i++) await page.keyboard.press("Tab");
      const reached = await page.evaluate(() => window.seen.size);
      if (reached + seen < wanted) fault(`only ${reached} of ${wanted} places are reached by keyboard`);
      const pdf = await page.pdf({ path: `${folder}/${name}.pdf`, format: "A4" });
      const sheets = (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) || []).length;
      console.log(`${name}: ${sheets} sheets of A4, ${wanted} places by keyboard`);
    }
    await context.close();
  }
}
await browser.close();
for (const fault of faults) console.log("FAULT " + fault);
process.exit(faults.length ? 1 : 0);

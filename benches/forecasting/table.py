"""Results as Markdown: one line a method, over all logs and log by log; what failed, and what it was run with."""

import math
from collections import defaultdict
from statistics import fmean, stdev

from . import choice

REFERENCE = "mbg-nbd"
# Shown after the first column: heading, figure, how it is written.
SHOWN = [
    ("abs. bias of totals", lambda c: absolute(c.get("bias")), "{:.1%}"),
    ("customers' 90 % intervals held", lambda c: c.get("coverage_90"), "{:.1%}"),
    ("totals' 90 % intervals held", lambda c: as_number(c.get("total_held")), "{:.0%}"),
    ("half-width", lambda c: c.get("total_half_width"), "{:.0%}"),
    ("MAE of the median", lambda c: c.get("mae_median"), "{:.4f}"),
    ("AUC", lambda c: c.get("auc"), "{:.3f}"),
    ("Gini", lambda c: c.get("gini"), "{:.3f}"),
    ("top fifth found", lambda c: c.get("top_20"), "{:.1%}"),
    ("CPU s", lambda c: c.get("cpu_s"), "{:.2f}"),
    ("peak MB", lambda c: c.get("peak_mb"), "{:.0f}"),
]


def absolute(value):
    return None if value is None else abs(value)


def as_number(value):
    return None if value is None else float(value)


def mean(values):
    """Of those that are there; None of none."""
    there = [value for value in values if value is not None]
    return fmean(there) if there else None


def written(value, form):
    return "" if value is None else form.format(value)


class Results:
    """Cells by method and log, with those of the reference for the same cut."""

    def __init__(self, cells):
        # [log, method][origin, weeks]
        self.cells = defaultdict(dict)
        for cell in cells:
            self.cells[cell["log"], cell["method"]][cell["origin"], cell["weeks"]] = cell
        self.logs = list(dict.fromkeys(cell["log"] for cell in cells))
        self.methods = list(dict.fromkeys(cell["method"] for cell in cells))

    def done(self, log, method, weeks=None):
        every = self.cells[log, method].values()
        return [c for c in every if "failed" not in c and weeks in (None, c["weeks"])]

    def failed(self, log, method):
        return [c for c in self.cells[log, method].values() if "failed" in c]

    def is_done(self, log, method, cut):
        return "failed" not in self.cells[log, method].get(cut, {"failed": "not run"})

    def gain(self, cell, reference=REFERENCE):
        """100 log(CRPS / CRPS of the reference) of one cell."""
        other = self.cells[cell["log"], reference].get((cell["origin"], cell["weeks"]), {})
        pair = cell.get("crps"), other.get("crps")
        return 100 * math.log(pair[0] / pair[1]) if all(pair) else None

    def of_log(self, log, method, figure, weeks=None):
        """The mean over a log's cuts."""
        return mean(figure(cell) for cell in self.done(log, method, weeks))

    def over_logs(self, method, figure, weeks=None):
        """One number a log: logs are what figures are averaged over, not cuts."""
        found = (self.of_log(log, method, figure, weeks) for log in self.logs)
        return [value for value in found if value is not None]


def with_error(values):
    """Mean and standard error over logs."""
    if not values:
        return ""
    error = f" ({stdev(values) / math.sqrt(len(values)):.2f})" if len(values) > 1 else ""
    return f"{fmean(values):+.2f}{error}"


def row(*fields):
    return "| " + " | ".join(map(str, fields)) + " |"


def header(*names):
    return [row(*names), "|" + "---|" * len(names)]


def overall(results):
    lines = header("method", "logs", "cuts", "failed", "100 log CRPS ratio", "worst log", *(name for name, _, _ in SHOWN))
    for method in results.methods:
        gains = results.over_logs(method, results.gain)
        counts = [sum(len(of(log, method)) for log in results.logs) for of in (results.done, results.failed)]
        means = [written(mean(results.over_logs(method, figure)), form) for _, figure, form in SHOWN]
        worst = f"{max(gains):+.2f}" if gains else ""
        logs = sum(bool(results.done(log, method)) for log in results.logs)
        lines.append(row(method, logs, *counts, with_error(gains), worst, *means))
    return lines


def by_horizon(results):
    horizons = sorted({cell["weeks"] for cells in results.cells.values() for cell in cells.values()})
    lines = header("method", *(f"{weeks} weeks: CRPS; abs. bias; totals held" for weeks in horizons))
    bias, held = SHOWN[0][1], SHOWN[2][1]
    for method in results.methods:
        fields = []
        for weeks in horizons:
            gains = results.over_logs(method, results.gain, weeks)
            rest = [mean(results.over_logs(method, figure, weeks)) for figure in (bias, held)]
            both = [written(value, form) for value, form in zip(rest, ("{:.1%}", "{:.0%}"))]
            fields.append("; ".join([with_error(gains), *both]) if gains else "")
        lines.append(row(method, *fields))
    return lines


def against_published(results):
    """Each method against a choice among the published models: mean over logs, standard error, worst log."""
    lines = header("method", *(name for one in (choice.CHOSEN, choice.HINDSIGHT) for name in (f"against {one}", "worst log")))
    for method in results.methods:
        fields = []
        for reference in (choice.CHOSEN, choice.HINDSIGHT):
            gains = results.over_logs(method, lambda cell, to=reference: results.gain(cell, to))
            fields += [with_error(gains), f"{max(gains):+.2f}" if gains else ""]
        lines.append(row(method, *fields))
    return lines


def of_log(results, log):
    lines = header("method", "cuts", "failed", "100 log CRPS ratio", *(name for name, _, _ in SHOWN))
    for method in results.methods:
        gain = written(results.of_log(log, method, results.gain), "{:+.2f}")
        means = [written(results.of_log(log, method, figure), form) for _, figure, form in SHOWN]
        lines.append(row(method, len(results.done(log, method)), len(results.failed(log, method)), gain, *means))
    return lines


def failures(results):
    """Each method's words, with how many cuts of which logs they were said of."""
    said = defaultdict(lambda: defaultdict(int))
    for method in results.methods:
        for log in results.logs:
            for cell in results.failed(log, method):
                said[method, cell["failed"]][log] += 1
    lines = header("method", "cuts", "why")
    for (method, why), logs in said.items():
        counts = ", ".join(f"{log} {count}" for log, count in logs.items())
        lines.append(row(method, counts, why.replace("|", "\\|")))
    return lines if said else ["None."]


def described(results, logs):
    lines = header("log", "customers", "first", "last", "cuts", "SHA-256 (16)", "of it")
    for log, about in logs.items():
        cuts = {cut for (name, _), cells in results.cells.items() if name == log for cut in cells}
        shown = about["customers"], about["first"], about["last"], len(cuts), about["sha256"], about["note"]
        lines.append(row(log, *(f"{shown[0]:,}", *shown[1:])))
    return lines


EXPLAINED = """\
Made by `benches/accuracy.py`, which says how; its cells are the lines of `{cells}`. Each log is cut at origins on a grid;
methods learn from what lies before an origin, and forecast what each customer known then buys within the horizon after it.

CRPS is that of the predictive distribution of each customer's purchases; a method that gives points only
(`naive:last-window`, `naive:same-rate`) has its absolute error there. 100 log of its ratio to that of MBG/NBD is averaged over
a log's cuts, then over logs, with the standard error over logs in brackets: less than 0 is better than MBG/NBD. All other
figures are means over a log's cuts, then over logs. Cuts of one log overlap and are not independent. MAE of the median rewards
saying 0 of most. Coverage is that of randomised intervals, which should hold 90 %. Totals of other packages are those of
independent customers with known parameters, since they give none. Figures of a method with failures are those of its other
cuts."""


CHOICES = f"""\
100 log of the ratio of CRPS, as above. A published model ({", ".join(choice.PUBLISHED)},
as far as they were run) is chosen at each cut by its mean over the log's earlier cuts that had ended by then, MBG/NBD where
there are none; in hindsight, for each log by all its cuts, which nobody could know."""


def versions(results):
    """What each method's cells were made with; more than one where a later run did only some again."""
    found = defaultdict(set)
    for (_, method), cells in results.cells.items():
        for cell in cells.values() if method not in (choice.CHOSEN, choice.HINDSIGHT) else ():
            found[cell["version"] or "of this benchmark"].add(method)
    in_order = {version: [m for m in results.methods if m in used] for version, used in found.items()}
    return [f"- {version}: {', '.join(used)}" for version, used in in_order.items()]


def markdown(cells, logs, name, facts):
    """The whole page. `name` is the file of the cells, `facts` what the last run had: name and value."""
    results = Results(cells)
    choice.add(results)
    parts = ["# Accuracy of forecasts", "", EXPLAINED.format(cells=name), ""]
    parts += ["## All logs", "", *overall(results), "", "## By horizon", "", *by_horizon(results), ""]
    parts += ["## Against published models", "", CHOICES, "", *against_published(results), ""]
    for log in results.logs:
        parts += [f"## {log}", "", *of_log(results, log), ""]
    parts += ["## Failures", "", *failures(results), "", "## Logs", "", *described(results, logs), ""]
    parts += ["## Run with", "", *versions(results), *(f"- {fact}: {value}" for fact, value in facts.items()), ""]
    return "\n".join(parts)

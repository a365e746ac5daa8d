#!/usr/bin/env python3
"""A paper for the board: what the customer base is worth, how sure that is, what each channel earns, and what would move it. One page of
Markdown with its figures beside it, so that it goes into a document or a pull request.

    python board.py ORDERS COSTS FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import clv


def money(value: float) -> str:
    return f"{value:,.0f}"


def main() -> None:
    orders, costs, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    terms = dict(margin=0.4, horizon="24mo")
    model = clv.fit(orders, model="mbg-nbd")
    scores = model.score(orders, interval=0.9, **terms)
    found = clv.economics(model, orders, costs=costs, by="channel", **terms)
    past = clv.backtest(orders, models="mbg-nbd", holdout="26w", replicates=50)

    figures = {
        "tracking": clv.plot.tracking(past),
        "payback": clv.plot.payback(found),
        "revenue_ahead": clv.plot.revenue_ahead(found),
        "tornado": clv.plot.tornado(found),
    }
    for name, figure in figures.items():
        figure.save(folder / f"{name}.svg")

    table = scores.to_pandas()
    top = table["clv"].nlargest(len(table) // 10).sum() / table["clv"].sum()
    lines = [
        "# What our customers are worth",
        "",
        f"{len(table):,} customers will bring {money(table['clv'].sum())} of margin within two years, discounted at 10 % a year. "
        f"The best tenth of them hold {top:.0%} of it; {table['p_purchase'].sum():,.0f} will buy again.",
        "",
        "## Would we have known?",
        "",
        figures["tracking"].reading,
        "",
        "![Repeat purchases, expected and actual](tracking.svg)",
        "",
        "## What a new customer may cost",
        "",
        "| channel | lifetime value | cost | ratio |",
        "|---|---|---|---|",
    ]
    for channel in found.channels.to_pandas().itertuples():
        lines.append(f"| {channel.group} | {channel.ltv:.2f} | {channel.cac:.2f} | {channel.ltv_to_cac:.1f} |")
    for name in ("payback", "revenue_ahead", "tornado"):
        lines += ["", f"## {figures[name].title}", "", figures[name].reading, "", f"![{figures[name].alt}]({name}.svg)"]
    lines += ["", "Assumptions: a margin of 40 %; costs as given by channel and month; no campaigns, seasons or new competitors.", ""]
    (folder / "board.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

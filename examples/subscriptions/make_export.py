#!/usr/bin/env python3
"""An invented export of subscriptions as Stripe writes it, and the costs of two channels: python make_export.py FOLDER"""

import calendar
import csv
import datetime
import random
import sys
from pathlib import Path

PLANS = [("Basic", "month", 9.0, 0.10), ("Pro", "month", 29.0, 0.05), ("Pro annual", "year", 290.0, 0.25)]
# Customers of ads leave half again as often.
CHANNELS = {"search": 1.0, "ads": 1.5}
FIRST, TODAY = datetime.date(2023, 1, 1), datetime.date(2025, 11, 30)
HEAD = "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),Current Period Start (UTC)"
HEAD += ",Current Period End (UTC),Trial Start (UTC),Trial End (UTC),Canceled At (UTC),Cancel At Period End,Ended At (UTC),channel (metadata)"


def later(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def main(folder: Path) -> None:
    random.seed(3)
    rows = []
    for i in range(1500):
        plan, interval, price, churn = random.choices(PLANS, [5, 3, 2])[0]
        channel = random.choice(list(CHANNELS))
        start = FIRST + datetime.timedelta(days=random.randrange((TODAY - FIRST).days))
        step = 12 if interval == "year" else 1
        churn = min(0.9, churn * CHANNELS[channel])
        leaves = random.betavariate(0.8, 0.8 * (1 - churn) / churn)
        n, end = 1, None
        while end is None and later(start, n * step) <= TODAY:
            if random.random() < leaves:
                end = later(start, n * step)
            n += 1
        period = later(start, (n - 1) * step) if end is None else end
        until = later(start, n * step) if end is None else end
        state = "active" if end is None else "canceled"
        rows.append(
            [f"sub_{i:05}", f"cus_{i:05}", plan, 1, "eur", interval, f"{price:.2f}", state, start, start, period, until, "", "", end or "", "false", end or "", channel]
        )
    with (folder / "subscriptions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD.split(","))
        writer.writerows(rows)
    with (folder / "costs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["period", "channel (metadata)", "cost"])
        writer.writerows([month, channel, cost] for month in ("2025-09", "2025-10") for channel, cost in (("search", 600), ("ads", 6000)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

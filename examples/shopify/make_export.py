#!/usr/bin/env python3
"""An export of orders as Shopify writes it, of the simulated shop in fixtures/shop: lines of orders, partial refunds, voided orders,
guests without an e-mail address. For the example; a real one comes from Orders, Export.

    python make_export.py orders_export.csv
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

SHOP = Path(__file__).resolve().parents[2] / "fixtures" / "shop" / "orders.csv"
HEADER = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes",
    "Total", "Discount Code", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Refunded Amount", "Id",
]  # fmt: skip


def orders() -> list[list[str]]:
    """A row a line; the columns of the order stand on its first line alone, as there."""
    rows, number = [], 1000
    with SHOP.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            amount = float(row["amount"])
            if amount < 0:
                continue  # a return is a refund of its order, in the column below
            number += 1
            # Every 40th was voided, every 25th refunded in part, every 50th bought by a guest.
            status = "voided" if number % 40 == 0 else "partially_refunded" if number % 25 == 0 else "paid"
            refund = round(amount / 4, 2) if status == "partially_refunded" else 0.0
            email = "" if number % 50 == 0 else f"{row['customer_id']}@example.org"
            when = f"{row['date']} {8 + number % 12:02}:{number % 60:02}:00 +0100"
            lines = 2 if number % 3 == 0 else 1
            first = [
                f"#{number}", email, status, when, "fulfilled", "yes", "EUR", f"{amount:.2f}", "0.00", "0.00", f"{amount:.2f}", "", when,
                "1", row["category"], f"{amount / lines:.2f}", f"{refund:.2f}", str(5_000_000 + number),
            ]  # fmt: skip
            rows.append(first)
            if lines == 2:
                rows.append([first[0], email, *[""] * 10, when, "1", "gift wrap", f"{amount / 2:.2f}", "", ""])
    return rows


def main() -> None:
    with open(sys.argv[1], "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *orders()])


if __name__ == "__main__":
    main()

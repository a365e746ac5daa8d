"""What hostile, careless or unlucky hands do to values, rows, texts and bytes."""

from __future__ import annotations

import random
from collections.abc import Sequence

from case import chance

NUMBERS = [
    "0", "-0", "-0.0", "1", "-1", "0.5", "1e-300", "5e-324", "1e15", "1e16", "9007199254740992", "9007199254740993",
    "18446744073709551616", "1e300", "-1e300", "1e308", "1.8e308", "1e999", "nan", "NaN", "inf", "-inf", "+5", ".5",
    "5.", "1_000", "1,5", "1.234,56", "$12.50", "(3.20)", "12-", "0x10", "1e", "٣", "", " ", "null", "N/A",
]  # fmt: skip
DATES = [
    "2022-03-01", "2022-02-29", "2024-02-29", "0000-00-00", "9999-12-31", "-9999-01-01", "1969-12-31", "2223-01-01",
    "2022-13-01", "01.02.2022", "1/2/22", "2022-01-01T24:00:00", "2022-01-01T23:59:60Z", "2022-01-01T00:00:00+14:00",
    "2022-01-01 12:00:00.123456789", "1640995200", "1640995200000", "44562", "20220101", "2022-W01", "2022-01",
    "Jan 5, 2022", "today", "", "NaT", "99999999999999999999",
]  # fmt: skip
TEXTS = [
    "", " ", "a b", "0", "00012", "12.0", "nan", "NULL", "Ünï", "名前", "a,b", 'a"b', "a\nb", "a\rb", "\t", "=1+1",
    "\x1b[31mred\x1b[0m", "\u202eevil\u2066", "\ufeffx", "\x00", "'; drop", "<script>alert(1)</script>", "%s%n", "x" * 300,
]  # fmt: skip


def of_kind(rng: random.Random, name: str) -> object:
    """A value for a column of this name, or for another one."""
    text = name.lower()
    if chance(rng, 0.2):
        return rng.choice(rng.choice([NUMBERS, DATES, TEXTS]))
    if any(part in text for part in ("date", "start", "end", "period")):
        return rng.choice(DATES)
    if any(part in text for part in ("id", "channel", "region", "cohort", "unit")):
        return rng.choice(TEXTS)
    return rng.choice(NUMBERS)


def rows(rng: random.Random, names: list[str], table: list[list[object]]) -> None:
    """Changes some values, rows or columns of a table in place."""
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        what = rng.randrange(11)
        row = rng.randrange(len(table)) if table else 0
        column = rng.randrange(len(names)) if names else 0
        if what <= 4 and table and names and column < len(table[row]):
            table[row][column] = of_kind(rng, names[column])
        elif what == 5 and table:
            del table[row]
        elif what == 6 and table:
            table.extend([list(table[row])] * rng.choice([1, 3, 40]))
        elif what == 7 and table:
            table[row] = table[row][:column] if chance(rng, 0.5) else [*table[row], of_kind(rng, "x")]
        elif what == 8 and table:
            table.insert(row, [""] * len(names) if chance(rng, 0.7) else [of_kind(rng, name) for name in names])
        elif what == 9 and names:
            names[column] = rng.choice([*TEXTS, names[column - 1], names[column].upper(), "amount", "date", "id"])
        elif what == 10 and table and column < len(names):
            value = of_kind(rng, names[column])
            for line in table:
                if column < len(line):
                    line[column] = value


def damage(rng: random.Random, data: bytes) -> bytes:
    """Flips, cuts, repeats and overwrites bytes, as broken disks and half transfers do, and forged lengths."""
    content = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        if not content:
            return bytes(content)
        at = rng.randrange(len(content))
        what = rng.randrange(7)
        if what == 0:
            content[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            content[at] = rng.choice([0, 0xFF, 0x7F, 0x80, rng.randrange(256)])
        elif what == 2:
            del content[at:]
        elif what == 3:
            del content[at : at + rng.choice([1, 4, 64])]
        elif what == 4:
            content[at:at] = content[at : at + rng.choice([1, 4, 64])]
        elif what == 5:
            size = rng.choice([4, 8])
            number = rng.choice([0, 1, 2**15, 2**31 - 1, 2**32 - 1, 2**47, 2**63 - 1, 2**64 - 1])
            content[at : at + size] = (number % 2 ** (8 * size)).to_bytes(size, "little")
        else:
            content += rng.randbytes(rng.choice([1, 8, 100]))
    return bytes(content)


def text(rng: random.Random, content: str, words: Sequence[str]) -> str:
    """Changes some letters or words of a text."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(content) + 1)
        until = min(len(content), at + rng.choice([0, 1, 1, 5, 30]))
        content = content[:at] + rng.choice(["", *words]) + content[until:]
    return content

"""What a method may know: customers at the origin, and at earlier dates, never later."""

from dataclasses import dataclass

import numpy as np

# Weeks before a date in which purchases are counted for methods that learn from windows.
WINDOWS = (4, 13, 26, 52)


@dataclass(frozen=True)
class History:
    """Customers known at the origin, each with x, t_x and T in weeks, and as they were `back` weeks earlier."""

    horizon: int
    backs: np.ndarray
    # One table a date: x, t_x, T in rows; not a number of who was no customer yet.
    tables: np.ndarray

    @classmethod
    def before(cls, cut, calendar):
        now = (0, cut.weeks)
        backs = sorted({date + window for date in now for window in (0, *WINDOWS)})
        ids = calendar.at(cut.origin).ids
        week = (cut.end - cut.origin) / cut.weeks
        return cls(cut.weeks, np.array(backs), np.array([calendar.at(cut.origin - back * week).of(ids) for back in backs]))

    def save(self, path):
        np.savez(path, horizon=self.horizon, backs=self.backs, tables=self.tables)

    @classmethod
    def load(cls, path):
        with np.load(path) as file:
            return cls(int(file["horizon"]), file["backs"], file["tables"])

    def at(self, back):
        """x, t_x, T as they were so many weeks before the origin."""
        return self.tables[int(np.flatnonzero(self.backs == back)[0])]

    @property
    def customers(self):
        """x, t_x, T at the origin."""
        return self.at(0)

    def distinct(self):
        """The distinct x, t_x, T, and which of them each customer has."""
        rows, row = np.unique(self.customers, axis=1, return_inverse=True)
        return rows, np.ravel(row)

    def bought_within(self, window, back=0):
        """Purchases in the window that ended so many weeks before the origin; a first purchase is none."""
        return self.at(back)[0] - np.nan_to_num(self.at(back + window)[0])

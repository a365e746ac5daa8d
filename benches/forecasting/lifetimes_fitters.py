"""lifetimes: its fits and expectations; distributions from its parameters (`updated`)."""

from . import updated
from .figures import Forecast

FITTERS = {"bg-nbd": "BetaGeoFitter", "mbg-nbd": "ModifiedBetaGeoFitter", "pareto-nbd": "ParetoNBDFitter"}


def forecast(history, model):
    import lifetimes

    (x, t_x, age), row = history.distinct()
    fitted = getattr(lifetimes, FITTERS[model])()
    fitted.fit(*history.customers)
    mean = fitted.conditional_expected_number_of_purchases_up_to_time(history.horizon, x, t_x, age)
    alive = fitted.conditional_probability_alive(x, t_x, age)
    return Forecast(updated.plain(mean)[row], updated.table(model, fitted.params_, x, age, alive, history.horizon), row)

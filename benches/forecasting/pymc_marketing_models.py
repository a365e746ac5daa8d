"""PyMC-Marketing, maximum a posteriori under its default priors; distributions from its parameters (`updated`)."""

from . import updated
from .figures import Forecast

MODELS = {"bg-nbd": "BetaGeoModel", "mbg-nbd": "ModifiedBetaGeoModel", "pareto-nbd": "ParetoNBDModel"}


def forecast(history, model):
    import pandas as pd
    from pymc_marketing import clv as pmm

    def frame(customers):
        columns = dict(zip(("frequency", "recency", "T"), customers))
        return pd.DataFrame({"customer_id": range(customers.shape[1]), **columns})

    rows, row = history.distinct()
    fitted = getattr(pmm, MODELS[model])(data=frame(history.customers))
    fitted.fit(method="map", progressbar=False)
    mean = fitted.expected_purchases(frame(rows), future_t=history.horizon)
    alive = updated.plain(fitted.expected_probability_alive(frame(rows)))
    names = {name: updated.plain(values)[0] for name, values in fitted.fit_result.items() if values.size == 1}
    return Forecast(updated.plain(mean)[row], updated.table(model, names, rows[0], rows[2], alive, history.horizon), row)

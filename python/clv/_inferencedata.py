"""Posteriors for ArviZ, which is imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clv._core import Model
    from clv._types import Data


def to_inferencedata(self: Model, data: Data | None = None, **options: Any) -> Any:
    """The posterior as ArviZ takes it, with the log-likelihoods of customers if these are handed in.

    Parameters
    ----------
    data : table, path, or a list of either, optional
        The log or summary that the model was fitted to: adds the group ``log_likelihood``, which ``arviz.loo`` and
        ``arviz.waic`` need.
    **options
        How the log is read, as in :func:`clv.summarize`.

    Returns
    -------
    arviz.InferenceData
        ``posterior`` with the dimensions ``chain`` and ``draw``, a variable a parameter; ``log_likelihood`` with
        ``purchases`` over ``customer`` and, with a spend model, ``spend`` over ``spender``.

    Raises
    ------
    OptionError
        If the parameters were given and not estimated; with ``data`` if the model has no likelihood of single customers.
    """
    try:
        import arviz
    except ImportError as error:
        raise ImportError("this needs arviz: pip install arviz") from error
    import numpy

    chains, draws, names, _, method = self._posterior_shape()
    table = self.posterior
    posterior = {name: table[name].reshape(chains, draws) for name in names}
    groups: dict[str, Any] = {"posterior": posterior}
    coords: dict[str, Any] = {}
    dims: dict[str, list[str]] = {}
    if data is not None:
        found = self._pointwise(data, **options)
        likelihood = {}
        for variable, dimension, (customers, values) in zip(("purchases", "spend"), ("customer", "spender"), found):
            rows = numpy.frombuffer(values, dtype="float64").reshape(chains, draws, len(customers))
            likelihood[variable] = rows
            coords[dimension], dims[variable] = customers, [dimension]
        groups["log_likelihood"] = likelihood
    about = {"inference_library": "clv", "model": self.name, "method": method}
    return arviz.from_dict(**groups, coords=coords, dims=dims, posterior_attrs=about)

"""What a careful user of published models would have had: one of them chosen by its past, and the best in hindsight.

Both are made of cells that are there already. Chosen at a cut: the published model with the least mean log CRPS over the log's
earlier cuts that had ended by this origin; MBG/NBD where there are none. In hindsight: the one with the least mean over all of
a log's cuts, which nobody could know.
"""

import datetime

PUBLISHED = ("mbg-nbd", "bg-nbd", "pareto-nbd", "ggompertz-nbd", "bg-cnbd", "mbg-cnbd", "nbd")
CHOSEN, HINDSIGHT = "published, chosen by its past", "published, best in hindsight"


def end(cut):
    origin, weeks = cut
    return datetime.date.fromisoformat(origin) + datetime.timedelta(weeks=weeks)


def least(results, log, cuts):
    """The published model that forecast these cuts best; of those that failed on none of them."""
    means = {}
    for model in PUBLISHED:
        gains = [results.gain(results.cells[log, model][cut]) for cut in cuts if results.is_done(log, model, cut)]
        if cuts and len(gains) == len(cuts) and None not in gains:
            means[model] = sum(gains) / len(gains)
    return min(means, key=means.get, default=PUBLISHED[0])


def add(results):
    """Adds both as methods, each cell that of the model it stands for."""
    for log in results.logs:
        cuts = [cut for cut in results.cells[log, PUBLISHED[0]] if results.is_done(log, PUBLISHED[0], cut)]
        best = least(results, log, cuts)
        for cut in cuts:
            past = [other for other in cuts if end(other) <= datetime.date.fromisoformat(cut[0])]
            for name, model in ((CHOSEN, least(results, log, past) if past else PUBLISHED[0]), (HINDSIGHT, best)):
                if results.is_done(log, model, cut):
                    results.cells[log, name][cut] = results.cells[log, model][cut] | {"method": name}
    results.methods += [CHOSEN, HINDSIGHT]

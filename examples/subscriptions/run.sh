#!/bin/sh
# From an export of subscriptions to next year's MRR, what a channel may cost, and a page.
#   sh run.sh subscriptions.csv costs.csv
set -eu
log=$1
costs=$2
clv=${CLV:-clv}
until=${UNTIL:-2025-11-30}
by="channel (metadata)"

"$clv" check "$log" --observed-until "$until"
"$clv" backtest "$log" --observed-until "$until" -o backtest.csv
"$clv" fit "$log" --observed-until "$until" -q -o model.json
"$clv" score model.json "$log" --observed-until "$until" --interval 90% --by-month months.csv -o contracts.csv
"$clv" economics model.json "$log" --observed-until "$until" --by "$by" --costs "$costs" --margin 80% -o economics.csv
"$clv" report model.json "$log" --observed-until "$until" --by "$by" --costs "$costs" --margin 80% -o page.html

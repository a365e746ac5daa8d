#!/bin/sh
# From an export of Shopify to a list of customers to write to, with a control group.
#   sh run.sh orders_export.csv
# CLV names the program, MARGIN what is left of a sale, CONTACT what a letter costs.
set -eu
export=$1
clv=${CLV:-clv}

# What is in it, and how it is read. Look at this before anything else.
"$clv" check "$export" -o clv.toml

# Half a year is hidden and forecast: is the forecast worth acting on?
"$clv" backtest "$export" --models mbg-nbd --holdout 26w -q -o backtest.csv

"$clv" fit "$export" --model mbg-nbd -q -o model.json
"$clv" actions model.json "$export" --margin "${MARGIN:-40%}" --contact-cost "${CONTACT:-0.5}" --holdout 10% \
    --klaviyo klaviyo.csv -o actions.csv
"$clv" plot calibration model.json "$export" --holdout 26w -q -o calibration.svg

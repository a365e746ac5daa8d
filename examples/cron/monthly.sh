#!/bin/sh
# Once a month: a model of all orders, a row a customer, and the page. In a crontab:
#   0 6 1 * *  CLV_FOLDER=/data/clv /opt/clv/monthly.sh /data/orders.csv >> /data/clv/log.txt 2>&1
# What fails stops the rest, and leaves the files of last month as they were.
set -eu
orders=$1
folder=${CLV_FOLDER:-.}
clv=${CLV:-clv}

"$clv" fit "$orders" -o "$folder/model.json"
"$clv" score "$folder/model.json" "$orders" --horizon 12mo --margin 0.3 -o "$folder/scores.csv"
"$clv" report "$folder/model.json" "$orders" --margin 0.3 --no-backtest -o "$folder/report.html"

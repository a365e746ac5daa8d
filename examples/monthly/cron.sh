#!/bin/sh
# For cron, on the second of each month at four:
#   0 4 2 * *  /srv/clv/cron.sh
# Exit codes of clv run: 0 done; 1 done, and it is time to fit again; 2 an error, and everything is as it was before the step
# that failed. cron sends what is printed; so only a run that needs somebody prints.
cd "$(dirname "$0")" || exit 2
log=$(clv run 2>&1)
code=$?
[ "$code" -eq 0 ] || printf '%s\n' "$log"
exit "$code"

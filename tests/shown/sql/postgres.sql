-- The summary of a purchase log, by the rules of clv VERSION.
-- For PostgreSQL (tested on PostgreSQL).
-- Purchases of one customer and day are one; time is in weeks.
-- Times with a time zone are dated by the session's clock; clv takes that of the file: its offsets, or the zone of
-- the column. Set the session's time zone to the shop's.
-- Observation ends with the last date of the log (--observed-until DATE fixes it).
-- Bad rows show as lines without numbers, which clv refuses (see --skip-bad-rows).
WITH rows_read AS (
  -- The log in plain types.
  SELECT
    CAST(log_rows."customer_id" AS TEXT) AS customer,
    CAST(log_rows."date" AS DATE) AS purchase_date,
    CAST(log_rows."amount" AS DOUBLE PRECISION) AS paid
  FROM "purchases" AS log_rows
),
judged AS (
  -- What becomes of each row. Grains (hours, days, weeks from Monday, months, years) are
  -- counted from 1970.
  SELECT
    customer, purchase_date, paid,
    (purchase_date - DATE '1970-01-01') AS grain_number,
    CASE
      WHEN customer IS NULL OR TRIM(customer) = '' THEN 'missing-id'
      WHEN purchase_date IS NULL THEN 'missing-date'
      WHEN purchase_date < DATE '1970-01-01' THEN 'date-too-early'
      WHEN purchase_date > CURRENT_DATE + 1 THEN 'date-too-late'
      WHEN paid IS NULL THEN 'missing-amount'
      WHEN NOT (ABS(paid) <= 1e15) THEN 'unusable-amount'
      WHEN paid < 0 THEN 'return'
      ELSE 'purchase'
    END AS fate
  FROM rows_read
),
usable AS (
  -- The rows that count.
  SELECT
    customer, purchase_date, grain_number, paid
  FROM judged
  WHERE fate IN ('purchase', 'return')
),
observation AS (
  -- The end of observation.
  SELECT (MAX(purchase_date) - DATE '1970-01-01') AS last_grain
  FROM usable
),
by_grain AS (
  -- All that a customer bought within one grain is one occasion; NULL: nothing but returns.
  SELECT
    customer, grain_number,
    SUM(CASE WHEN paid >= 0 THEN paid END) AS bought,
    SUM(CASE WHEN paid < 0 THEN -paid ELSE 0 END) AS returned
  FROM usable
  GROUP BY customer, grain_number
),
balance AS (
  -- Returns are taken off what was bought before them, newest first. Think of a stack: a purchase
  -- is laid on top, a return takes from the top. net is its height: all bought less all returned so
  -- far. (Returns that find nothing take it below where it was ever before, as if there were no floor.)
  SELECT
    customer, grain_number, bought, returned,
    SUM(COALESCE(bought, 0) - returned) OVER (
      PARTITION BY customer ORDER BY grain_number
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS net,
    SUM(COALESCE(bought, 0) + returned) OVER (PARTITION BY customer) AS turnover
  FROM by_grain
),
reach AS (
  -- An occasion lies between the heights before and after it; what is left of it in the end lies
  -- below the lowest height from then on.
  SELECT
    customer, grain_number, bought, returned, turnover, net,
    COALESCE(MAX(net) OVER (
      PARTITION BY customer ORDER BY grain_number
      ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING
    ), 0) AS net_before,
    MIN(net) OVER (
      PARTITION BY customer ORDER BY grain_number
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS lowest_after
  FROM balance
),
occasions AS (
  -- Occasions, numbered. One that was returned remains one.
  SELECT
    customer, grain_number,
    CASE
      WHEN returned = 0 AND lowest_after >= net THEN bought
      WHEN lowest_after - net_before > 1e-12 * turnover THEN lowest_after - net_before
      ELSE 0
    END AS amount_left,
    ROW_NUMBER() OVER (PARTITION BY customer ORDER BY grain_number) AS nth
  FROM reach
  WHERE bought IS NOT NULL
)
SELECT
  customer AS "customer_id",
  COUNT(*) - 1 AS "frequency",
  CAST(MAX(grain_number) - MIN(grain_number) AS DOUBLE PRECISION) / 7.0 AS "recency",
  CAST(MAX(last_grain) - MIN(grain_number) AS DOUBLE PRECISION) / 7.0 AS "T",
  COALESCE(AVG(CASE WHEN nth > 1 THEN amount_left END), 0) AS "monetary_value",
  'week' AS "unit"
FROM occasions
CROSS JOIN observation
GROUP BY customer
UNION ALL
SELECT customer, NULL, NULL, NULL, NULL, 'week'
FROM judged
WHERE fate IN ('missing-id', 'missing-date', 'date-too-early', 'date-too-late', 'missing-amount', 'unusable-amount')
GROUP BY customer

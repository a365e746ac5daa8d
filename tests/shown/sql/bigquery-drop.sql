-- The summary of a purchase log, by the rules of clv VERSION.
-- For BigQuery (never executed by clv's tests: compare a first result with clv summarize).
-- Purchases of one customer and hour are one; time is in months.
-- Times with a time zone are dated by the session's clock; clv takes that of the file: its offsets, or the zone of
-- the column. Set the session's time zone to the shop's.
-- Bad rows are left out; clv sql --account counts them.
WITH rows_read AS (
  -- The log in plain types.
  SELECT
    CAST(log_rows.`customer_id` AS STRING) AS customer,
    CAST(log_rows.`date` AS DATE) AS purchase_date,
    EXTRACT(HOUR FROM CAST(log_rows.`date` AS DATETIME)) AS purchase_hour,
    CAST(log_rows.`Quantity` AS FLOAT64) * CAST(log_rows.`UnitPrice` AS FLOAT64) AS paid,
    CASE WHEN CAST(log_rows.`Quantity` AS FLOAT64) < 0 OR CAST(log_rows.`UnitPrice` AS FLOAT64) < 0 THEN 1 ELSE 0 END AS returning_some
  FROM `shop`.`orders` AS log_rows
),
judged AS (
  -- What becomes of each row. Grains (hours, days, weeks from Monday, months, years) are
  -- counted from 1970.
  SELECT
    customer, purchase_date, paid,
    UNIX_DATE(purchase_date) * 24 + purchase_hour AS grain_number,
    CASE
      WHEN customer IS NULL OR TRIM(customer) = '' THEN 'missing-id'
      WHEN purchase_date IS NULL THEN 'missing-date'
      WHEN purchase_date < DATE '1970-01-01' THEN 'date-too-early'
      WHEN purchase_date > DATE '2011-12-31' THEN 'date-too-late'
      WHEN paid IS NULL THEN 'missing-amount'
      WHEN NOT (ABS(paid) <= 1e15) THEN 'unusable-amount'
      WHEN purchase_date > DATE '2011-11-30' THEN 'after-observed-until'
      WHEN paid = 0 AND returning_some = 1 THEN 'return-of-nothing'
      WHEN paid < 0 THEN 'return-dropped'
      ELSE 'purchase'
    END AS fate
  FROM rows_read
),
usable AS (
  -- The rows that count.
  SELECT
    customer, purchase_date, grain_number, paid,
    MIN(grain_number) OVER (PARTITION BY customer) AS first_seen
  FROM judged
  WHERE fate IN ('purchase', 'return')
),
observation AS (
  -- The end of observation.
  SELECT UNIX_DATE(DATE '2011-11-30') * 24 + 23 AS last_grain
),
by_grain AS (
  -- All that a customer bought within one grain is one occasion.
  SELECT
    customer, grain_number,
    SUM(paid) AS bought
  FROM usable
  WHERE first_seen >= UNIX_DATE(DATE '2011-01-01') * 24 + 0
  GROUP BY customer, grain_number
),
occasions AS (
  -- Occasions, numbered.
  SELECT
    customer, grain_number,
    bought AS amount_left,
    ROW_NUMBER() OVER (PARTITION BY customer ORDER BY grain_number) AS nth
  FROM by_grain
)
SELECT
  customer AS `customer_id`,
  COUNT(*) - 1 AS `frequency`,
  CAST(MAX(grain_number) - MIN(grain_number) AS FLOAT64) / 730.5 AS `recency`,
  CAST(MAX(last_grain) - MIN(grain_number) AS FLOAT64) / 730.5 AS `T`,
  COALESCE(AVG(CASE WHEN nth > 1 THEN amount_left END), 0) AS `monetary_value`,
  'month' AS `unit`
FROM occasions
CROSS JOIN observation
GROUP BY customer

-- What becomes of the rows of a purchase log, by the rules of clv VERSION.
-- For SQLite (tested on SQLite).
-- Purchases of one customer and day are one; time is in weeks.
-- Observation ends with the last date of the log (--observed-until DATE fixes it).
-- The lines add up to the rows of the table.
WITH rows_read AS (
  -- The log in plain types.
  SELECT
    CAST(log_rows."customer_id" AS TEXT) AS customer,
    CASE WHEN DATE(SUBSTR(TRIM(log_rows."date"), 1, 10), '+0 days') = SUBSTR(TRIM(log_rows."date"), 1, 10)
      AND (LENGTH(TRIM(log_rows."date")) = 10 OR (SUBSTR(TRIM(log_rows."date"), 11, 1) IN ('T', 't', ' ')
      AND SUBSTR(TRIM(log_rows."date"), 12, 5) GLOB '[0-2][0-9]:[0-5][0-9]' AND TIME(SUBSTR(TRIM(log_rows."date"), 12, 5)) IS NOT NULL
      AND SUBSTR(TRIM(log_rows."date"), 17) NOT GLOB '*[^-+:.,0-9 ZzUTCGM]*'))
      THEN SUBSTR(TRIM(log_rows."date"), 1, 10) END AS purchase_date,
    TRIM(COALESCE(log_rows."date", '')) AS date_text,
    CASE WHEN CAST(log_rows."amount" AS TEXT) GLOB '*[0-9]*' AND CAST(log_rows."amount" AS TEXT) NOT GLOB '*[^-+.0-9eE]*' THEN CAST(log_rows."amount" AS REAL) END AS paid
  FROM "purchases" AS log_rows
),
judged AS (
  -- What becomes of each row. Grains (hours, days, weeks from Monday, months, years) are
  -- counted from 1970.
  SELECT
    customer, purchase_date, paid,
    CAST(JULIANDAY(purchase_date) - 2440587.5 AS INTEGER) AS grain_number,
    CASE
      WHEN customer IS NULL OR TRIM(customer) = '' THEN 'missing-id'
      WHEN purchase_date IS NULL AND date_text <> '' THEN 'unreadable-date'
      WHEN purchase_date IS NULL THEN 'missing-date'
      WHEN purchase_date < '1970-01-01' THEN 'date-too-early'
      WHEN purchase_date > DATE('now', '+1 day') THEN 'date-too-late'
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
    customer, purchase_date, grain_number, paid,
    MIN(grain_number) OVER (PARTITION BY customer) AS first_seen
  FROM judged
  WHERE fate IN ('purchase', 'return')
)
SELECT fate AS "fate", COUNT(*) AS "rows", SUM(CASE WHEN fate <> 'unusable-amount' THEN paid END) AS "amount"
FROM (
  SELECT fate, paid
  FROM judged
  WHERE fate NOT IN ('purchase', 'return')
  UNION ALL
  SELECT CASE
    WHEN first_seen < CAST(JULIANDAY('1997-02-01') - 2440587.5 AS INTEGER) THEN 'before-since'
    WHEN paid < 0 THEN 'return'
    ELSE 'purchase'
  END AS fate, paid
  FROM usable
) AS fates
GROUP BY fate
ORDER BY fate

-- One row an order that was paid: the columns that clv_summary reads.
SELECT
  account AS customer_id,
  ordered_on AS date,
  total AS amount
FROM {{ ref("raw_orders") }}
WHERE status = 'paid'

//! Exports of known platforms, recognised by their header: which of their columns is which, where names leave it open
//! or mislead. One entry a platform; what it does not say is found as in any table.

use rustc_hash::FxHashSet;

use super::vocabulary::plain;
use crate::base::{Error, Result};
use crate::history::options::{ColumnValues, LogOptions};

/// A platform's export.
pub(crate) struct Preset {
    /// What `--preset` calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Columns that all have to be there.
    signature: &'static [&'static str],
    /// Columns by role, the first that is there; none: found as in any table.
    id: &'static [&'static str],
    date: &'static [&'static str],
    amount: &'static [&'static str],
    order: &'static [&'static str],
    /// Rows that are used, by a column.
    only: &'static [(&'static str, &'static str)],
    /// Are rows without a customer those of guests?
    guests: bool,
    /// Who a row with a negative amount is paid to.
    payee: &'static [&'static str],
    /// Where the platform describes it.
    #[allow(dead_code)]
    source: &'static str,
}

const PLAIN: Preset = Preset {
    name: "",
    title: "",
    signature: &[],
    id: &[],
    date: &[],
    amount: &[],
    order: &[],
    only: &[],
    guests: false,
    payee: &[],
    source: "",
};

/// All that are known; of several that fit the first is taken.
pub(crate) const PRESETS: &[Preset] = &[
    Preset {
        name: "shopify",
        title: "an export of orders of Shopify",
        signature: &[
            "Name",
            "Email",
            "Financial Status",
            "Total",
            "Created at",
            "Lineitem quantity",
            "Lineitem price",
        ],
        date: &["Created at"],
        amount: &["Total"],
        order: &["Name"],
        guests: true,
        source: "help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders",
        ..PLAIN
    },
    Preset {
        name: "squarespace",
        title: "an export of orders of Squarespace",
        signature: &["Order ID", "Email", "Financial Status", "Total", "Created at", "Lineitem quantity"],
        id: &["Email"],
        date: &["Created at"],
        amount: &["Total"],
        order: &["Order ID"],
        guests: true,
        source: "support.squarespace.com/hc/en-us/articles/206540337",
        ..PLAIN
    },
    Preset {
        name: "woocommerce",
        title: "an export of orders of WooCommerce",
        signature: &["order_id", "order_number", "order_total", "billing_email"],
        id: &["billing_email"],
        date: &["date", "order_date"],
        amount: &["order_total"],
        order: &["order_number"],
        guests: true,
        source: "woocommerce.com/document/ordercustomer-csv-export",
        ..PLAIN
    },
    Preset {
        name: "woocommerce-analytics",
        title: "an export of the analytics of WooCommerce",
        signature: &["Date", "Order #", "N. Revenue", "Status", "Customer"],
        id: &["Customer"],
        date: &["Date"],
        amount: &["N. Revenue"],
        guests: true,
        source: "woocommerce.com/document/woocommerce-analytics/orders-report",
        ..PLAIN
    },
    Preset {
        name: "magento",
        title: "an export of orders of Magento (Adobe Commerce)",
        signature: &["ID", "Purchase Point", "Purchase Date", "Grand Total (Purchased)", "Status"],
        id: &["Customer Email", "Bill-to Name"],
        date: &["Purchase Date"],
        amount: &["Grand Total (Purchased)"],
        order: &["ID"],
        source: "experienceleague.adobe.com/docs/commerce-admin/stores-sales/order-management/orders/orders.html",
        ..PLAIN
    },
    Preset {
        name: "magento",
        title: "orders of Magento (Adobe Commerce)",
        signature: &["increment_id", "customer_email", "grand_total", "created_at"],
        id: &["customer_email"],
        date: &["created_at"],
        amount: &["grand_total"],
        order: &["increment_id"],
        guests: true,
        source: "developer.adobe.com/commerce/webapi/rest",
        ..PLAIN
    },
    Preset {
        name: "bigcommerce",
        title: "an export of orders of BigCommerce",
        signature: &[
            "Order ID",
            "Customer ID",
            "Customer Email",
            "Order Date",
            "Order Status",
            "Order Total (inc tax)",
        ],
        id: &["Customer Email"],
        date: &["Order Date"],
        amount: &["Order Total (inc tax)"],
        order: &["Order ID"],
        guests: true,
        source: "support.bigcommerce.com/s/article/Exporting-Orders",
        ..PLAIN
    },
    Preset {
        name: "prestashop",
        title: "an export of orders of PrestaShop",
        signature: &["ID", "Reference", "New client", "Customer", "Total", "Payment", "Status", "Date"],
        id: &["Customer"],
        date: &["Date"],
        amount: &["Total"],
        order: &["Reference"],
        source: "docs.prestashop-project.org/1.7-documentation/user-guide/selling/orders",
        ..PLAIN
    },
    Preset {
        name: "etsy",
        title: "an export of orders of Etsy",
        signature: &["Sale Date", "Order ID", "Full Name", "Order Value", "Order Total"],
        id: &["Buyer User ID", "Buyer", "Full Name"],
        date: &["Sale Date"],
        amount: &["Order Total"],
        order: &["Order ID"],
        guests: true,
        source: "help.etsy.com/hc/en-us/articles/360000343508",
        ..PLAIN
    },
    Preset {
        name: "amazon",
        title: "an order report of Amazon",
        signature: &["amazon-order-id", "purchase-date", "order-status", "item-price", "quantity"],
        date: &["purchase-date"],
        // Of the line, with its quantity in it.
        amount: &["item-price"],
        order: &["amazon-order-id"],
        guests: true,
        source: "developer-docs.amazon.com/sp-api/docs/report-type-values-order",
        ..PLAIN
    },
    Preset {
        name: "ebay",
        title: "an orders report of eBay",
        signature: &["Sales Record Number", "Order Number", "Buyer Username", "Total Price", "Sale Date"],
        id: &["Buyer Username"],
        date: &["Sale Date"],
        amount: &["Total Price"],
        order: &["Order Number"],
        guests: true,
        source: "www.ebay.com/help/selling/managing-sales/orders-report",
        ..PLAIN
    },
    Preset {
        name: "stripe",
        title: "an export of payments of Stripe",
        signature: &["id", "Amount", "Amount Refunded", "Captured", "Status", "Customer ID"],
        date: &["Created date (UTC)", "Created (UTC)"],
        amount: &["Amount"],
        order: &["id"],
        guests: true,
        source: "docs.stripe.com/reports/payments-exports",
        ..PLAIN
    },
    Preset {
        name: "paypal",
        title: "an activity download of PayPal",
        signature: &[
            "Date",
            "Name",
            "Type",
            "Status",
            "Gross",
            "Fee",
            "Net",
            "From Email Address",
            "To Email Address",
        ],
        id: &["From Email Address"],
        date: &["Date"],
        amount: &["Gross"],
        payee: &["To Email Address"],
        guests: true,
        source: "developer.paypal.com/docs/reports/online-reports/activity-download",
        ..PLAIN
    },
    Preset {
        name: "square",
        title: "an export of transactions of Square",
        signature: &[
            "Date",
            "Time",
            "Gross Sales",
            "Net Sales",
            "Total Collected",
            "Transaction ID",
            "Customer ID",
        ],
        id: &["Customer ID"],
        date: &["Date"],
        amount: &["Net Sales"],
        guests: true,
        source: "squareup.com/help/us/en/article/5072-summaries-and-reports-from-the-online-square-dashboard",
        ..PLAIN
    },
    Preset {
        name: "hubspot",
        title: "an export of deals of HubSpot",
        signature: &["Record ID", "Deal Name", "Deal Stage", "Close Date", "Amount"],
        id: &[
            "Associated Company IDs",
            "Associated Company ID",
            "Associated Contact IDs",
            "Associated Contact ID",
            "Associated Company",
            "Associated Contact",
        ],
        date: &["Close Date"],
        amount: &["Amount"],
        order: &["Record ID"],
        guests: true,
        source: "knowledge.hubspot.com/import-and-export/export-records",
        ..PLAIN
    },
    Preset {
        name: "quickbooks",
        title: "a list of transactions of QuickBooks",
        signature: &["Date", "Transaction Type", "Num", "Amount"],
        id: &["Customer", "Name"],
        date: &["Date"],
        amount: &["Amount"],
        // What is paid for an invoice is no second purchase.
        only: &[("Transaction Type", "Invoice,Sales Receipt,Credit Memo,Refund,Refund Receipt,Sale")],
        guests: true,
        source: "quickbooks.intuit.com/learn-support/en-us/help-article/list-management/sales-customer-detail-report",
        ..PLAIN
    },
    Preset {
        name: "adyen",
        title: "a payment accounting report of Adyen",
        signature: &["Psp Reference", "Record Type", "Main Amount", "Booking Date"],
        id: &["Shopper Reference"],
        date: &["Booking Date"],
        amount: &["Main Amount"],
        order: &["Psp Reference"],
        // One payment has a row for each step that it takes.
        only: &[("Record Type", "SentForSettle")],
        source: "docs.adyen.com/reporting/invoice-reconciliation/payment-accounting-report",
        ..PLAIN
    },
    Preset {
        name: "eventbrite",
        title: "a list of attendees of Eventbrite",
        signature: &["Order #", "Order Date", "Total Paid", "Ticket Type", "Attendee Status"],
        id: &["Email"],
        date: &["Order Date"],
        amount: &["Total Paid"],
        // Each attendee has paid their own ticket.
        order: &["Order #=add"],
        source: "eventbrite.com/help/en-us/articles/291888",
        ..PLAIN
    },
    Preset {
        name: "ga4",
        title: "events of Google Analytics 4",
        signature: &["event_name", "user_pseudo_id", "ecommerce.purchase_revenue"],
        id: &["user_id", "user_pseudo_id"],
        date: &["event_timestamp", "event_date"],
        amount: &["ecommerce.purchase_revenue"],
        order: &["ecommerce.transaction_id"],
        only: &[("event_name", "purchase")],
        guests: true,
        source: "support.google.com/analytics/answer/7029846",
        ..PLAIN
    },
    Preset {
        name: "olist",
        title: "orders of Olist",
        signature: &["order_id", "customer_unique_id", "order_status", "order_purchase_timestamp"],
        id: &["customer_unique_id"],
        date: &["order_purchase_timestamp"],
        order: &["order_id"],
        source: "www.kaggle.com/datasets/olistbr/brazilian-ecommerce",
        ..PLAIN
    },
];

/// What is taken for a preset that is not wanted.
const NONE: &str = "none";

/// The preset of a table with these columns: as the options name it, else by its signature.
///
/// # Errors
/// If a preset is named that is not known, or that this table is not one of.
pub(crate) fn find(names: &[String], options: &LogOptions) -> Result<Option<&'static Preset>> {
    let here: FxHashSet<String> = names.iter().map(|name| plain(name)).collect();
    let written: FxHashSet<String> = names.iter().map(|name| super::names::normalise(name)).collect();
    let missing = |preset: &Preset| {
        let absent =
            |name: &&&str| !here.contains(&plain(name)) || !written.contains(&super::names::normalise(name));
        preset.signature.iter().filter(absent).copied().collect::<Vec<_>>()
    };
    let fits = |preset: &&Preset| missing(preset).is_empty();
    match options.preset.as_deref() {
        None => Ok(PRESETS.iter().find(fits)),
        Some(NONE) => Ok(None),
        Some(wanted) => {
            let named: Vec<&Preset> = PRESETS.iter().filter(|preset| preset.name == wanted).collect();
            let Some(first) = named.first() else {
                let mut known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
                known.dedup();
                let message =
                    format!("there is no preset '{wanted}'; there are {}, and {NONE}", known.join(", "));
                return Err(Error::option("--preset", message));
            };
            if let Some(one) = named.iter().copied().find(fits) {
                return Ok(Some(one));
            }
            let message = format!(
                "this is not {}: it has no column {}; without --preset, or with --preset {NONE}, it is read as any table",
                first.title,
                missing(first).join(", ")
            );
            Err(Error::option("--preset", message))
        }
    }
}

/// Is there a column of this name, but for case and signs?
fn is_there(names: &[String], wanted: &str) -> bool {
    super::columns::has(names, wanted)
}

impl Preset {
    /// The options with what this says wherever the caller said nothing.
    pub fn apply(&self, names: &[String], options: &LogOptions) -> LogOptions {
        let first = |wanted: &[&str]| {
            // An order may say how its lines make its amount, behind a sign.
            let column = |wanted: &str| wanted.split('=').next().unwrap_or_default().to_owned();
            let there = wanted.iter().find(|wanted| is_there(names, &column(wanted)));
            there.map(|wanted| (*wanted).to_owned())
        };
        let mut options = options.clone();
        options.id = options.id.or_else(|| first(self.id));
        options.date = options.date.or_else(|| first(self.date));
        if options.amount.is_none() && options.quantity.is_none() && options.price.is_none() {
            options.amount = first(self.amount);
        }
        options.order = options.order.or_else(|| first(self.order));
        let named = |column: &str| {
            let all = options.only.iter().chain(&options.except);
            all.clone().any(|one| super::names::normalise(&one.column) == super::names::normalise(column))
        };
        let own: Vec<ColumnValues> = self
            .only
            .iter()
            .filter(|(column, _)| !named(column))
            .map(|(column, values)| ColumnValues {
                column: (*column).to_owned(),
                values: values.split(',').map(str::to_owned).collect(),
            })
            .collect();
        options.only.extend(own);
        if self.guests {
            options.guests.push(String::new());
        }
        options
    }

    /// The column of who a row with a negative amount is paid to.
    pub fn payee(&self, names: &[String]) -> Option<usize> {
        let there = |wanted: &&str| names.iter().position(|name| plain(name) == plain(wanted));
        self.payee.iter().find_map(there)
    }

    /// That it was recognised.
    pub fn say(&self) -> String {
        format!("this is {}, by its columns (--preset none reads it as any table)", self.title)
    }
}

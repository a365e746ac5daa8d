//! What the columns of billing exports are: roles by name, and the known programs by their headers. Names are compared
//! without case and signs, and without what programs put around them: `subscriptions.plan_id` is `plan_id`, and
//! `Ended At (UTC)` is `ended at`.

use crate::base::{Error, Result};
use crate::history::read::rows::Wanted;

/// What a column of contracts may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Customer,
    Contract,
    Start,
    /// The first day that is no longer covered.
    Ended,
    /// When the customer said so, or when it ends, if `Ended` says nothing.
    Cancelled,
    /// When what is paid ends.
    PaidUntil,
    /// When what is paid began.
    PaidFrom,
    /// Does it end with what is paid?
    Lapses,
    Status,
    Plan,
    Interval,
    IntervalCount,
    Price,
    Quantity,
    Currency,
    TrialEnd,
    /// Whole periods so far, in place of dates.
    Tenure,
    /// Has it ended, in place of dates?
    Churned,
    Channel,
    Country,
    /// Why it ended.
    Reason,
}

impl Role {
    pub const ALL: [Role; 21] = [
        Role::Customer,
        Role::Contract,
        Role::Start,
        Role::Ended,
        Role::Cancelled,
        Role::PaidUntil,
        Role::PaidFrom,
        Role::Lapses,
        Role::Status,
        Role::Plan,
        Role::Interval,
        Role::IntervalCount,
        Role::Price,
        Role::Quantity,
        Role::Currency,
        Role::TrialEnd,
        Role::Tenure,
        Role::Churned,
        Role::Channel,
        Role::Country,
        Role::Reason,
    ];

    /// What such a column is called, the surest names first: `|` between them.
    fn names(self) -> &'static str {
        match self {
            Role::Customer => {
                "customerid|customer|customeroid|clientid|client|userid|user|accountid|accountcode|account|\
                 subscriberid|subscriber|memberid|member|companyid|company|organizationid|msisdn|customeremail|\
                 subscriberemail|email|phonenumber|id"
            }
            Role::Contract => {
                "subscriptionid|subscription|subscriptionoid|subscriptionuuid|contractid|contractnumber|contract|uuid|\
                 originaltransactionid|id"
            }
            Role::Start => {
                "startdate|startedat|startedon|subscriptionstartedat|activatedat|activatedon|activationdate|start|started|\
                 contractstart|begin|begindate|startsat|firstbilledat|signupdate|joindate|joined|subscribedat|purchasedate|\
                 created|createdat|createdon|createddate"
            }
            Role::Ended => {
                "endedat|endedon|enddate|end|ended|contractend|endsat|expiredat|expiresat|expiredon|expirationdate|\
                 terminatedat|terminationdate|churndate|churnedat|canceleffectiveat|leavedate"
            }
            Role::Cancelled => {
                "canceledat|cancelledat|canceledon|cancelledon|canceldate|cancellationdate|subscriptioncanceledat|\
                 subscriptioncancelledat|canceled|cancelled"
            }
            Role::PaidUntil => {
                "currentperiodend|currentperiodendsat|currentperiodendsdate|currentbillingtermend|currenttermend|\
                 currentbillingperiodendsat|nextbillingat|nextbillingdate|nextbilledat|nextbillingon|renewaldate|\
                 nextrenewal|paiduntil"
            }
            Role::PaidFrom => {
                "currentperiodstart|currentperiodstartedat|currentbillingtermstartdate|currenttermstart|\
                 currentbillingperiodstartsat|lastpayment|lastpaymentdate"
            }
            Role::Lapses => "cancelatperiodend|iscancelatperiodend|nonrenewing|willcancel|cancelatend",
            Role::Status => "status|state|subscriptionstatus|subscriptionstate|contractstatus",
            Role::Plan => {
                "plan|planname|plancode|planid|planoid|currentplan|product|productname|productid|tariff|tier|package|\
                 priceid|itempriceid|subscriptionname|contract"
            }
            Role::Interval => {
                "interval|planinterval|billingperiod|billinginterval|billingperiodunit|billingcycle|billingcycleinterval|\
                 subscriptionbillingperiod|period|frequency|standardsubscriptionduration|planintervalunit|\
                 recurringinterval|paymentfrequency"
            }
            Role::IntervalCount => {
                "intervalcount|planintervalcount|planintervallength|billingcyclefrequency|billingfrequency"
            }
            Role::Price => {
                "price|amount|planamount|unitamount|unitprice|planunitprice|recurringamount|monthlycharges|\
                 monthlycharge|mrr|monthlyrecurringrevenue|monthlyfee|fee|monthlyprice|monthlyrevenue|subscriptionamount|arr|\
                 annualrecurringrevenue|priceperseat|priceperuser|priceperlicense|priceperlicence|pricecents|priceincents|amountcents|amountincents|unitamountcents|unitamountincents|\
                 unitpricecents|unitpriceincents|planamountcents|planamountincents|subscriptionamountcents|mrrcents"
            }
            Role::Quantity => "quantity|planquantity|subscriptionquantity|seats|licenses|licences",
            Role::Currency => "currency|currencycode|plancurrency",
            Role::TrialEnd => "trialend|trialendsat|trialendedat|trialendson|trialendat|trialuntil",
            Role::Tenure => "tenure|tenuremonths|monthsactive|accountlength|tenureinmonths|lifetimemonths",
            Role::Churned => {
                "churn|churned|churnlabel|churnvalue|exited|attrition|attritionflag|customerstatus|left"
            }
            Role::Channel => "channel|acquisitionchannel|source|utmsource|leadsource",
            Role::Country => "country|countrycode|billingcountry|region|subscribercountry",
            Role::Reason => {
                "cancellationreason|cancelreason|canceledreason|cancellationdetailsreason|churnreason|churntype|expirationreason|\
                 terminationreason|unsubscribereason|reasonforleaving|cancelreasoncode"
            }
        }
    }

    /// How names end of what is nested in Stripe's objects.
    fn nested(self) -> &'static str {
        match self {
            Role::Price => "unitamount|planamount",
            Role::Interval => "recurringinterval|planinterval",
            Role::IntervalCount => "recurringintervalcount|planintervalcount",
            Role::Plan => "priceid|planid|priceproduct|planproduct",
            Role::Quantity => "quantity",
            Role::Currency => "currency",
            Role::Reason => "cancellationdetailsreason|reason",
            _ => "",
        }
    }
}

/// A billing program's export.
struct Program {
    title: &'static str,
    /// Columns that are all there.
    signature: &'static [&'static str],
    /// Roles whose column is another one than names say.
    roles: &'static [(Role, &'static str)],
    /// Is a row one payment, and a contract as many of them?
    payments: bool,
}

/// What Stripe's interface gives, written as a table: `plan.amount`, `items_data_0_price_unit_amount`.
const STRIPE_OBJECTS: &str = "subscriptions of Stripe";

const PROGRAMS: &[Program] = &[
    Program {
        title: "an export of subscriptions of Stripe",
        signature: &[
            "id",
            "Customer ID",
            "Plan",
            "Status",
            "Current Period Start (UTC)",
            "Current Period End (UTC)",
        ],
        // `Start` is when a subscription was last changed.
        roles: &[(Role::Contract, "id"), (Role::Start, "Start Date (UTC)|Created (UTC)|Start (UTC)")],
        payments: false,
    },
    Program {
        title: STRIPE_OBJECTS,
        signature: &["customer", "status", "start_date", "current_period_start", "current_period_end"],
        roles: &[(Role::Contract, "id")],
        payments: false,
    },
    Program {
        title: "an export of subscriptions of Chargebee",
        signature: &["Subscription Id", "Customer Id", "Plan Id", "Status", "Started At", "Current Term End"],
        roles: &[(Role::Cancelled, "Cancelled At"), (Role::Start, "Activated At|Started At")],
        payments: false,
    },
    Program {
        title: "an export of subscriptions of Recurly",
        signature: &["account_code", "plan_code", "state", "activated_at", "expires_at"],
        roles: &[(Role::Contract, "uuid|subscription_id|id")],
        payments: false,
    },
    Program {
        title: "an export of subscriptions of Paddle",
        signature: &[
            "subscription_id",
            "customer_id",
            "status",
            "started_at",
            "next_billed_at",
            "billing_cycle_interval",
        ],
        roles: &[],
        payments: false,
    },
    Program {
        title: "subscriptions as Baremetrics imports them",
        signature: &[
            "plan_oid",
            "plan_interval",
            "customer_oid",
            "subscription_oid",
            "subscription_started_at",
        ],
        roles: &[(Role::Ended, "subscription_canceled_at"), (Role::Plan, "plan_name")],
        payments: false,
    },
    Program {
        title: "transactions as RevenueCat exports them",
        signature: &["rc_original_app_user_id", "product_identifier", "start_time", "end_time"],
        roles: &[
            (Role::Customer, "rc_original_app_user_id"),
            (Role::Contract, "rc_original_app_user_id"),
            (Role::Start, "start_time"),
            (Role::Ended, "end_time"),
            (Role::Plan, "product_identifier"),
            (Role::Price, "price_in_usd|price"),
        ],
        payments: true,
    },
    Program {
        title: "an export of invoices of Stripe",
        signature: &[
            "Customer",
            "Subscription",
            "Amount Paid",
            "Minimum Line Item Period Start (UTC)",
            "Maximum Line Item Period End (UTC)",
        ],
        roles: &[
            (Role::Contract, "Subscription"),
            (Role::Start, "Minimum Line Item Period Start (UTC)"),
            (Role::Ended, "Maximum Line Item Period End (UTC)"),
            (Role::Price, "Amount Paid"),
        ],
        payments: true,
    },
    Program {
        title: "a subscriber report of App Store Connect",
        signature: &[
            "Event Date",
            "Subscription Name",
            "Subscriber ID",
            "Customer Price",
            "Standard Subscription Duration",
        ],
        roles: &[
            (Role::Customer, "Subscriber ID"),
            (Role::Contract, "Subscriber ID"),
            (Role::Start, "Event Date"),
            (Role::Plan, "Subscription Name"),
            (Role::Price, "Customer Price"),
            (Role::Currency, "Customer Currency"),
        ],
        payments: true,
    },
    Program {
        title: "a sales report of Google Play (--only \"Product Type=...\" keeps what are subscriptions)",
        signature: &["Order Number", "Order Charged Date", "Financial Status", "SKU ID", "Charged Amount"],
        roles: &[
            (Role::Customer, "Order Number"),
            (Role::Contract, "Order Number"),
            (Role::Start, "Order Charged Date"),
            (Role::Status, "Financial Status"),
            (Role::Plan, "SKU ID"),
            (Role::Price, "Charged Amount"),
            (Role::Currency, "Currency of Sale"),
            (Role::Country, "Country of Buyer"),
        ],
        payments: true,
    },
    Program {
        title: "customers as telecom companies list them (the columns of IBM's sample)",
        signature: &["customerID", "tenure", "Contract", "MonthlyCharges", "Churn"],
        roles: &[(Role::Plan, "Contract")],
        payments: false,
    },
];

/// Are prices in the smallest unit of the currency, as interfaces of programs give them?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cents {
    No,
    Always,
    /// As all are whole numbers.
    IfWhole,
    /// They may be: a name that interfaces use, in a table that is not known.
    Perhaps,
}

/// How a table is read: the fields in the order of [`Role::ALL`], then attributes.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// By role, its column.
    pub roles: Vec<Option<usize>>,
    /// Attributes, by name and column.
    pub attributes: Vec<(String, usize)>,
    /// Why the table is one of contracts.
    pub why: String,
    /// Are prices in the smallest unit of the currency?
    pub cents: Cents,
    /// Is it the export of a known program?
    pub is_program: bool,
    /// Is a row one payment, and a contract as many of them?
    pub payments: bool,
}

/// A name without case and signs, and without what is put around it.
pub(crate) fn plain(name: &str) -> String {
    // What stands behind a name: `(UTC)`, `(EUR)`.
    let name = match name.trim().rsplit_once('(') {
        Some((before, behind)) if behind.ends_with(')') && !before.trim().is_empty() => before,
        _ => name,
    };
    let name = name.rsplit('.').next().unwrap_or(name);
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Layout {
    /// What a table of these columns is, if it is one of contracts.
    pub fn of(names: &[String]) -> Option<Layout> {
        let known: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let at = |wanted: &str| known.iter().position(|name| *name == plain(wanted));
        let program = PROGRAMS.iter().find(|program| program.signature.iter().all(|one| at(one).is_some()));
        let mut taken: Vec<usize> = Vec::new();
        let mut roles: Vec<Option<usize>> = vec![None; Role::ALL.len()];
        if let Some(program) = program {
            for (role, wanted) in program.roles {
                let found = wanted.split('|').find_map(at);
                roles[*role as usize] = found;
                taken.extend(found);
            }
        }
        for role in Role::ALL {
            if roles[role as usize].is_some() {
                continue;
            }
            let nested = program.is_some_and(|program| program.title == STRIPE_OBJECTS);
            let place = |is: &dyn Fn(&String) -> bool| {
                let place = known.iter().position(is)?;
                (!taken.contains(&place)).then_some(place)
            };
            let found = role.names().split('|').find_map(|wanted| place(&|name| name == wanted));
            let found = found.or_else(|| {
                let ends = role.nested().split('|').filter(|end| nested && !end.is_empty());
                ends.into_iter().find_map(|end| place(&|name| name.ends_with(end)))
            });
            roles[role as usize] = found;
            taken.extend(found);
        }
        let why = program.map(|program| program.title.to_owned()).or_else(|| why(&roles, names))?;
        let attributes = [Role::Channel, Role::Country].into_iter();
        let attributes =
            attributes.filter_map(|role| Some((names[roles[role as usize]?].clone(), roles[role as usize]?)));
        let payments = program.is_some_and(|program| program.payments);
        let price = roles[Role::Price as usize].map_or("", |at| known[at].as_str());
        let cents = match program.map(|program| program.title) {
            _ if price.ends_with("cents") => Cents::Always,
            Some(title) if title.contains("Baremetrics") => Cents::Always,
            Some(STRIPE_OBJECTS) => Cents::IfWhole,
            None if matches!(price, "unitamount" | "planamount") => Cents::Perhaps,
            _ => Cents::No,
        };
        Some(Layout {
            attributes: attributes.collect(),
            roles,
            why,
            cents,
            is_program: program.is_some(),
            payments,
        })
    }

    pub fn column(&self, role: Role) -> Option<usize> {
        self.roles[role as usize]
    }

    /// Does a name say which column is the billing period?
    pub fn has_interval(&self) -> bool {
        self.column(Role::Interval).is_some()
    }

    /// Has a column no meaning that is read, or one of a count of intervals that has no interval?
    pub fn is_free(&self, at: usize) -> bool {
        let role = Role::ALL.into_iter().find(|role| self.column(*role) == Some(at));
        role.is_none_or(|role| role == Role::IntervalCount)
    }

    /// Takes the column of this name for the billing period.
    pub fn take_interval(&mut self, names: &[String], name: &str) {
        let place = names.iter().position(|one| one == name);
        if self.column(Role::IntervalCount) == place {
            self.roles[Role::IntervalCount as usize] = None;
        }
        self.roles[Role::Interval as usize] = place;
    }

    /// The columns to be read, those of roles first.
    pub fn wanted(&self) -> Wanted {
        let fields = self.roles.iter().copied().chain(self.attributes.iter().map(|(_, at)| Some(*at)));
        let id = self.column(Role::Customer).unwrap_or(0);
        let date = self.column(Role::Start);
        Wanted { id, date, amount: self.column(Role::Price), fields: fields.collect() }
    }

    /// More columns that say something of the customer.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn with_attributes(mut self, file: &str, names: &[String], wanted: &[String]) -> Result<Self> {
        for name in wanted {
            let Some(place) = names.iter().position(|one| plain(one) == plain(name)) else {
                let message =
                    format!("there is no column '{name}' (--attributes); there are {}", names.join(", "));
                return Err(Error::columns(file, message));
            };
            if !self.attributes.iter().any(|(_, at)| *at == place) {
                self.attributes.push((names[place].clone(), place));
            }
        }
        Ok(self)
    }
}

/// The column of the customer, by its name.
pub(crate) fn customer(names: &[String]) -> Option<usize> {
    let known: Vec<String> = names.iter().map(|name| plain(name)).collect();
    Role::Customer.names().split('|').find_map(|wanted| known.iter().position(|name| name == wanted))
}

/// Why columns without a known header are those of contracts; `None` if they are not.
fn why(roles: &[Option<usize>], names: &[String]) -> Option<String> {
    let has = |role: Role| roles[role as usize];
    let name = |role: Role| has(role).map_or("", |at| names[at].as_str());
    has(Role::Customer)?;
    if let (Some(_), Some(_)) = (has(Role::Tenure), has(Role::Churned)) {
        return Some(format!(
            "a row a customer with how long it has stayed (\"{}\") and whether it has left (\"{}\")",
            name(Role::Tenure),
            name(Role::Churned)
        ));
    }
    has(Role::Start)?;
    // A date of creation and a status are those of an order, too.
    let dated = !plain(name(Role::Start)).starts_with("create") && plain(name(Role::Start)) != "purchasedate";
    if let (true, Some(_)) = (dated, has(Role::Ended).or(has(Role::Cancelled))) {
        let end = if has(Role::Ended).is_some() { Role::Ended } else { Role::Cancelled };
        return Some(format!(
            "a row a contract with its beginning (\"{}\") and its end (\"{}\")",
            name(Role::Start),
            name(end)
        ));
    }
    let billed =
        has(Role::PaidUntil).is_some() || has(Role::Interval).is_some() && has(Role::Status).is_some();
    let named = has(Role::Plan).is_some() || has(Role::Contract).is_some();
    (billed && named && (dated || has(Role::PaidUntil).is_some()))
        .then(|| "a row a contract with its plan, its beginning and how far it is paid".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(header: &str) -> Option<(Layout, Vec<String>)> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        Some((Layout::of(&names)?, names))
    }

    /// Headers of exports as the programs' documentation and people's scripts have them.
    #[test]
    fn exports_are_known_by_their_headers() {
        let cases = [
            (
                "id,Customer ID,Customer Description,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,\
                 Created (UTC),Start (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),\
                 Trial End (UTC),Canceled At (UTC),Cancel At Period End,Ended At (UTC)",
                "Stripe",
                [(Role::Start, "Created (UTC)"), (Role::Ended, "Ended At (UTC)"), (Role::Price, "Amount")],
            ),
            (
                "subscriptions.id,Subscription Id,Customer Id,Plan Id,Plan Unit Price,Billing Period,Billing Period Unit,\
                 Status,Started At,Activated At,Current Term End,Cancelled At,Currency",
                "Chargebee",
                [(Role::Start, "Activated At"), (Role::Cancelled, "Cancelled At"), (Role::Plan, "Plan Id")],
            ),
            (
                "uuid,account_code,plan_code,plan_name,state,quantity,unit_amount,currency,activated_at,trial_ends_at,\
                 canceled_at,expires_at,current_period_ends_at",
                "Recurly",
                [
                    (Role::Start, "activated_at"),
                    (Role::Ended, "expires_at"),
                    (Role::Customer, "account_code"),
                ],
            ),
            (
                "subscription_id,customer_id,status,currency_code,started_at,first_billed_at,next_billed_at,paused_at,\
                 canceled_at,billing_cycle_interval,billing_cycle_frequency,unit_price,product_id",
                "Paddle",
                [
                    (Role::Interval, "billing_cycle_interval"),
                    (Role::IntervalCount, "billing_cycle_frequency"),
                    (Role::Cancelled, "canceled_at"),
                ],
            ),
            (
                "customerID,gender,SeniorCitizen,tenure,Contract,PaymentMethod,MonthlyCharges,TotalCharges,Churn",
                "telecom",
                [(Role::Tenure, "tenure"), (Role::Churned, "Churn"), (Role::Plan, "Contract")],
            ),
            (
                "customer_id,start,end,plan,price,interval,currency,channel",
                "a row a contract",
                [(Role::Start, "start"), (Role::Ended, "end"), (Role::Price, "price")],
            ),
        ];
        for (header, title, roles) in cases {
            let (layout, names) = layout(header).expect(header);
            assert!(layout.why.contains(title), "{}", layout.why);
            for (role, name) in roles {
                let found = layout.column(role).map(|at| names[at].as_str());
                assert_eq!(found, Some(name), "{role:?} of {header}");
            }
        }
    }

    /// Logs of purchases and lists of orders are none.
    #[test]
    fn logs_are_not_taken_for_contracts() {
        let logs = [
            "customer_id,date,amount",
            "id,Amount,Amount Refunded,Captured,Status,Customer ID,Created (UTC)",
            "order_id,customer,status,created_at,total,currency",
            "customer_id,frequency,recency,T,monetary_value",
            "email,purchase_date,price,product,status,country",
            "Name,Email,Financial Status,Total,Created at,Lineitem quantity,Lineitem price,Cancelled at",
            "order_id,customer_unique_id,order_status,order_purchase_timestamp",
        ];
        for header in logs {
            assert!(layout(header).is_none(), "{header}: {:?}", layout(header).map(|(layout, _)| layout.why));
        }
    }
}

//! The page of customers under contract: what they bring and how much of it stays, what to do, whether it can be trusted, months,
//! plans, channels and cohorts; and an appendix with all else.

use super::PageOptions;
use super::words::{Money, percent, signed_percent};
use crate::base::numbers::{count, grouped, significant};
use crate::contracts::book::Departures;
use crate::contracts::{BookModel, PlanAhead, Range};
use crate::show::{
    figure,
    report::{
        self, Block, Table,
        page::{Page, Part, Section, Term, Tile},
    },
};
use crate::study::ContractTest;
use crate::study::subscribers::{SubscriberEconomics, SubscriberGroup, SubscriberOverview};

mod advice;

use advice::advice;

/// The title of a page of contracts, unless it is given one.
pub const TITLE: &str = "What our subscribers are worth";
/// Plans and channels of a table.
const MOST: usize = 12;

/// Makes the page.
pub fn build(options: &PageOptions, model: &BookModel, found: &SubscriberOverview) -> Page {
    let currency = options.currency.as_deref().or(found.book.currency.as_deref());
    let money = Money::new(currency);
    let title = if options.title == super::TITLE { TITLE.to_owned() } else { options.title.clone() };
    let mut sections = vec![advice(found, &money), trust(found, &money), months(found), plans(found, &money)];
    sections.extend(found.economics.iter().map(|economics| channels(economics, &money)));
    let mut cohorts = Section::new("cohorts", "How cohorts hold");
    cohorts.push(Part::Figures(figure::cohort_triangle(&found.triangle).into_iter().collect()));
    sections.push(cohorts);
    let warnings: Vec<String> = [report::book(&found.book), report::book_model(&found.forecast.model)]
        .into_iter()
        .flat_map(|report| report.warnings)
        .collect();
    sections.extend(appendix(model, found));
    sections.retain(|section| !section.parts.is_empty());
    Page {
        title,
        about: about(found, &money),
        logo: options.logo.clone(),
        tiles: tiles(found, &money),
        banners: Vec::new(),
        warnings,
        sections,
    }
}

fn about(found: &SubscriberOverview, money: &Money) -> String {
    let totals = &found.forecast.totals;
    let mut words = format!(
        "{} contracts of {} customers, paid on {}.",
        count(totals.contracts),
        count(totals.customers),
        found.book.observed_until
    );
    if let Some(kept) = &found.forecast.kept {
        let net =
            kept.net_retention.map_or(String::new(), |net| format!(" and {} of the revenue", percent(net)));
        words += &format!(
            " Of the {} customers of {} {} are customers today{net}.",
            count(kept.customers),
            kept.since,
            percent(kept.logo_retention)
        );
    }
    if let Some(departures) = &found.forecast.departures {
        words += &departed(departures, money);
    }
    let seen = &found.forecast.seen;
    if let (Some(first), Some(last)) = (seen.first(), seen.last())
        && let (Some(was), Some(is)) = (first.mrr, last.mrr)
        && was > 0.0
    {
        words += &format!(
            " MRR was {} at the end of {}, and is {}.",
            money.say(was),
            month(first.until),
            money.say(is)
        );
    }
    words
}

/// Why contracts ended.
fn departed(found: &Departures, money: &Money) -> String {
    let mut words = String::new();
    if let Some(share) = found.involuntary_share {
        let since = found.since.map_or_else(String::new, |since| format!(" since {since}"));
        words += &format!(
            " Of {} contracts that ended{since} {} ended as a payment failed ({} of those with a reason: involuntary churn), {} as the \
             customer wished.",
            count(found.left),
            count(found.involuntary),
            percent(share),
            count(found.voluntary)
        );
    }
    if found.past_due > 0 {
        let mrr = found.past_due_mrr.map_or_else(String::new, |mrr| format!(" (MRR {})", money.say(mrr)));
        words += &format!(" A payment is past due of {} contracts that run{mrr}.", count(found.past_due));
    }
    words
}

fn month(date: jiff::civil::Date) -> String {
    date.strftime("%B %Y").to_string()
}

fn range_of(range: &Range, say: impl Fn((f64, f64)) -> String, probability: f64) -> String {
    format!("{} ({} interval)", say((range.lower, range.upper)), percent(probability))
}

fn tiles(found: &SubscriberOverview, money: &Money) -> Vec<Tile> {
    let (totals, probability) = (&found.forecast.totals, found.options.probability);
    let within = found.options.value.horizon.in_words();
    let heads = |(low, high): (f64, f64)| format!("{} to {}", grouped(low, 0), grouped(high, 0));
    let mut tiles = Vec::new();
    let mut tile = |label: &str, figure: String, note: String, definition: String| {
        tiles.push(Tile { label: label.to_owned(), figure, note, definition });
    };
    if let (Some(now), Some(then), Some(revenue)) = (totals.mrr, totals.mrr_at_horizon, totals.revenue) {
        let bounds = |range: &Range| range_of(range, |bounds| money.range(bounds), probability);
        tile(
            "MRR today",
            money.say(now),
            String::new(),
            "Monthly recurring revenue of all paid contracts.".to_owned(),
        );
        let definition = format!("Of today's contracts, {within}. Nobody new is won in it.");
        tile("MRR that is left", money.say(then.expected), bounds(&then), definition.clone());
        tile(
            "Revenue to come",
            money.say(revenue.expected),
            bounds(&revenue),
            format!("Renewals billed. {definition}"),
        );
    }
    if let Some(value) = totals.clv {
        let definition = format!(
            "{} of renewals {within}, as present value at {} a year.",
            if found.options.value.margin == 1.0 { "Revenue" } else { "Margin" },
            percent(found.options.value.discount.effective(crate::base::Unit::Year))
        );
        tile("Today's contracts are worth", money.say(value), String::new(), definition);
    }
    if let Some(next) = found.forecast.months.first() {
        tile(
            "Leaving next",
            grouped(next.leaving.expected, 0),
            range_of(&next.leaving, heads, probability),
            format!("Contracts expected to end until {}.", next.until),
        );
    }
    if let Some(economics) = &found.economics {
        let ltv = &economics.all.new.ltv;
        let note = ltv.interval.map_or(String::new(), |bounds| money.range(bounds));
        let definition = format!("Payments {within}, the first included, as present value.");
        tile("A new subscriber is worth", money.say(ltv.value), note, definition);
    }
    tiles
}

fn trust(found: &SubscriberOverview, money: &Money) -> Section {
    let section = Section::new("trust", "Can it be trusted?");
    let test = match &found.backtest {
        Ok(test) => test,
        Err(why) => {
            return section.lines([format!("Past forecasts were not tried: {}.", why.trim_end_matches('.'))]);
        }
    };
    let mut section = section.lines([
        "The end of the table was hidden, the model fitted to what came before, and each contract \
                                      forecast. Forecasts further ahead are less sure than these."
            .to_owned(),
    ]);
    let mut table = Table::new(&["", "Forecast", "Verdict"]);
    let has_money = found.book.has_money;
    let last = test.months.last();
    if let Some(month) = last {
        let row = |what: &str, [was, expected, lower, upper]: [f64; 4], say: &dyn Fn(f64) -> String| {
            let off = expected / was - 1.0;
            let held = lower <= was && was <= upper;
            let verdict = match held {
                true => format!("within its range ({} to {})", say(lower), say(upper)),
                false => format!("outside its range ({} to {})", say(lower), say(upper)),
            };
            let what = format!("{what} on {}, of those of {}", month.until, month.origin);
            [
                what,
                format!("{} expected, {} came ({})", say(expected), say(was), signed_percent(off)),
                verdict,
            ]
        };
        table.row(row("Contracts", month.contracts, &|x| grouped(x, 0)));
        if has_money {
            table.row(row("MRR", month.mrr, &|x| money.say(x)));
        }
    }
    for (metric, what) in
        [("log_score", "Who leaves"), ("crps_mrr", "How much stays"), ("auc", "Who is likelier to leave")]
    {
        table.rows.extend(beside(test, metric, what).map(Vec::from));
    }
    section.push(Part::Blocks(vec![Block::Table(table)]));
    section.figures(figure::hidden_months(test, has_money))
}

/// How the model does beside the best rule without one.
fn beside(test: &ContractTest, metric: &str, what: &str) -> Option<[String; 3]> {
    let own = test.mean("model", metric)?;
    let higher = metric == "auc";
    let better = |a: f64, b: f64| if higher { a > b } else { a < b };
    let rules =
        ContractTest::FORECASTS[1..].iter().filter_map(|name| Some((*name, test.mean(name, metric)?)));
    let (rule, value) = rules.reduce(|a, b| if better(b.1, a.1) { b } else { a })?;
    let shown = |value: f64| significant(value, 3);
    let score = match metric {
        "auc" => "right order of two, one of whom left",
        "crps_mrr" => "mean error of the range, relative",
        _ => "log score",
    };
    let verdict = match () {
        () if better(own, value) => {
            format!("better than the best rule without a model ({rule}: {})", shown(value))
        }
        () => format!("a rule without a model does as well ({rule}: {})", shown(value)),
    };
    Some([what.to_owned(), format!("{} ({score})", shown(own)), verdict])
}

fn months(found: &SubscriberOverview) -> Section {
    Section::new("months", "Months to come")
        .figures(figure::recurring_revenue(&found.forecast, found.options.probability))
}

fn plans(found: &SubscriberOverview, money: &Money) -> Section {
    let mut section = Section::new("plans", "Plans");
    let mut plans: Vec<&PlanAhead> = found.forecast.plans.iter().collect();
    plans.sort_by_key(|plan| std::cmp::Reverse(plan.contracts));
    let mut heads = vec!["Plan", ">Contracts", ">Renew next", ">Still there at the end"];
    if found.book.has_money {
        heads.extend([">MRR", ">Worth of a new one, without end", ">Range"]);
    }
    let mut table = Table::new(&heads);
    let share = |share: Option<f64>| share.map_or("-".to_owned(), percent);
    for plan in plans.iter().take(MOST) {
        let mut row =
            vec![plan.plan.clone(), count(plan.contracts), share(plan.p_renew), share(plan.retained)];
        if found.book.has_money {
            row.push(plan.mrr.map_or("-".to_owned(), |mrr| money.say(mrr)));
            row.push(plan.ltv.map_or("-".to_owned(), |ltv| money.say(ltv.expected)));
            row.push(plan.ltv.map_or("-".to_owned(), |ltv| money.range((ltv.lower, ltv.upper))));
        }
        table.row(row);
    }
    section.push(Part::Blocks(vec![Block::Table(table)]));
    let months = |at: usize| found.book.plans[at].cycle.months();
    section.figures(figure::plan_survival(&found.forecast.plans, months))
}

fn channels(found: &SubscriberEconomics, money: &Money) -> Section {
    let by = found.options.by.first().map_or(String::new(), |by| format!(", by {by}"));
    let mut section = Section::new("acquisition", &format!("What new subscribers bring{by}"));
    let costs = found.groups.iter().chain([&found.all]).any(|group| group.against.is_some());
    if found.groups.is_empty() && !costs {
        return section;
    }
    let mut heads = vec!["", ">Won", ">There after a year", ">Worth of a new one", ">Range"];
    if costs {
        heads.extend([">Cost of one", ">Worth over cost", ">Paid back after"]);
    }
    let mut table = Table::new(&heads);
    let groups = found.groups.iter().take(MOST).chain([&found.all]);
    groups.for_each(|group| table.row(channel(group, costs, money)));
    section.push(Part::Blocks(vec![Block::Table(table)]));
    section
}

fn channel(group: &SubscriberGroup, costs: bool, money: &Money) -> Vec<String> {
    let name = if group.name.is_empty() { "All" } else { &group.name };
    let ltv = &group.new.ltv;
    let mut cells = vec![
        name.to_owned(),
        count(group.customers),
        percent(group.new.after_a_year.value),
        money.say(ltv.value),
        ltv.interval.map_or("-".to_owned(), |bounds| money.range(bounds)),
    ];
    if costs {
        cells.extend(match &group.against {
            Some(against) => [
                money.say(against.cac),
                grouped(against.ratio.value, 1),
                against.payback.month.map_or("never seen".to_owned(), |month| match month {
                    0 => "the first payment".to_owned(),
                    1 => "1 month".to_owned(),
                    month => format!("{month} months"),
                }),
            ],
            None => std::array::from_fn(|_| "-".to_owned()),
        });
    }
    cells
}

fn appendix(model: &BookModel, found: &SubscriberOverview) -> Vec<Section> {
    let mut figures = Section::new("figures", "Appendix: all figures");
    let forecast = report::book_forecast(&found.book, &found.forecast, &found.options);
    figures.push(Part::Folded("All figures of the forecast".to_owned(), forecast.results));
    if let Some(economics) = &found.economics {
        let said = report::subscribers(economics);
        let blocks = said.results.into_iter().chain(said.remarks).collect();
        figures.push(Part::Folded("All figures of the economics".to_owned(), blocks));
    }
    if let Ok(test) = &found.backtest {
        figures.push(Part::Folded(
            "All figures of past forecasts".to_owned(),
            report::contract_test(test).results,
        ));
    }
    let mut method = Section::new("data-and-method", "Appendix: data and method");
    method.push(Part::Blocks(report::book(&found.book).remarks));
    method.push(Part::Blocks(report::book_file(model).results));
    let mut terms = Section::new("terms", "Appendix: what the words mean");
    let term = |(name, meaning): &(&'static str, &str)| Term { name, meaning: (*meaning).to_owned() };
    terms.push(Part::Terms(TERMS.iter().map(term).collect()));
    vec![figures, method, terms]
}

const TERMS: &[(&str, &str)] = &[
    (
        "MRR",
        "Monthly recurring revenue: what paid contracts cost a month; a yearly price counts as a twelfth.",
    ),
    (
        "LTV",
        "Lifetime value: margin x the present value of the payments of a new subscriber, the first included.",
    ),
    ("CAC", "Cost of acquisition for each customer won, of months with costs."),
    ("renew next", "Mean of the chances of running contracts to be renewed at their next date."),
    (
        "GRR",
        "Gross revenue retention: of the revenue of a year ago, what the same customers pay today, each at most as much as then.",
    ),
    ("NRR", "Net revenue retention: the same with what they pay more."),
    (
        "interval",
        "What happens is within it with the stated probability, if the model is right: it holds the parameters, chance, and what months share.",
    ),
    ("log score", "Mean of -ln of the probability that was given to what happened. Less is better."),
    (
        "AUC",
        "Probability that a contract that ended was thought likelier to end than one that did not: 0.5 is by chance.",
    ),
    ("CRPS", "How far the whole forecast distribution is from what happened. Less is better."),
    ("last-churn", "A rule without a model: the share of renewals not made lately, by plan, for ever."),
    ("same-churn", "A rule without a model: the share not made in all the past, by plan, whatever the age."),
    ("kaplan-meier", "A rule without a model: the share renewed at each age, and a constant one beyond."),
];

//! What `-h` and `--help` show: each verb's options in the order of use, the ones that most people need in the short help,
//! and two examples, which the tests run.

use clap::builder::{StyledStr, Styles};
use clap::{Arg, Command, CommandFactory};

use super::Cli;
use crate::show::figure;

/// What the help of a verb says beside its options.
struct Page {
    verb: &'static str,
    /// Options of the short help, beside `-o`; all others are in the long one.
    main: &'static [&'static str],
    examples: [&'static str; 2],
}

/// The headings in the order of use: what is read and how, what is fitted and asked, what is written.
const HEADINGS: [&str; 18] = [
    "Job",
    "Columns",
    "Rows",
    "Values",
    "Time",
    "Fit",
    "Model",
    "Contracts",
    "Backtest",
    "Value",
    "Newcomers",
    "Economics",
    "Segments",
    "Actions",
    "Measure",
    "Upload",
    "Output",
    "Resources",
];

const PAGES: [Page; 19] = [
    Page {
        verb: "forecast",
        main: &[
            "id",
            "date",
            "amount",
            "skip-bad-rows",
            "observed-until",
            "model",
            "horizon",
            "margin",
            "interval",
        ],
        examples: [
            "clv forecast orders.csv -o scores.csv",
            "clv forecast orders.csv --horizon 24mo --margin 40% --interval 90% -o scores.parquet",
        ],
    },
    Page {
        verb: "check",
        main: &["id", "date", "amount", "only", "except", "date-format", "sheet"],
        examples: [
            "clv check orders.csv",
            "clv check orders.csv --only channel=email,search -o checked.toml",
        ],
    },
    Page {
        verb: "summarize",
        main: &[
            "id",
            "date",
            "amount",
            "skip-bad-rows",
            "grain",
            "unit",
            "observed-until",
            "attributes",
            "state",
        ],
        examples: [
            "clv summarize orders.csv -o summary.csv",
            "clv summarize orders.csv --attributes channel --state customers.clvs",
        ],
    },
    Page {
        verb: "fit",
        main: &["id", "date", "amount", "skip-bad-rows", "observed-until", "model", "groups", "diagnostics"],
        examples: [
            "clv fit orders.csv -o model.json",
            "clv fit orders.csv --model mbg-nbd --groups channel --observed-until 2024-12-31",
        ],
    },
    Page {
        verb: "score",
        main: &["skip-bad-rows", "observed-until", "horizon", "discount", "margin", "interval", "by", "path"],
        examples: [
            "clv score model.json orders.csv -o scores.csv",
            "clv score model.json orders.csv --horizon 6mo --interval 90% --by channel -o scores.xlsx",
        ],
    },
    Page {
        verb: "backtest",
        main: &["skip-bad-rows", "observed-until", "models", "holdout", "origins"],
        examples: [
            "clv backtest orders.csv --holdout 6mo",
            "clv backtest orders.csv --models mbg-nbd,pareto-nbd --origins 2 -o backtest.csv",
        ],
    },
    Page {
        verb: "economics",
        main: &["by", "costs", "horizon", "discount", "margin", "acquisitions", "scenario", "segments"],
        examples: [
            "clv economics model.json orders.csv --costs costs.csv --by channel --margin 40%",
            "clv economics model.json orders.csv --scenario retention=+2%,spend=+5% -o economics.csv",
        ],
    },
    Page {
        verb: "actions",
        main: &["margin", "contact-cost", "uplift", "budget", "holdout", "measure", "list"],
        examples: [
            "clv actions model.json orders.csv --margin 40% --holdout 10% -o actions.csv",
            "clv actions --measure orders.csv --list actions.csv --margin 40%",
        ],
    },
    Page {
        verb: "report",
        main: &["by", "costs", "margin", "currency", "title", "no-backtest"],
        examples: [
            "clv report orders.csv --currency EUR -o report.html",
            "clv report model.json orders.csv --costs costs.csv --by channel -o report.md",
        ],
    },
    Page {
        verb: "plot",
        main: &["observed-until", "horizon", "model", "holdout", "by", "costs", "theme"],
        examples: [
            "clv plot p_alive model.json orders.csv -o p_alive.svg",
            "clv plot timelines model.json orders.csv --theme dark -o timelines.html",
        ],
    },
    Page {
        verb: "update",
        main: &["skip-bad-rows"],
        examples: [
            "clv update customers.clvs october.csv",
            "clv update customers.clvs october.csv --skip-bad-rows",
        ],
    },
    Page {
        verb: "monitor",
        main: &["interval", "false-alarms", "looks", "journal"],
        examples: [
            "clv monitor model.json customers.clvs -o monitor.csv",
            "clv monitor model.json orders.csv --false-alarms 5% --looks 52",
        ],
    },
    Page {
        verb: "run",
        main: &["config", "dry-run", "inputs", "state", "model-file", "refit", "scores"],
        examples: ["clv run --config monthly.toml --dry-run", "clv run --config monthly.toml"],
    },
    Page {
        verb: "model",
        main: &["spend", "unit", "grain"],
        examples: [
            "clv model bg-nbd r=.243 alpha=4.414 a=.793 b=2.426 -o published.json",
            "clv model sbg alpha=.668 beta=3.806 --unit year -o contracts.json",
        ],
    },
    Page {
        verb: "simulate",
        main: &["customers", "start", "acquired-until", "until", "seed"],
        examples: [
            "clv simulate model.json --customers 500 -o simulated.csv",
            "clv simulate model.json --start 2023-01-01 --until 2024-12-31 -o simulated.parquet",
        ],
    },
    Page {
        verb: "inspect",
        main: &[],
        examples: ["clv inspect model.json", "clv inspect model.json --json"],
    },
    Page {
        verb: "sql",
        main: &["dialect", "table", "from-sql", "id", "date", "amount", "observed-until", "account"],
        examples: [
            "clv sql --dialect postgres --table shop.orders --id account --date ordered_on",
            "clv sql --dialect duckdb --from-sql \"SELECT * FROM 'orders.csv'\"",
        ],
    },
    Page {
        verb: "completions",
        main: &[],
        examples: ["clv completions bash > clv.bash", "clv completions zsh > _clv"],
    },
    Page { verb: "man", main: &["output"], examples: ["clv man score", "clv man -o pages"] },
];

/// The program with all that its help says.
pub(super) fn program() -> Command {
    let header = Styles::styled();
    let header = header.get_header();
    let first = format!(
        "{header}Start here:{header:#}\n  clv check orders.csv                     how an export is read, and what looks wrong\n  \
         clv forecast orders.csv -o scores.csv    a row a customer: P(alive), purchases, spend, value\n\n\
         clv VERB -h has two examples of each; clv VERB --help has all."
    );
    Cli::command().after_help(StyledStr::from(first)).mut_subcommands(|verb| {
        match PAGES.iter().find(|page| page.verb == verb.get_name()) {
            Some(page) => dressed(verb, page),
            None => verb,
        }
    })
}

fn dressed(verb: Command, page: &Page) -> Command {
    let rank =
        |arg: &Arg| arg.get_help_heading().map(|heading| HEADINGS.iter().position(|known| *known == heading));
    let mut order: Vec<_> = verb
        .get_arguments()
        .filter(|arg| !arg.is_positional())
        .map(|arg| (rank(arg), arg.get_id().clone()))
        .collect();
    order.sort_by_key(|(rank, _)| *rank);
    let is_main = |arg: &Arg| {
        let long = arg.get_long().unwrap_or_default();
        long == "output" || page.main.contains(&long)
    };
    let arguments: Vec<_> = verb.get_positionals().map(|arg| arg.get_id().clone()).collect();
    let mut verb = verb;
    // What is changed comes last: so the headings come in the order of use.
    for id in arguments.into_iter().chain(order.into_iter().map(|(_, id)| id)) {
        verb = verb.mut_arg(id, |arg| {
            let hidden = !arg.is_positional() && !is_main(&arg);
            let said = arg.get_help().map(ToString::to_string).unwrap_or_default();
            arg.help(short(&said)).long_help(said).hide_short_help(hidden)
        });
    }
    let header = Styles::styled();
    let header = header.get_header();
    let examples = page.examples.map(|example| format!("  {example}\n")).concat();
    let examples = format!("{header}Examples:{header:#}\n{examples}");
    let short = format!("{examples}\nAll options: clv {} --help", page.verb);
    let figures = match page.verb {
        "plot" => format!("\n{header}Figures:{header:#}\n{}", figure::names()),
        _ => String::new(),
    };
    let examples = examples + &figures;
    verb.after_help(StyledStr::from(short)).after_long_help(StyledStr::from(examples.trim_end().to_owned()))
}

/// The gist of what is said of an option: what stands before the first explanation, and what holds without it.
fn short(said: &str) -> String {
    let gist = |text: &str, signs: &[&str]| {
        let end = signs.iter().filter_map(|sign| text.find(sign)).min();
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let (about, bracket) = match said.strip_suffix(']').and_then(|said| said.rsplit_once(" [")) {
        Some((about, bracket)) => (about, Some(bracket)),
        None => (said, None),
    };
    let about = gist(about, &[": ", "; ", " ("]);
    match bracket {
        None => about,
        Some(bracket) => match bracket.strip_prefix("default: ") {
            Some(default) => format!("{about} [default: {}]", gist(default, &[", ", "; "])),
            None => format!("{about} [{}]", gist(bracket, &[": "])),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_has_a_page_of_its_own_options() {
        let program = program();
        for verb in program.get_subcommands() {
            let page = PAGES.iter().find(|page| page.verb == verb.get_name());
            let page = page.unwrap_or_else(|| panic!("{} has no page", verb.get_name()));
            for name in page.main {
                let there = verb.get_arguments().any(|arg| arg.get_long() == Some(name));
                assert!(there, "clv {} has no --{name}", page.verb);
            }
        }
        for page in &PAGES {
            assert!(program.find_subcommand(page.verb).is_some(), "there is no verb {}", page.verb);
        }
    }

    #[test]
    fn the_gist_is_short() {
        assert_eq!(
            short("Column that says who bought [found by name: customer_id, client_id, ...]"),
            "Column that says who bought [found by name]"
        );
        assert_eq!(short("How far to look: 90d, or inf [default: 12mo]"), "How far to look [default: 12mo]");
        assert_eq!(
            short("The wanted ratio of LTV to CAC [default: 3, a rule of thumb]"),
            "The wanted ratio of LTV to CAC [default: 3]"
        );
    }

    /// What is wider than a terminal would be broken, and could not be typed.
    #[test]
    fn examples_fit_on_a_line() {
        for example in PAGES.iter().flat_map(|page| page.examples) {
            assert!(example.len() <= 96, "{example}");
        }
    }

    #[test]
    fn each_heading_has_its_place() {
        for verb in program().get_subcommands() {
            for arg in verb.get_arguments() {
                if let Some(heading) = arg.get_help_heading() {
                    assert!(HEADINGS.contains(&heading), "clv {}: {heading}", verb.get_name());
                }
            }
        }
    }
}

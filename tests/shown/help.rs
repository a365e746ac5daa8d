//! Is what the help says of defaults true? Each `[default: ...]` that is a value is typed, and must mean what
//! saying nothing means. Planted: `replicates: 100` in `BacktestOptions`, `[default: drop]` for `--returns`.

use std::process::Command;

use clv::cli::words;

/// The options that `clv VERB --help` shows, each with what it says is its default.
fn defaults(verb: &str) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_clv")).args([verb, "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut found = Vec::new();
    for part in help.split("\n      --").skip(1) {
        let name = part.split([' ', '\n']).next().unwrap();
        let words = part.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, said)) = words.split_once("[default: ") {
            let value = said.split(']').next().unwrap().split([',', ';']).next().unwrap();
            // A list of names has commas without blanks.
            let list = said.split(']').next().unwrap();
            let value = if list.contains(", ") { value } else { list };
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

/// What the words of a verb mean, as text.
fn meaning(verb: &str, words: &[String]) -> clv::Result<String> {
    // A seed means something where there are intervals.
    let with_interval = || [&["--interval=0.9".to_owned()][..], words].concat();
    let of_fit = |fit: words::Fit| -> clv::Result<String> {
        let ((request, log, _), (_, alone)) = (fit.purchases()?, fit.alone()?);
        let (reading, plans) = fit.book()?;
        Ok(format!("{request:?} {log:?} {alone:?} {reading:?} BookForecastOptions {plans:?}"))
    };
    let interval_given = words.iter().any(|word| word.starts_with("--interval="));
    Ok(match verb {
        "summarize" => format!("{:?}", words::summarize(words)?),
        "fit" => of_fit(words::fit(words)?)?,
        "score" if interval_given => format!("{:?}", words::score(words)?.options),
        "score" => format!("{:?}", words::score(&with_interval())?.options),
        "forecast" => {
            let found = words::forecast(&with_interval())?;
            let contracts = words::forecast_contracts(&with_interval())?;
            let of_contracts = format!("{:?} {:?}", contracts.book, contracts.options);
            format!("{:?} {:?} {:?} {of_contracts}", found.request, found.log, found.options)
        }
        "backtest" => format!("{:?}", words::backtest(words)?),
        "economics" => {
            format!("{:?}", words::economics(words)?)
        }
        "simulate" => format!("{:?}", words::simulate(words)?),
        "sql" => format!("{:?}", words::sql(&[&["--dialect=duckdb".to_owned()][..], words].concat())?),
        other => panic!("no words of {other}"),
    })
}

#[test]
fn defaults_are_as_the_help_says() {
    // Their absence means what a log or a summary says, and the value only if that says nothing.
    let open = ["unit", "dates-from"];
    let mut checked = Vec::new();
    for verb in ["summarize", "fit", "score", "forecast", "backtest", "economics", "simulate", "sql"] {
        let plain = meaning(verb, &[]).unwrap();
        for (name, value) in defaults(verb).iter().filter(|(name, _)| !open.contains(&name.as_str())) {
            // What has blanks, or cannot be typed, is a description.
            if value.contains(' ') {
                continue;
            }
            if let Ok(typed) = meaning(verb, &[format!("--{name}={value}")]) {
                // That it was typed is known of the grain, which a summary may contradict; left open it is a day.
                let typed = typed.replace("grain: Some(Day)", "grain: None");
                // Contracts have defaults of their own, of which the page of the verb speaks apart.
                let of_purchases =
                    |words: &str| words.split(" BookForecastOptions").next().map(str::to_owned);
                let (typed, plain) = (of_purchases(&typed), of_purchases(&plain));
                assert_eq!(typed, plain, "clv {verb} --help says of --{name} [default: {value}]");
                checked.push(format!("{verb} --{name}"));
            }
        }
    }
    for expected in [
        "summarize --returns",
        "summarize --grain",
        "fit --model",
        "fit --spend",
        "fit --prior",
        "fit --posterior",
        "fit --posterior-seed",
        "fit --covariate-convention",
        "score --horizon",
        "score --discount",
        "score --margin",
        "score --discounting",
        "score --unseen-level",
        "score --seed",
        "backtest --models",
        "backtest --origins",
        "backtest --replicates",
        "backtest --seed",
        "economics --target-ratio",
        "economics --target-payback",
        "economics --active-within",
        "economics --interval",
        "economics --seed",
        "simulate --customers",
        "simulate --start",
        "simulate --seed",
        "sql --table",
    ] {
        assert!(checked.iter().any(|found| found == expected), "not checked: {expected}; {checked:?}");
    }
}

/// Planted: no `nbd` in the help of `--models`.
#[test]
fn the_help_names_all_models() {
    for (verb, option) in [("fit", "--model <NAME>"), ("backtest", "--models <NAMES>")] {
        let output = Command::new(env!("CARGO_BIN_EXE_clv")).args([verb, "--help"]).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        let said = help.split_once(option).unwrap().1.split("\n      --").next().unwrap();
        let names: Vec<&str> = said.split([' ', ',', ';', '[', ']', '\n']).collect();
        for member in clv::fitted::PURCHASE_MODELS {
            assert!(names.contains(&member.name), "clv {verb} --help does not name {}", member.name);
        }
    }
}

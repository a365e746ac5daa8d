//! What the program says where something small was typed or exported wrongly: each message names the repair. Version
//! 0.1.0 named none of these repairs, or the wrong one; what it said is beside each.

use std::fs;
use std::process::Command;

/// What `clv` says of these arguments, on a line, in a directory with these files; it must refuse them.
#[track_caller]
fn refused(files: &[(&str, &str)], arguments: &str) -> String {
    let (code, said) = run(files, arguments);
    assert_eq!(code, Some(2), "{arguments}: {said}");
    said
}

fn run(files: &[(&str, &str)], arguments: &str) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| fs::write(dir.path().join(name), text).unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_clv"));
    let output = command.args(arguments.split(' ')).current_dir(dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[track_caller]
fn has(said: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(said.contains(part), "'{part}' is not in: {said}"));
}

const LOG: &str = "customer_id,date,amount\na,2023-01-02,5\na,2023-02-02,6\nb,2023-01-05,7\nb,2023-03-05,7\n";

#[test]
fn headers() {
    for (log, arguments, parts) in [
        // "name the right one with --id", which cannot.
        (
            "customer_id,customer_id,date\na,a,2023-01-02\n",
            "summarize log.csv -o -",
            &["2 columns are called 'customer_id': rename all but one of them in the header"][..],
        ),
        ("x,who,who\n1,a,2023-01-02\n", "summarize log.csv --id who -o -", &["2 columns are called 'who'"]),
        // "no column customer_id found".
        (
            "\"customer_id,date,amount\"\n\"a,2023-01-02,5\"\n",
            "summarize log.csv -o -",
            &["the whole header is in quotes", "remove the quotes around whole lines"],
        ),
        // "the line has 3 fields, the header 4".
        (
            "customer_id,date,amount,\na,2023-01-02,5\nb,2023-01-02,5\n",
            "summarize log.csv -o -",
            &["the header ends with a separator: remove it there"],
        ),
        (
            "customer_id,date,amount\na,2023-01-02,5,\nb,2023-01-02,5,\n",
            "summarize log.csv -o -",
            &["it ends with a separator: remove it, or add one to the header"],
        ),
        (
            "Name,Created at,Total,Note\n#1,2023-01-02,5,\n",
            "summarize log.csv -o -",
            &["name it with --id COLUMN (columns: Name, Created at, Total, Note)"],
        ),
        // "cannot be both the id and an attribute: name another".
        (
            LOG,
            "forecast log.csv --by customer_id -o -",
            &["is the customer's id: each of its values is one customer", "such as a channel or a country"],
        ),
        // "... or --margin-column asks for it", which clv forecast does not have.
        (LOG, "forecast log.csv --by channel -o -", &["the attribute 'channel' is no column here"]),
    ] {
        let said = refused(&[("log.csv", log)], arguments);
        has(&said, parts);
        assert!(!said.contains("--margin-column"), "{said}");
    }
}

#[test]
fn rows_that_lack_something() {
    let log = |line: &str| format!("{LOG}{line}\n");
    for (line, part) in
        [(",,26", "the customer id is empty (missing)"), ("c,,25", "the date is empty (missing)")]
    {
        has(&refused(&[("log.csv", &log(line))], "summarize log.csv -o -"), &["line 6", part]);
    }
}

#[test]
fn options_of_other_verbs_and_files_in_the_wrong_place() {
    let model = "clv model bg-nbd";
    for (arguments, parts) in [
        // "a similar argument exists: '--horizon'".
        ("forecast log.csv --holdout 8w", &["--holdout", "belongs to clv backtest"][..]),
        ("summarize log.csv --interval 0.9", &["belongs to", "clv score"]),
        ("summarize log.csv --no-such-thing", &["unexpected argument '--no-such-thing'"]),
        // "the JSON is damaged or cut off".
        (
            "score log.csv model.json",
            &[
                "log.csv: not a model file: it is no JSON. clv fit makes one of a log; where both are given the model comes first",
            ],
        ),
        ("economics log.csv model.json", &["where both are given the model comes first"]),
        // "cannot read the model file: No such file or directory".
        ("score - log.csv", &["a model is read from a file, not from standard input"]),
        ("inspect -", &["a model is read from a file"]),
    ] {
        has(&refused(&[("log.csv", LOG), ("model.json", model)], arguments), parts);
    }
}

#[test]
fn examples_are_those_of_the_option() {
    let economics = |option: &str| {
        let (_, said) = run(&[("log.csv", LOG)], &format!("economics m.json log.csv {option} spend=5"));
        said
    };
    has(&economics("--acquisition-response"), &["write spend=5,rate=0.04,ceiling=0.1"]);
    // "write spend=5,rate=0.04,ceiling=0.1", as the other option has it.
    has(&economics("--retention-response"), &["write spend=10,rate=0.6,ceiling=0.8"]);
    let years = "customer_id,date,amount\na,1997,5\na,1998,6\nb,1997,7\n";
    let said = refused(&[("log.csv", years)], "summarize log.csv -o -");
    has(&said, &["if these are years, --date-format %Y --grain year takes each for its first day"]);
    assert_eq!(
        run(&[("log.csv", years)], "summarize log.csv --date-format %Y --grain year -o out.csv").0,
        Some(0)
    );
    has(
        &refused(&[("log.csv", LOG)], "summarize log.csv --date-format %d.%m -o -"),
        &["'%d.%m' gives no year (%Y)"],
    );
}

/// A grain that a summary contradicts was ignored without a word.
#[test]
fn a_summary_has_its_own_grain() {
    let summary = "customer_id,frequency,recency,T,unit,grain\na,1,4,30,week,month\nb,0,0,30,week,month\n";
    let files = [("s.csv", summary)];
    has(
        &refused(&files, "summarize s.csv --grain day -o -"),
        &["--grain: says day, but the summary s.csv says the grain is month itself; leave the option out"],
    );
    for option in [" --grain month", ""] {
        assert_eq!(run(&files, &format!("summarize s.csv -o out.csv{option}")).0, Some(0), "{option}");
    }
    // One that does not say takes the caller's word, as for the unit.
    let silent = "customer_id,frequency,recency,T\na,1,4,30\nb,0,0,30\n";
    assert_eq!(run(&[("s.csv", silent)], "summarize s.csv --grain day -o out.csv").0, Some(0));
}

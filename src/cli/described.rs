//! The options of a verb as its help describes them, as data: the Python package makes its signatures, its types and
//! its docstrings of them, so that an option is described in one place.

use clap::Command;

use super::words::Verb;

/// An option as the help describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionHelp {
    /// Its name, as it is typed without the dashes in front.
    pub name: String,
    /// What stands for its value in the help (`DATE`); `None`: it is given or not, without a value.
    pub value: Option<String>,
    /// The values that there are, each with what it means; empty if there is no end of them.
    pub choices: Vec<(String, String)>,
    /// Does it take several values?
    pub many: bool,
    /// What it does, in a sentence.
    pub about: String,
    /// What holds where it is not given, in words or as a value; `None`: nothing.
    pub default: Option<String>,
    /// The heading that it stands under.
    pub heading: Option<String>,
}

impl Verb {
    /// Its options, in the order of the help.
    pub fn described(self) -> Vec<OptionHelp> {
        described(&self.command())
    }
}

fn described(command: &Command) -> Vec<OptionHelp> {
    command.get_arguments().filter_map(one).collect()
}

fn one(arg: &clap::Arg) -> Option<OptionHelp> {
    let takes_value = arg.get_action().takes_values();
    let said = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let (about, default) = split(&said);
    let name = |value: &clap::builder::PossibleValue| {
        let about = value.get_help().map(ToString::to_string).unwrap_or_default();
        (value.get_name().to_owned(), about)
    };
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.first().map_or_else(|| "VALUE".to_owned(), ToString::to_string);
    Some(OptionHelp {
        name: arg.get_long()?.to_owned(),
        value: takes_value.then_some(value),
        choices: if takes_value { arg.get_possible_values().iter().map(name).collect() } else { Vec::new() },
        many: arg.get_value_delimiter().is_some() || matches!(arg.get_action(), clap::ArgAction::Append),
        about,
        default,
        heading: arg.get_help_heading().map(str::to_owned),
    })
}

/// A sentence, and what its `[default: ...]` says; other brackets stay in the sentence as parentheses.
fn split(said: &str) -> (String, Option<String>) {
    let Some((about, bracket)) = said.strip_suffix(']').and_then(|said| said.rsplit_once(" [")) else {
        return (said.to_owned(), None);
    };
    match bracket.strip_prefix("default: ") {
        Some(default) => (about.to_owned(), Some(default.to_owned())),
        None => (format!("{about} ({bracket})"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_defaults_only_where_they_say_so() {
        assert_eq!(
            split("How far to look [default: 12mo]"),
            ("How far to look".to_owned(), Some("12mo".to_owned()))
        );
        assert_eq!(
            split("Who bought [found by name: id]"),
            ("Who bought (found by name: id)".to_owned(), None)
        );
        assert_eq!(split("Go on"), ("Go on".to_owned(), None));
    }

    /// Whoever reads the package's help sees a sentence for each option.
    #[test]
    fn every_option_is_described() {
        for verb in Verb::ALL {
            for option in verb.described() {
                assert!(option.about.len() > 4, "{verb:?} --{}", option.name);
            }
        }
    }
}

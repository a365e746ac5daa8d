//! What is fitted: `--model`, and how.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::parse::plain;
use crate::base::{DriftRate, Error, Result};
use crate::customers::{Holidays, OverTime, TIME_COVARIATES};
use crate::fit::{
    FitOptions, IntensityRequest, PosteriorMethod, PosteriorOptions, Prior, Rates, SeasonRequest,
};
use crate::fitted::{FitRequest, IN_TIME};
use crate::history::Input;
use crate::params::{CovariateConvention, CovariateRequest};
use crate::study::{days, time_covariates::time_covariates};

/// Which model to fit.
#[derive(clap::Args)]
pub(in crate::cli) struct ModelArgs {
    /// Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd, drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts: sbg, bdw [default: bg-nbd]
    #[arg(long, value_name = "NAME", help_heading = "Fit")]
    pub model: Option<String>,
}

/// Which model to forecast with.
#[derive(clap::Args)]
pub(in crate::cli) struct ForecastModelArgs {
    /// Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd, drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts: sbg, bdw [default: best]
    #[arg(long, value_name = "NAME", help_heading = "Fit")]
    pub model: Option<String>,
}

/// What to fit.
#[derive(Args)]
pub(in crate::cli) struct FitArgs {
    /// Attributes of customers (see --attributes) that purchase and dropout may depend on: region,channel; columns of contracts that renewal may depend on
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Fit")]
    pub covariates: Vec<String>,
    /// Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far as it is small: channel
    #[arg(long, value_name = "COLUMN", help_heading = "Fit")]
    pub groups: Option<String>,
    #[command(flatten)]
    rates: RateArgs,
    /// Those of them that have the same coefficient for purchase and dropout
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Fit")]
    covariates_same: Vec<String>,
    /// File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and of leaving then; score and forecast need rows for the days to come
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    time_covariates: Option<PathBuf>,
    /// How covariates act on the chance to leave of bg-nbd and mbg-nbd; with --time-covariates, clvtools has purchases at the start of their day and not at its end [default: separate]
    #[arg(long, value_enum, help_heading = "Fit")]
    covariate_convention: Option<ConventionArg>,
    /// What is believed of the parameters beforehand: weak helps with a few dozen customers [default: none]
    #[arg(long, value_enum, help_heading = "Fit")]
    prior: Option<PriorArg>,
    /// How the uncertainty of the parameters is found, for --interval [default: laplace]
    #[arg(long, value_enum, help_heading = "Fit")]
    posterior: Option<PosteriorArg>,
    /// Seed of the posterior's draws: equal seeds give equal draws [default: 1]
    #[arg(long, value_name = "N", help_heading = "Fit")]
    posterior_seed: Option<u64>,
    /// How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64 [default: as the gaps say; of rates that drift: as --drift]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=64), help_heading = "Fit")]
    regularity: Option<u32>,
    /// How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week [default: as forecasts of the last part say]
    #[arg(long, value_name = "RATE", value_parser = plain::<DriftRate>, help_heading = "Fit")]
    drift: Option<DriftRate>,
    /// Spend model [default: gamma-gamma]
    #[arg(long, value_enum, help_heading = "Fit")]
    spend: Option<SpendArg>,
    /// Go on with the parameters of a fit that did not converge, with a warning
    #[arg(long, help_heading = "Fit")]
    accept_unconverged: bool,
}

/// `--covariate-convention`.
#[derive(Clone, Copy, ValueEnum)]
enum ConventionArg {
    /// a and b have effects of their own, as in PyMC-Marketing
    Separate,
    /// a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave cannot move
    Clvtools,
}

/// `--prior`.
#[derive(Clone, Copy, ValueEnum)]
enum PriorArg {
    /// Nothing: maximum likelihood
    None,
    /// Each parameter within a few powers of ten of the scale of the data
    Weak,
}

/// How rates of purchase change with time.
#[derive(clap::Args)]
pub(in crate::cli) struct RateArgs {
    /// Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does [default: none]
    #[arg(long, value_name = "PART", help_heading = "Model")]
    age_effect: Option<PartArg>,
    /// Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an index that is known, a row for each month or week of the year (columns month or week, and index) [default: none]
    #[arg(long, value_name = "SEASON", help_heading = "Model")]
    season: Option<String>,
    /// File of what all customers share: a row for each day, week or month (column date), a column of numbers each for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is estimated, and left out where the log shows nothing
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    calendar: Option<PathBuf>,
    /// Do purchases follow holidays of this country, also those that move? Each is left out where the log shows nothing
    #[arg(long, value_enum, value_name = "COUNTRY", help_heading = "Model")]
    holidays: Option<CountryArg>,
}

/// `--holidays`.
#[derive(Clone, Copy, ValueEnum)]
enum CountryArg {
    /// In the United States: Easter, Thanksgiving's Black Friday, Christmas, ...
    Us,
    /// In the United Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...
    Uk,
    /// In Germany: Easter, Mother's Day, Black Friday, Christmas, ...
    De,
    /// In France: Easter, Mother's Day, Black Friday, Christmas, ...
    Fr,
    /// In Turkey: Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...
    Tr,
    /// In the Emirates and their neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...
    Ae,
}

impl RateArgs {
    /// Files that are read.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.calendar.iter()
    }

    /// # Errors
    /// If a file cannot be read as what it is given for.
    pub fn rates(&self) -> Result<Rates> {
        let season = match self.season.as_deref() {
            None | Some("none") => SeasonRequest::None,
            Some("auto") => SeasonRequest::Auto,
            Some(file) => SeasonRequest::Given(days::season(&Input::Path(file.into()))?),
        };
        let shared = (self.calendar.as_ref())
            .map(|file| days::calendar(&Input::Path(file.clone())).map(Arc::new))
            .transpose()?;
        let age = matches!(self.age_effect, Some(PartArg::Auto));
        let holidays = self.holidays.map(|country| match country {
            CountryArg::Us => Holidays::Us,
            CountryArg::Uk => Holidays::Uk,
            CountryArg::De => Holidays::De,
            CountryArg::Fr => Holidays::Fr,
            CountryArg::Tr => Holidays::Tr,
            CountryArg::Ae => Holidays::Ae,
        });
        Ok(Rates::estimated(IntensityRequest { age, season, shared, holidays }))
    }
}

/// `--age-effect`.
#[derive(Clone, Copy, ValueEnum)]
enum PartArg {
    /// Estimated; left out where the data show none
    Auto,
    /// None
    None,
}

/// `--posterior`.
#[derive(Clone, Copy, ValueEnum)]
enum PosteriorArg {
    /// Normal in the logarithms of the parameters, with the covariance of the fit
    Laplace,
    /// That if importance sampling finds it good, else nuts
    Auto,
    /// Draws by the no-U-turn sampler
    Nuts,
    /// Refits to customers drawn with replacement
    Bootstrap,
}

/// `--spend`.
#[derive(Clone, Copy, ValueEnum)]
enum SpendArg {
    /// Gamma-Gamma
    GammaGamma,
    /// None: purchases only
    None,
}

impl FitArgs {
    /// Files that are read beside the log.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.rates.files().chain(&self.time_covariates)
    }

    /// Refuses what models of contracts do not have: left out without a word it would be taken for done.
    pub fn refuse_of_contracts(&self) -> Result<()> {
        let said = [
            ("--covariates-same", !self.covariates_same.is_empty()),
            ("--covariate-convention", matches!(self.covariate_convention, Some(ConventionArg::Clvtools))),
            ("--groups", self.groups.is_some()),
            (TIME_COVARIATES, self.time_covariates.is_some()),
            ("--regularity", self.regularity.is_some()),
            ("--drift", self.drift.is_some()),
            ("--age-effect", matches!(self.rates.age_effect, Some(PartArg::Auto))),
            ("--season", self.rates.season.as_deref().is_some_and(|season| season != "none")),
            ("--calendar", self.rates.calendar.is_some()),
            ("--holidays", self.rates.holidays.is_some()),
        ];
        match said.into_iter().find(|(_, said)| *said) {
            Some((option, _)) => {
                let message = "models of contracts do not have it, and this is a table of contracts: leave it out (plans have \
                               parameters of their own anyhow)";
                Err(Error::option(option, message))
            }
            None => Ok(()),
        }
    }

    /// Does the user say how the posterior is found?
    pub fn says_posterior(&self) -> bool {
        self.posterior.is_some()
    }

    /// What is known of customers over time.
    ///
    /// # Errors
    /// If the file cannot be read as such.
    fn over_time(&self) -> Result<Option<Arc<OverTime>>> {
        let file = self.time_covariates.as_ref();
        file.map(|file| time_covariates(&Input::Path(file.clone())).map(Arc::new)).transpose()
    }

    /// Of this model, or the usual one.
    ///
    /// # Errors
    /// If a file that it names cannot be read.
    pub fn request(&self, model: Option<&String>) -> Result<FitRequest> {
        let default = FitRequest::default();
        Ok(FitRequest {
            model: model.cloned().unwrap_or(match self.time_covariates {
                Some(_) => IN_TIME.to_owned(),
                None => default.model,
            }),
            spend: self.spend.map_or(default.spend, |spend| matches!(spend, SpendArg::GammaGamma)),
            options: FitOptions {
                accept_unconverged: self.accept_unconverged,
                regularity: self.regularity,
                prior: self.prior.map_or(default.options.prior, |prior| match prior {
                    PriorArg::None => Prior::None,
                    PriorArg::Weak => Prior::Weak,
                }),
                posterior: PosteriorOptions {
                    method: self.posterior.map_or(default.options.posterior.method, |method| match method {
                        PosteriorArg::Laplace => PosteriorMethod::Laplace,
                        PosteriorArg::Auto => PosteriorMethod::Auto,
                        PosteriorArg::Nuts => PosteriorMethod::Nuts,
                        PosteriorArg::Bootstrap => PosteriorMethod::Bootstrap,
                    }),
                    seed: self.posterior_seed.unwrap_or(default.options.posterior.seed),
                    ..default.options.posterior
                },
                ..default.options
            },
            covariates: CovariateRequest {
                names: self.covariates.clone(),
                convention: self.covariate_convention.map_or(default.covariates.convention, |convention| {
                    match convention {
                        ConventionArg::Separate => CovariateConvention::Separate,
                        ConventionArg::Clvtools => CovariateConvention::Clvtools,
                    }
                }),
                same: self.covariates_same.clone(),
            },
            groups: self.groups.clone(),
            drift: self.drift,
            rates: self.rates.rates()?,
            over_time: self.over_time()?,
            horizon: default.horizon,
        })
    }
}

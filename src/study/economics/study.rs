//! The study of one log: what all topics need, worked out once, and what each makes of it.

use super::chance::Dispersion;
use super::newcomers::Kind;
use super::pooling::Sample;
use super::triangle::Looking;
use super::valuation::Values;
use super::*;
use crate::base::Grain;
use crate::fitted::draws;

/// What all topics need.
pub(super) struct Study<'a> {
    model: &'a ClvModel,
    base: &'a Base,
    options: &'a EconomicsOptions,
    terms: Terms,
    outreach: Outreach,
    pub valuation: Valuation,
    pub end: Date,
    newcomers: Newcomers,
    all: Prospect,
    groups: Vec<Prospect>,
    /// Mean margin of all customers.
    margin: f64,
}

impl<'a> Study<'a> {
    pub fn new(
        model: &'a ClvModel,
        summary: &Summary,
        base: &'a Base,
        options: &'a EconomicsOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let unit = model.unit;
        let value = model.value_options(options.value)?;
        let (horizon, discounting) = (value.horizon.in_units(unit), value.discounting(unit));
        refuse_endless(model, horizon, options)?;
        let outreach = Outreach::new(horizon, discounting, unit);
        let drawn = options.interval.map(|_| draws::draw(model, draws::DRAWS, options.seed));
        let drawn = drawn.unwrap_or_default();
        let valuation = Valuation::new(model, base, &outreach, &drawn, progress)?;
        progress.stage("fitting groups", None);
        let terms = Terms {
            horizon,
            discounting,
            unit,
            months: options.curve_months(),
            probability: options.interval.unwrap_or_default(),
            draws: options.interval.map_or(0, |_| options.draws),
            shared: model.shared_variance_within(outreach.horizon * unit.days() / Unit::Week.days()),
            seed: options.seed,
            target_ratio: options.target_ratio,
            target_payback: options.target_payback.in_units(Unit::Month),
        };
        let of_all = groups::of_all(model, base, &drawn, progress)?;
        let of_groups = match base.by.first() {
            Some(by) => groups::of_each(model, base, by, progress)?,
            None => Vec::new(),
        };
        progress.check()?;
        let margins = Margins::new(base);
        let of_groups = of_groups.into_iter().zip(&margins.groups);
        let of_groups =
            of_groups.map(|(model, found)| Kind { model, margin: found.mean, customers: found.n });
        let of_all = Kind { model: of_all, margin: margins.all.mean, customers: margins.all.n };
        let newcomers = Newcomers::new(of_all, of_groups.collect(), &terms);
        let (all, groups) = Prospect::of(&newcomers, &terms);
        Ok(Study {
            model,
            base,
            options,
            terms,
            outreach,
            valuation,
            end: summary.meta.observed_until.unwrap_or_default(),
            newcomers,
            all,
            groups,
            margin: margins.all.mean,
        })
    }

    fn draws(&self) -> Draws {
        let Terms { draws, probability, seed, .. } = self.terms;
        Draws { draws, probability, seed }
    }

    /// The horizon, which may be without end, as an age.
    fn far(&self) -> f64 {
        self.terms.horizon.min(1e9)
    }

    pub fn whole_last_month(&self, meta: &SummaryMeta) -> bool {
        meta.activity.as_ref().is_none_or(|activity| activity.last_complete)
    }

    pub fn equity(&self, acquisitions: &Acquisitions) -> Result<Equity> {
        let spend = self.model.spend.expect("checked when customers were read");
        let dispersion = match self.options.interval {
            Some(_) => {
                chance::dispersion(self.base, &self.valuation, &self.outreach, &spend, self.options.seed)?
            }
            None => Dispersion { value: 0.0, revenue: vec![0.0; self.outreach.ends.len()] },
        };
        let plans = self.plans(acquisitions)?;
        Ok(Equity::new(&self.valuation, &self.base.born, &dispersion, plans, self.end, &self.draws()))
    }

    fn plans(&self, acquisitions: &Acquisitions) -> Result<Vec<PlannedGroup>> {
        let levels = self.base.by.first().map_or(&[][..], |by| &by.levels);
        let one = |(name, per_month): &(Option<String>, f64)| {
            let (group, kinds, cac) = match name {
                None => {
                    let kinds = self.newcomers.kinds().iter().map(|kind| (per_month * kind.share, kind));
                    ("all", kinds.collect(), acquisitions.all.cac())
                }
                Some(name) => {
                    let g = levels.iter().position(|level| level == name).ok_or_else(|| {
                        let message = format!("there are no customers of '{name}' (--by)");
                        Error::option("--acquisitions", message)
                    })?;
                    let kinds = vec![(*per_month, self.newcomers.group(g))];
                    (name.as_str(), kinds, acquisitions.groups[g].cac())
                }
            };
            let cac = cac.filter(|cac| cac.is_finite());
            let plan = equity::Plan { group, kinds, cac, unit: self.model.unit };
            Ok(plan.over(&self.outreach, self.terms.probability))
        };
        self.options.acquisitions.iter().map(one).collect()
    }

    pub fn movement(
        &self,
        date: Date,
        earlier: &Summary,
        wanted: &Wanted,
        segments: &Segments,
        progress: &dyn Progress,
    ) -> Result<Option<Movement>> {
        if earlier.batches().next().transpose()?.is_none() {
            return Ok(None);
        }
        let before = Base::read(self.model, earlier, wanted, progress)?;
        // What was expected then, until today.
        let (unit, discounting) = (self.model.unit, self.terms.discounting);
        let days = f64::from(date.until(self.end).map_or(0, |span| span.get_days()));
        let ahead = days / unit.days();
        let values = valuation::values(self.model, &before, self.terms.horizon, ahead, discounting)?;
        let standings = standing::standings(&before.histories, &values.1, unit, &self.options.rules);
        let from = movement::Before {
            date,
            standings: &standings,
            base: &before,
            values: &values.0,
            models: &values.1,
        };
        let within = self.options.active_within.days();
        let now = movement::Now { date: self.end, base: self.base, segments, unit, within };
        Ok(Some(Movement::new(&from, &now)))
    }

    pub fn all(
        &self,
        acquisitions: &Acquisitions,
        equity: &Equity,
        movement: Option<&Movement>,
    ) -> GroupEconomics {
        let retained = movement.and_then(|movement| movement.retained_all);
        let parts = Parts {
            name: "all",
            p_repeat: self.newcomers.mean(|kind| kind.p_repeat(self.far())),
            prospect: &self.all,
            acquired: acquisitions.all,
            margin: self.margin,
            equity: equity.value,
        };
        self.group(parts, |_| true, retained, movement)
    }

    pub fn groups(
        &self,
        acquisitions: &Acquisitions,
        equity: &Equity,
        movement: Option<&Movement>,
    ) -> Vec<GroupEconomics> {
        let Some(by) = self.base.by.first() else { return Vec::new() };
        let one = |g: usize| {
            let retained = movement.and_then(|movement| movement.retained[g]);
            let parts = Parts {
                name: &by.levels[g],
                p_repeat: self.newcomers.group(g).p_repeat(self.far()),
                prospect: &self.groups[g],
                acquired: acquisitions.groups[g],
                margin: self.newcomers.group(g).margin,
                equity: equity.groups[g],
            };
            self.group(parts, |i| by.of[i] as usize == g, retained, movement)
        };
        (0..by.levels.len()).map(one).collect()
    }

    fn group(
        &self,
        parts: Parts,
        of: impl Fn(usize) -> bool,
        retained: Option<f64>,
        movement: Option<&Movement>,
    ) -> GroupEconomics {
        let Parts { name, p_repeat, prospect, acquired, margin, equity } = parts;
        let new = prospect.figures.clone();
        let loyalty = Loyalty::new(self.base, of, p_repeat, &new, self.terms.unit);
        let days = movement.map_or(1.0, |m| f64::from(m.from.until(m.to).map_or(1, |span| span.get_days())));
        let textbook = loyalty.textbook(retained, days, margin, new.ltv.value);
        let cac = acquired.cac().filter(|cac| cac.is_finite());
        GroupEconomics {
            name: name.to_owned(),
            loyalty,
            textbook,
            against: cac.map(|cac| prospect.against(cac, &self.terms)),
            new,
            acquired,
            equity,
        }
    }

    pub fn levers<'b>(&'b self, all: &'b GroupEconomics) -> Levers<'b> {
        let alive = self.valuation.values.p_alive.iter().sum();
        let first = all.new.curve[0].margin.value;
        let cac = all.against.as_ref().map(|against| against.cac);
        Levers::new(&self.valuation.at, alive, &all.new, first, cac, self.options.value.discount)
            .within(self.outreach.horizon * self.model.unit.days())
    }

    pub fn retention(&self, meta: &SummaryMeta, all: &GroupEconomics) -> Retention {
        let survival = |age: f64| self.newcomers.mean(|kind| kind.survival(age));
        let new = (&survival as &dyn Fn(f64) -> f64, &all.new.curve[..]);
        let within = self.options.active_within.days();
        let models = &self.valuation.models;
        Retention::new(meta.activity.as_ref(), self.base, models, new, self.model.unit, within)
    }

    pub fn triangle(&self, meta: &SummaryMeta) -> Option<Triangle> {
        let spend = &self.model.spend.expect("checked when customers were read");
        let with = Looking {
            base: self.base,
            models: &self.valuation.models,
            spend,
            outreach: &self.outreach,
            unit: self.model.unit,
            opportunities: self.model.counts_opportunities(),
        };
        Triangle::new(meta, &with)
    }

    pub fn budget(
        &self,
        all: &GroupEconomics,
        groups: &[GroupEconomics],
        acquisitions: &Acquisitions,
        segments: &Segments,
    ) -> Result<Budget> {
        let options = self.options;
        let yearly = options.value.discount.effective(Unit::Year);
        let acquisition = options.acquisition_response.map(|r| r.checked("--acquisition-response"));
        let retention = options.retention_response.map(|r| r.checked("--retention-response"));
        let margin = self.yearly_margin();
        let own: Vec<&GroupEconomics> = if groups.is_empty() { vec![all] } else { groups.iter().collect() };
        let curve = |group: &&GroupEconomics| {
            let name = if groups.is_empty() { "" } else { &group.name };
            let months = acquisitions.months.iter().filter(|month| month.group == name);
            let months: Vec<(f64, f64)> =
                months.filter_map(|month| Some((month.cost?, month.customers as f64))).collect();
            (ChannelCurve::fit(&group.name, &months), group.new.ltv.value)
        };
        let curves: Vec<_> = own.iter().map(curve).filter(|(curve, _)| curve.months > 0).collect();
        if options.budget.is_some() && curves.is_empty() {
            let message = "what acquisition has cost, month by month, says what more of it brings: give --costs FILE \
                           (and --by the column of its channels)";
            return Err(Error::option("--budget", message));
        }
        Ok(Budget {
            acquisition: acquisition.transpose()?.map(|r| budget::acquisition_optimum(r, all.new.ltv.value)),
            retention: retention
                .transpose()?
                .map(|r| budget::retention_optimum(r, margin, yearly))
                .transpose()?,
            allocation: options.budget.map(|budget| budget::allocate(budget, &curves)),
            curves: curves.into_iter().map(|(curve, _)| curve).collect(),
            offers: options.retention_cost.map_or(Vec::new(), |cost| offers(segments, cost)),
        })
    }

    /// Margin that a customer who is one today is expected to bring in a year, undiscounted.
    fn yearly_margin(&self) -> f64 {
        let year = 12.0 * Unit::Month.days() / self.model.unit.days();
        let Values { p_alive, spend, .. } = &self.valuation.values;
        let histories = &self.base.histories;
        let ahead = histories
            .each_age(&self.valuation.models, |model, customer| model.expected_if_alive(customer, year));
        let one = |i: usize| {
            let purchases = p_alive[i] * ahead[self.base.history(i).age as usize];
            self.base.margin[i] * spend[i] * purchases
        };
        (0..self.base.len()).map(one).sum::<f64>() / p_alive.iter().sum::<f64>()
    }

    pub fn notes(&self, meta: &SummaryMeta, movement: Option<&Movement>) -> Vec<String> {
        let mut notes = Vec::new();
        if self.model.covariates().is_some() && !self.options.by.is_empty() {
            notes.push(
                "new customers of groups are fitted without the model's covariates: what these explain shows in \
                 the groups"
                    .to_owned(),
            );
        }
        let apart = self.options.by.first().is_none_or(|by| self.model.attributes().contains(by));
        if self.model.covariates().is_none() && !apart {
            notes.push(format!(
                "what today's customers are worth comes from the model of all, also where it is shown by {0}; new ones \
                 have each group's own. Where groups buy or leave differently, fit with --groups {0}",
                self.options.by[0]
            ));
        }
        notes.extend(crate::forecast::no_intervals(self.model));
        notes.extend(self.options.interval.and_then(|_| crate::forecast::weak_prior(self.model)));
        if crate::forecast::parameters_are_certain(self.model) {
            let words = "the intervals take the model's parameters as known: they were given, not fitted";
            notes.push(words.to_owned());
        }
        let far = self.model.far_horizon(&self.options.value.horizon);
        notes.extend(far.map(|warning| warning.message));
        if self.model.purchase.p_alive(&Customer { x: 0, t_x: 0.0, t: 1e6 }) == 1.0 {
            notes.push(format!(
                "under {} customers who bought once are customers until they come back, however long that takes: \
                 retention, half-life and P(alive) of them say little (mbg-nbd and pareto-nbd let them leave)",
                self.model.purchase.name()
            ));
        }
        if movement.is_none() {
            let words = "no movement between two dates, no retention by group: the log is too short";
            notes.push(words.to_owned());
        }
        if meta.grain == Some(Grain::Week) {
            let words =
                "observed retention by month counts a week that lies in two months in the earlier one";
            notes.push(words.to_owned());
        }
        if meta.activity.is_none() {
            notes.push(
                "no observed retention by month, no cohorts: purchases of a year count as one".to_owned(),
            );
        }
        notes
    }
}

/// Margins of all customers and by group.
struct Margins {
    all: Sample,
    groups: Vec<Sample>,
}

impl Margins {
    fn new(base: &Base) -> Self {
        let Some(by) = base.by.first() else {
            return Margins { all: Sample::of(base.margin.iter().copied()), groups: Vec::new() };
        };
        let mut members = vec![Vec::new(); by.levels.len()];
        by.of.iter().zip(&base.margin).for_each(|(level, margin)| members[*level as usize].push(*margin));
        Margins {
            all: Sample::of(base.margin.iter().copied()),
            groups: members.into_iter().map(|margins| Sample::of(margins.into_iter())).collect(),
        }
    }
}

/// What is known of a group before it is put together.
struct Parts<'a> {
    name: &'a str,
    p_repeat: f64,
    prospect: &'a Prospect,
    acquired: Acquired,
    margin: f64,
    equity: Figure,
}

/// What an offer must achieve with customers of each state but those who have left for certain.
fn offers(segments: &Segments, cost: f64) -> Vec<(State, Offer)> {
    let one = |state: &State| {
        let of = || segments.customers.iter().filter(|c| c.state == *state && c.p_alive > 0.0);
        let n = of().count();
        let mean = of().map(|c| c.value / c.p_alive).sum::<f64>() / n as f64;
        (n > 0).then(|| (*state, Offer::new(cost, mean)))
    };
    State::ALL.iter().filter_map(one).collect()
}

/// Without end, value must be finite.
fn refuse_endless(model: &ClvModel, horizon: f64, options: &EconomicsOptions) -> Result<()> {
    let discounted = options.value.discounting(model.unit).is_any();
    if horizon.is_finite() || discounted || model.purchase.finite_without_end() {
        return Ok(());
    }
    let message = format!(
        "'inf' has no finite answer here: under this {} model the purchases expected without end and without \
         discounting are infinite. Use a finite horizon or a discount rate",
        model.purchase.name()
    );
    Err(Error::option("--horizon", message))
}

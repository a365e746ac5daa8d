//! Who is contacted: those for whom it pays, the most rewarding first, as far as the budget goes; some of them, at
//! random, are left without, to measure against.

use sha2::{Digest, Sha256};

use super::{ActionOptions, Group};
use crate::study::economics::segments::by_value;

/// Who is chosen.
pub(super) struct Choice {
    /// Customers by gain, the best first; equal ones in the order of their ids.
    pub order: Vec<usize>,
    /// Customer by customer.
    pub groups: Vec<Group>,
    pays: Vec<bool>,
    pub cost: f64,
    /// The place in `order` of the last who is chosen.
    pub marginal: Option<usize>,
    pub budget_binds: bool,
}

impl Choice {
    pub fn new(gains: &[f64], ids: &[String], options: &ActionOptions) -> Self {
        let order = by_value(gains);
        let pays: Vec<bool> = gains.iter().map(|gain| *gain > options.contact_cost).collect();
        let mut found = Choice {
            groups: vec![Group::None; gains.len()],
            order,
            pays,
            cost: 0.0,
            marginal: None,
            budget_binds: false,
        };
        let mut contacts = 0_u64;
        for (place, i) in found.order.iter().enumerate().filter(|(_, i)| found.pays[**i]) {
            let control = draw(options.seed, &ids[*i]) < options.holdout;
            // Who is not contacted costs nothing.
            let cost = (contacts + u64::from(!control)) as f64 * options.contact_cost;
            if options.budget.is_some_and(|budget| cost > budget * (1.0 + 1e-12)) {
                found.budget_binds = true;
                break;
            }
            contacts += u64::from(!control);
            found.groups[*i] = if control { Group::Control } else { Group::Contact };
            found.marginal = Some(place);
        }
        found.cost = contacts as f64 * options.contact_cost;
        found
    }

    /// Does a contact bring more than it costs?
    pub fn pays(&self, i: usize) -> bool {
        self.pays[i]
    }

    pub fn is_contact(&self, i: usize) -> bool {
        self.groups[i] == Group::Contact
    }
}

/// A number from 0 to 1 that a seed gives an id: the same on every machine, whoever else is in the list.
fn draw(seed: u64, id: &str) -> f64 {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(id.as_bytes()).finalize();
    let bytes: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("c{i}")).collect()
    }

    /// The control group is a tenth, is the same whoever else is in the list, and another one under another seed.
    #[test]
    fn the_control_group_is_stable() {
        let options = ActionOptions { holdout: 0.1, ..ActionOptions::default() };
        let (all, gains) = (ids(20_000), vec![1.0; 20_000]);
        let found = Choice::new(&gains, &all, &options);
        let controls = found.groups.iter().filter(|group| **group == Group::Control).count();
        // Binomial: a standard deviation is 42.
        assert!((1_850..2_150).contains(&controls), "{controls}");
        let some = Choice::new(&gains[..500], &all[7_000..7_500], &options);
        assert_eq!(some.groups, found.groups[7_000..7_500]);
        let other = Choice::new(&gains, &all, &ActionOptions { seed: 2, ..options });
        assert_ne!(other.groups, found.groups);
    }

    /// A budget of 10 at 3 a contact pays for three, controls beside them; a contact that brings what it costs is none.
    #[test]
    fn money_goes_to_the_best() {
        let options = ActionOptions { contact_cost: 3.0, budget: Some(10.0), ..ActionOptions::default() };
        let gains = [5.0, 3.0, 9.0, 4.0, 8.0, 7.0];
        let found = Choice::new(&gains, &ids(6), &options);
        let chosen: Vec<usize> = (0..6).filter(|i| found.is_contact(*i)).collect();
        assert_eq!(
            (chosen, found.marginal, found.cost, found.budget_binds),
            (vec![2, 4, 5], Some(2), 9.0, true)
        );
        let all = Choice::new(&gains, &ids(6), &ActionOptions { budget: Some(15.0), ..options });
        assert_eq!((all.marginal, all.budget_binds, all.pays(1)), (Some(4), false, false));
    }
}

//! Figures that go by order: ranks, lifts, Gini, AUC, with weighted customers and ties shared.

/// Customers in descending order of some number, equal ones together.
#[derive(Debug, Clone)]
pub(super) struct Ranking {
    order: Vec<u32>,
    /// Where each group of equals ends in `order`.
    ends: Vec<u32>,
}

impl Ranking {
    pub fn new(values: &[f64]) -> Self {
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        let value = |i: u32| values[i as usize];
        order.sort_by(|&a, &b| value(b).total_cmp(&value(a)).then(a.cmp(&b)));
        let last_of_equals = |&at: &usize| at + 1 == order.len() || value(order[at]) != value(order[at + 1]);
        let ends = (0..order.len()).filter(last_of_equals).map(|at| at as u32 + 1).collect();
        Ranking { order, ends }
    }

    /// The groups of equals, highest first.
    pub fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.order[start as usize..*end as usize])
    }

    /// The mean rank of each customer, the highest ranking first; equals share theirs.
    pub fn ranks(&self, weights: &[f64]) -> Vec<f64> {
        let mut ranks = vec![0.0; weights.len()];
        let mut above = 0.0;
        for group in self.groups() {
            let own: f64 = group.iter().map(|&i| weights[i as usize]).sum();
            group.iter().for_each(|&i| ranks[i as usize] = above + 0.5 * own);
            above += own;
        }
        ranks
    }

    /// How much of each customer belongs to the top `share` of all; equals at the border share what is left.
    pub fn top(&self, weights: &[f64], share: f64) -> Vec<f64> {
        let mut left = share * weights.iter().sum::<f64>();
        let mut top = vec![0.0; weights.len()];
        for group in self.groups() {
            let own: f64 = group.iter().map(|&i| weights[i as usize]).sum();
            let part = if own > 0.0 { (left / own).min(1.0) } else { 0.0 };
            group.iter().for_each(|&i| top[i as usize] = part);
            left -= own * part;
            if left <= 0.0 {
                break;
            }
        }
        top
    }

    /// Gini coefficient of `amounts` in this order: twice the area between the curve of cumulated amounts
    /// and the diagonal.
    pub fn gini(&self, weights: &[f64], amounts: &[f64]) -> f64 {
        let people: f64 = weights.iter().sum();
        let total: f64 = weights.iter().zip(amounts).map(|(w, a)| w * a).sum();
        let (mut held, mut area) = (0.0, 0.0);
        for group in self.groups() {
            let own: f64 = group.iter().map(|&i| weights[i as usize]).sum();
            let amount: f64 = group.iter().map(|&i| weights[i as usize] * amounts[i as usize]).sum();
            area += own * (held + 0.5 * amount);
            held += amount;
        }
        if total > 0.0 { 2.0 * area / (people * total) - 1.0 } else { f64::NAN }
    }

    /// Probability that a customer with a hit ranks above one without, equals counting half.
    pub fn auc(&self, weights: &[f64], hit: impl Fn(usize) -> bool) -> f64 {
        let (mut hits, mut misses, mut pairs) = (0.0, 0.0, 0.0);
        for group in self.groups() {
            let (mut own_hits, mut own_misses) = (0.0, 0.0);
            for &i in group {
                let sum = if hit(i as usize) { &mut own_hits } else { &mut own_misses };
                *sum += weights[i as usize];
            }
            pairs += own_misses * (hits + 0.5 * own_hits);
            hits += own_hits;
            misses += own_misses;
        }
        pairs / (hits * misses)
    }
}

/// Pearson's correlation with weights; not a number if one column is constant.
pub(super) fn correlation(weights: &[f64], a: &[f64], b: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let mean = |x: &[f64]| weights.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() / total;
    let (ma, mb) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for i in 0..weights.len() {
        let (w, da, db) = (weights[i], a[i] - ma, b[i] - mb);
        aa += w * da * da;
        bb += w * db * db;
        ab += w * da * db;
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [f64; 4] = [1.0; 4];

    #[test]
    fn equals_share() {
        let ranking = Ranking::new(&[2.0, 5.0, 2.0, 1.0]);
        assert_eq!(ranking.ranks(&ONE), [2.0, 0.5, 2.0, 3.5]);
        assert_eq!(ranking.top(&ONE, 0.5), [0.5, 1.0, 0.5, 0.0]);
        assert_eq!(ranking.ranks(&[1.0, 2.0, 0.0, 1.0]), [2.5, 1.0, 2.5, 3.5]);
    }

    #[test]
    fn gini_of_one_who_has_all() {
        let amounts = [0.0, 8.0, 0.0, 0.0];
        assert_eq!(Ranking::new(&amounts).gini(&ONE, &amounts), 0.75);
        assert_eq!(Ranking::new(&ONE).gini(&ONE, &amounts), 0.0);
        assert_eq!(Ranking::new(&[1.0, 0.0, 2.0, 3.0]).gini(&ONE, &amounts), -0.75);
    }

    #[test]
    fn auc_counts_pairs() {
        // Pairs (hit, miss): 3>1, 3>2, 2=2, 2>1.
        let ranking = Ranking::new(&[3.0, 2.0, 2.0, 1.0]);
        assert_eq!(ranking.auc(&ONE, |i| i < 2), 3.5 / 4.0);
    }

    #[test]
    fn correlations() {
        assert_eq!(correlation(&ONE, &[1.0, 2.0, 3.0, 4.0], &[8.0, 6.0, 4.0, 2.0]), -1.0);
        assert!(correlation(&ONE, &ONE, &[1.0, 2.0, 3.0, 4.0]).is_nan());
    }
}

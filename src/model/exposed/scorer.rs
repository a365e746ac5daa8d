//! The scorer of customers of one path: by an integral that knows of exposure, or from expectations at nodes.

use super::{Exposed, Rule};
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::{Outlook, Scorer};

/// Customers come in time, and are asked about in exposure.
pub(super) struct ExposedScorer {
    model: Exposed,
    way: Way,
}

impl ExposedScorer {
    pub fn new(model: Exposed, horizon: f64, discounting: Discounting) -> Self {
        let way = Way::new(&model, horizon, discounting);
        ExposedScorer { model, way }
    }
}

enum Way {
    /// A scorer of the model that knows of exposure.
    Along(Box<dyn Scorer>),
    Nodes(Nodes),
}

/// One scorer of the model for each node.
struct Nodes {
    model: Exposed,
    horizon: f64,
    discounting: Discounting,
    /// Up to the last step of `m`.
    rule: Option<Rule>,
    /// Of the rule; the last is that of the whole horizon.
    nodes: Vec<Box<dyn Scorer>>,
    beyond: Option<Beyond>,
    /// Does nothing change any more, so that one scorer says all?
    steady: bool,
}

/// What lies behind the last step of `m`, discounted at a rate: see [`Exposed::beyond`].
struct Beyond {
    factor: f64,
    far: Box<dyn Scorer>,
    near: Box<dyn Scorer>,
}

/// Nothing is discounted at the nodes.
const PLAIN: Discounting = Discounting::Continuous { delta: 0.0 };

impl Way {
    fn new(model: &Exposed, horizon: f64, discounting: Discounting) -> Self {
        match model.model.scorer_along(&model.along(), horizon, discounting) {
            Some(scorer) => Way::Along(scorer),
            None => Way::Nodes(Nodes::new(model.clone(), horizon, discounting)),
        }
    }
}

impl Nodes {
    fn new(model: Exposed, horizon: f64, discounting: Discounting) -> Self {
        let (constant, m) = model.path.constant_from();
        let steady = constant == 0.0 && matches!(discounting, Discounting::Continuous { .. });
        let near = if discounting.is_any() && !steady { horizon.min(constant) } else { 0.0 };
        let rule = (near > 0.0).then(|| model.rule(near, discounting));
        let mut nodes = rule.as_ref().map_or(Vec::new(), |rule| rule.nodes.clone());
        if nodes.is_empty() || horizon > near {
            nodes.push(model.path.exposure(horizon));
        }
        let own = match discounting {
            Discounting::Continuous { delta } if steady => Discounting::Continuous { delta: delta / m },
            _ => PLAIN,
        };
        let nodes = nodes.iter().map(|node| model.model.scorer(*node, own)).collect();
        let beyond = if near > 0.0 { model.beyond_of_all(horizon, discounting) } else { None };
        Nodes { model, horizon, discounting, rule, nodes, beyond, steady }
    }
}

impl Exposed {
    /// What [`Exposed::beyond`] needs of all customers of the path, where money is discounted at a rate.
    fn beyond_of_all(&self, horizon: f64, discounting: Discounting) -> Option<Beyond> {
        let (from, m) = self.path.constant_from();
        match discounting {
            Discounting::Continuous { delta } if horizon > from => {
                let own = Discounting::Continuous { delta: delta / m };
                let scorer = |ahead: f64| self.model.scorer(self.path.exposure(ahead), own);
                let factor = (delta / m * self.path.exposure(from) - delta * from).exp();
                Some(Beyond { factor, far: scorer(horizon), near: scorer(from) })
            }
            _ => None,
        }
    }
}

impl Scorer for ExposedScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let counted = self.model.counted(customer);
        let (purchases, discounted) = self.way.expected(&counted);
        Outlook::new(self.model.model.p_alive(&counted), purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        self.way = Way::new(&self.model, horizon, discounting);
    }

    fn share_memory(&mut self, n: usize) {
        // Where customers go along, models born on other days share it already.
        if let Way::Nodes(Nodes { nodes, .. }) = &mut self.way {
            let n = n.saturating_mul(nodes.len());
            nodes.iter_mut().for_each(|node| node.share_memory(n));
        }
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        self.way.expected(&self.model.counted(customer))
    }
}

impl Way {
    /// What is expected of a customer in exposure who is alive.
    fn expected(&mut self, customer: &Customer) -> (f64, f64) {
        match self {
            Way::Along(scorer) => scorer.if_alive(customer),
            Way::Nodes(nodes) => nodes.expected(customer),
        }
    }
}

impl Nodes {
    /// What is expected of a customer in exposure who is alive.
    fn expected(&mut self, customer: &Customer) -> (f64, f64) {
        if self.steady {
            return self.nodes[0].if_alive(customer);
        }
        let expected: Vec<f64> = self.nodes.iter_mut().map(|node| node.if_alive(customer).0).collect();
        let purchases = expected[expected.len() - 1];
        if !self.discounting.is_any() {
            return (purchases, purchases);
        }
        let weights = self.rule.as_ref().map_or(&[][..], |rule| &rule.weights);
        let so_far: f64 = weights.iter().zip(&expected).map(|(weight, one)| weight * one).sum();
        let later = match &mut self.beyond {
            Some(Beyond { factor, far, near }) => {
                *factor * (far.if_alive(customer).1 - near.if_alive(customer).1)
            }
            None if self.horizon > self.model.path.constant_from().0 => {
                self.model.beyond(customer, self.horizon, self.discounting)
            }
            None => 0.0,
        };
        (purchases, so_far + later)
    }
}

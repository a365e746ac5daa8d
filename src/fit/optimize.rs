//! Finding a minimum: a trust-region Newton method for a handful of parameters, written as a
//! [`Solver`] that argmin's executor drives and stops. It knows nothing of customers or models.
//!
//! Each step solves the trust-region problem exactly in the Hessian's eigenvectors, with negative
//! curvature turned around, so saddle points are left and not approached. Near the minimum, where
//! rounding hides the change of the function, steps are judged by the gradient instead, and the
//! search ends when it no longer falls. The parameters live in a box: one that runs to its wall is
//! a limit of the model, which the caller recognises and explains.

use argmin::core::{Error, Executor, IterState, KV, Problem, Solver, State, TerminationReason};
use ndarray::{Array1, Array2};

use crate::base::{ErrorKind, Progress};
use crate::model::{Derivatives, Order};
use crate::special::linalg::symmetric_eigen;

/// A function with first and second derivatives.
pub(crate) trait SecondOrder {
    /// All three at `u`. Values that are not finite mean "not here".
    fn evaluate(&self, u: &Array1<f64>) -> Derivatives;
}

impl<F: Fn(&Array1<f64>) -> Derivatives> SecondOrder for F {
    fn evaluate(&self, u: &Array1<f64>) -> Derivatives {
        self(u)
    }
}

/// How the search ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    /// The gradient is zero to working precision.
    Stationary,
    /// No step improves although the gradient is not zero, or too many iterations; in words.
    Stuck(String),
}

/// Where the search ended.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub u: Array1<f64>,
    pub at: Derivatives,
    pub ending: Ending,
    pub iterations: u64,
    pub evaluations: u64,
}

/// Limits of the search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The box is `[-wall, wall]` in each free parameter.
    pub wall: f64,
    pub max_iterations: u64,
}

type Iterate = IterState<Array1<f64>, Array1<f64>, (), Array2<f64>, (), f64>;

/// Minimises `objective` from `start`.
///
/// # Errors
/// [`ErrorKind::Interrupted`], if the caller wants it to stop: it is asked before every step.
pub(crate) fn minimise(
    objective: impl SecondOrder,
    start: Array1<f64>,
    limits: Limits,
    progress: &dyn Progress,
) -> crate::base::Result<Outcome> {
    let solver = TrustRegionNewton { radius: FIRST_RADIUS, wall: limits.wall, polishing: None, progress };
    let run = Executor::new(objective, solver)
        .configure(|state| state.param(start).max_iters(limits.max_iterations))
        .timer(false)
        .run()
        // Neither the solver nor the objective has another.
        .map_err(|_| ErrorKind::Interrupted)?;
    let evaluations = run.problem.counts.get(EVALUATIONS).copied().unwrap_or(0);
    let mut state = run.state;
    let ending = match state.get_termination_reason() {
        Some(TerminationReason::SolverConverged) => Ending::Stationary,
        Some(TerminationReason::SolverExit(words)) => Ending::Stuck(words.clone()),
        _ => Ending::Stuck(format!("no maximum after {} iterations", state.get_iter())),
    };
    let at = Derivatives {
        value: state.get_cost(),
        gradient: state.take_gradient().expect("set by init"),
        hessian: state.take_hessian().expect("set by init"),
        order: Order::Second,
    };
    let u = state.take_param().expect("set by init");
    Ok(Outcome { u, at, ending, iterations: state.get_iter(), evaluations })
}

const EVALUATIONS: &str = "evaluations";
/// Free parameters are logarithms: a first step may change each by a factor of about e.
const FIRST_RADIUS: f64 = 1.0;
const LARGEST_RADIUS: f64 = 4.0;
const SMALLEST_RADIUS: f64 = 1e-9;
/// Predicted decreases below this share of the value drown in rounding; steps are judged by the gradient.
const POLISH: f64 = 1e-11;
/// A gradient below this share of the value is rounding.
const NOISE: f64 = 1e-15;

struct TrustRegionNewton<'a> {
    radius: f64,
    wall: f64,
    /// The Newton decrement of the last step that was judged by the gradient.
    polishing: Option<f64>,
    progress: &'a dyn Progress,
}

/// A step and the decrease that the quadratic model promises for it.
struct Step {
    step: Array1<f64>,
    predicted: f64,
    at_radius: bool,
}

impl TrustRegionNewton<'_> {
    /// The step from `u`: coordinates at a wall with the minimum beyond it stay there.
    fn step(&self, u: &Array1<f64>, at: &Derivatives) -> Step {
        let free: Vec<usize> = (0..u.len()).filter(|&i| !self.is_blocked(u[i], at.gradient[i])).collect();
        let hessian =
            Array2::from_shape_fn((free.len(), free.len()), |(i, j)| at.hessian[[free[i], free[j]]]);
        let gradient: Array1<f64> = free.iter().map(|&i| at.gradient[i]).collect();
        let (values, vectors) = symmetric_eigen(&hessian);
        let noise = NOISE * at.value.abs().max(1.0);
        let along = vectors.t().dot(&gradient).mapv(|g| if g.abs() <= noise { 0.0 } else { g });
        let shift = self.shift(&along, &values);
        let inner: Array1<f64> = (0..free.len()).map(|i| newton(along[i], values[i], shift)).collect();
        let mut step = Array1::zeros(u.len());
        for (k, s) in vectors.dot(&inner).iter().enumerate() {
            let i = free[k];
            step[i] = (u[i] + s).clamp(-self.wall, self.wall) - u[i];
        }
        let predicted = -(at.gradient.dot(&step) + 0.5 * step.dot(&at.hessian.dot(&step)));
        Step { step, predicted, at_radius: shift > 0.0 }
    }

    fn is_blocked(&self, u: f64, gradient: f64) -> bool {
        (u >= self.wall && gradient <= 0.0) || (u <= -self.wall && gradient >= 0.0)
    }

    /// The least shift of the curvatures that keeps the step within the radius.
    fn shift(&self, along: &Array1<f64>, values: &Array1<f64>) -> f64 {
        let length = |shift: f64| {
            along.iter().zip(values).map(|(g, v)| newton(*g, *v, shift).powi(2)).sum::<f64>().sqrt()
        };
        if length(0.0) <= self.radius {
            return 0.0;
        }
        // length(shift) falls from above the radius to at most |g| / shift.
        let (mut low, mut high) = (0.0, along.dot(along).sqrt() / self.radius);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if length(middle) > self.radius { low = middle } else { high = middle }
        }
        high
    }

    fn accept(&mut self, step: &Step, ratio: f64) {
        if ratio < 0.25 {
            self.radius *= 0.5;
        } else if ratio > 0.75 && step.at_radius {
            self.radius = (2.0 * self.radius).min(LARGEST_RADIUS);
        }
    }
}

/// Newton's step along one eigenvector; curvature counts by its size so that it always descends.
fn newton(gradient: f64, curvature: f64, shift: f64) -> f64 {
    if gradient == 0.0 { 0.0 } else { -gradient / (curvature.abs().max(1e-300) + shift) }
}

fn is_finite(at: &Derivatives) -> bool {
    at.value.is_finite() && at.gradient.iter().chain(at.hessian.iter()).all(|v| v.is_finite())
}

impl<O: SecondOrder> Solver<O, Iterate> for TrustRegionNewton<'_> {
    fn name(&self) -> &str {
        "trust-region Newton"
    }

    fn init(&mut self, problem: &mut Problem<O>, mut state: Iterate) -> Result<(Iterate, Option<KV>), Error> {
        let u = state.take_param().expect("the start is given");
        let at = problem.problem(EVALUATIONS, |objective| Ok(objective.evaluate(&u)))?;
        let finite = is_finite(&at);
        let state = put(state, u, at);
        let state = match finite {
            true => state,
            false => state.terminate_with(exit("the likelihood is not finite at the start")),
        };
        Ok((state, None))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        mut state: Iterate,
    ) -> Result<(Iterate, Option<KV>), Error> {
        self.progress.check()?;
        let u = state.take_param().expect("set by init");
        let at = Derivatives {
            value: state.get_cost(),
            gradient: state.take_gradient().expect("set by init"),
            hessian: state.take_hessian().expect("set by init"),
            order: Order::Second,
        };
        let step = self.step(&u, &at);
        let polish = step.predicted <= POLISH * at.value.abs().max(1.0) && !step.at_radius;
        let no_longer_falls = self.polishing.is_some_and(|last| step.predicted >= 0.25 * last);
        if step.step.iter().all(|s| *s == 0.0) || (polish && no_longer_falls) {
            return Ok((put(state, u, at).terminate_with(TerminationReason::SolverConverged), None));
        }
        let trial_u = &u + &step.step;
        let trial = problem.problem(EVALUATIONS, |objective| Ok(objective.evaluate(&trial_u)))?;
        let decrease = at.value - trial.value;
        let accepted = is_finite(&trial) && (polish || decrease > 1e-4 * step.predicted);
        self.polishing = polish.then_some(step.predicted);
        self.accept(&step, if is_finite(&trial) { decrease / step.predicted } else { -1.0 });
        if accepted {
            return Ok((put(state, trial_u, trial), None));
        }
        self.radius = self.radius.min(0.25 * step.step.dot(&step.step).sqrt());
        let state = put(state, u, at);
        Ok(match self.radius < SMALLEST_RADIUS {
            true => (state.terminate_with(exit("no step in any direction raises the likelihood")), None),
            false => (state, None),
        })
    }
}

fn put(state: Iterate, u: Array1<f64>, at: Derivatives) -> Iterate {
    state.param(u).cost(at.value).gradient(at.gradient).hessian(at.hessian)
}

fn exit(words: &str) -> TerminationReason {
    TerminationReason::SolverExit(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    const LIMITS: Limits = Limits { wall: 25.0, max_iterations: 500 };

    /// Rosenbrock's function: a curved valley with its minimum at (1, 1).
    fn rosenbrock(u: &Array1<f64>) -> Derivatives {
        let (x, y) = (u[0], u[1]);
        let v = y - x * x;
        Derivatives {
            value: (1.0 - x).powi(2) + 100.0 * v * v,
            gradient: array![-2.0 * (1.0 - x) - 400.0 * x * v, 200.0 * v],
            hessian: array![[2.0 - 400.0 * (v - 2.0 * x * x), -400.0 * x], [-400.0 * x, 200.0]],
            order: Order::Second,
        }
    }

    #[test]
    fn stops_when_it_is_asked_to() {
        struct Impatient;
        impl Progress for Impatient {
            fn stage(&self, _: &str, _: Option<u64>) {}
            fn advance(&self, _: u64) {}
            fn stopped(&self) -> bool {
                true
            }
        }
        let stopped = minimise(rosenbrock, array![-1.2, 1.0], LIMITS, &Impatient).unwrap_err();
        assert!(matches!(stopped.kind(), ErrorKind::Interrupted), "{stopped}");
    }

    #[test]
    fn finds_a_curved_minimum_from_far() {
        for start in [array![-1.2, 1.0], array![10.0, -10.0], array![-20.0, 20.0]] {
            let found = minimise(rosenbrock, start, LIMITS, &()).unwrap();
            assert_eq!(found.ending, Ending::Stationary);
            assert!((&found.u - &array![1.0, 1.0]).iter().all(|d| d.abs() < 1e-12), "{}", found.u);
        }
    }

    #[test]
    fn leaves_a_saddle_point() {
        // x^4 - 2x^2 + y^2 has a saddle at 0 and minima at x = 1 and -1.
        let f = |u: &Array1<f64>| Derivatives {
            value: u[0].powi(4) - 2.0 * u[0].powi(2) + u[1].powi(2),
            gradient: array![4.0 * u[0].powi(3) - 4.0 * u[0], 2.0 * u[1]],
            hessian: array![[12.0 * u[0].powi(2) - 4.0, 0.0], [0.0, 2.0]],
            order: Order::Second,
        };
        let found = minimise(f, array![1e-3, 3.0], LIMITS, &()).unwrap();
        assert_eq!(found.ending, Ending::Stationary);
        assert!((found.u[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn runs_to_the_wall_and_stops_there() {
        let f = |u: &Array1<f64>| Derivatives {
            value: u[0].exp(),
            gradient: array![u[0].exp()],
            hessian: array![[u[0].exp()]],
            order: Order::Second,
        };
        let found = minimise(f, array![2.0], LIMITS, &()).unwrap();
        assert_eq!(found.ending, Ending::Stationary);
        assert!(found.u[0] < -20.0, "{}", found.u);
    }

    #[test]
    fn steps_back_from_where_the_function_is_not_finite() {
        // -ln x + x: minimum at 1, infinite left of 0.
        let f = |u: &Array1<f64>| Derivatives {
            value: u[0] - u[0].ln(),
            gradient: array![1.0 - 1.0 / u[0]],
            hessian: array![[u[0].powi(-2)]],
            order: Order::Second,
        };
        let found = minimise(f, array![3.9], LIMITS, &()).unwrap();
        assert_eq!(found.ending, Ending::Stationary);
        assert!((found.u[0] - 1.0).abs() < 1e-12);
    }
}

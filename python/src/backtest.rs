//! `clv.backtest`: hide the end of a log, forecast it, compare.

use arrow_array::RecordBatch;
use clv::cli::words::{self, Verb};
use clv::history::LogOptions;
use clv::show::report;
use clv::study::backtest::{schema, table};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{data_error, raise};
use crate::input::Given;
use crate::options;
use crate::rates::OfDays;
use crate::report::{Pickled, Report, from_text, html, plain, to_python, to_text, warn, warnings};
use crate::run::long;
use crate::selecting::{arrived, of_name, travelling};
use crate::summary::customers;
use crate::table::Table;

/// All figures of a backtest as one tidy table: origin, model, metric, group, value, lower, upper.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Backtest {
    /// What figures are drawn of; it does not travel.
    pub inner: Option<clv::study::backtest::Backtest>,
    verdict: Vec<String>,
    tables: Tables,
    said: report::Report,
}

/// Tables of its figures, by name.
type Tables = Vec<(String, RecordBatch)>;

/// Its tables with what each is grouped by.
const TABLES: [(&str, &str); 3] =
    [("by_frequency", "frequency"), ("by_cohort", "cohort"), ("calibration", "p_buy")];

fn tables(found: &clv::study::backtest::Backtest) -> Tables {
    let grouped = TABLES.iter().map(|(name, by)| ((*name).to_owned(), found.by(by)));
    let others = [("metrics".to_owned(), found.metrics()), ("weekly".to_owned(), found.weekly())];
    grouped.chain(others).collect()
}

#[pymethods]
impl Backtest {
    /// What it says, in sentences.
    #[getter]
    fn verdict(&self) -> Vec<String> {
        self.verdict.clone()
    }

    /// The figures by origin and model.
    #[getter]
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["backtest"])
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// The figures on one screen.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __repr__(&self) -> String {
        plain(&self.said)
    }

    /// A row an origin and forecast, a column a metric with its interval; the mean over ``all`` origins has no date.
    #[getter]
    fn metrics(&self) -> PyResult<Table> {
        of_name(&self.tables, "metrics")
    }

    /// Customers by repeat purchases before the origin: how many, and their purchases, expected and actual.
    #[getter]
    fn by_frequency(&self) -> PyResult<Table> {
        of_name(&self.tables, "by_frequency")
    }

    /// Customers by month of the first purchase: how many, and their purchases, expected and actual.
    #[getter]
    fn by_cohort(&self) -> PyResult<Table> {
        of_name(&self.tables, "by_cohort")
    }

    /// Customers by the chance to buy that was forecast: how many, and how many of them bought, expected and actual.
    #[getter]
    fn calibration(&self) -> PyResult<Table> {
        of_name(&self.tables, "calibration")
    }

    /// Purchases after the origin, week by week (by the holdout's steps), expected and actual, in the week that ends
    /// ``until`` and since the origin.
    #[getter]
    fn weekly(&self) -> PyResult<Table> {
        of_name(&self.tables, "weekly")
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, Parts<'py>>> {
        let (py, own) = (slf.py(), slf.get());
        let make = py.import("clv._core")?.getattr("backtest_from_parts")?;
        let table = PyBytes::new(py, &slf.as_super().get().to_bytes()?);
        Ok((make, (table, travelling(py, &own.tables)?, own.verdict.clone(), to_text(&own.said))))
    }

    fn _repr_html_(&self) -> String {
        html(&self.said)
    }
}

/// What travels of a backtest.
type Parts<'py> = (Bound<'py, PyBytes>, Vec<(String, Bound<'py, PyBytes>)>, Vec<String>, String);

/// The backtest that was pickled, by the same version.
///
/// Raises ``DataError`` for other parts.
#[pyfunction]
pub fn backtest_from_parts(
    py: Python<'_>,
    table: &[u8],
    tables: Vec<(String, Vec<u8>)>,
    verdict: Vec<String>,
    said: &str,
) -> PyResult<Py<Backtest>> {
    let wrong = || data_error(py, "data: these are no parts of a backtest of this version of clv");
    let table = Table::from_bytes(table).ok_or_else(wrong)?;
    let said = from_text(said).ok_or_else(wrong)?;
    let tables = arrived(&tables).ok_or_else(wrong)?;
    let own = Backtest { inner: None, verdict, tables, said };
    Py::new(py, PyClassInitializer::from(table).add_subclass(own))
}

/// See :func:`clv.backtest`.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn backtest(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<PyAny>> {
    let customers = customers(&options)?;
    let days = OfDays::take(py, &options)?;
    let words = options::words(Verb::Backtest, &options)?;
    let of_contracts = words::backtest_contracts(&words).map_err(|error| raise(py, error))?;
    let mut given = None;
    if let Some(asked) = &of_contracts {
        given = Some(Given::new(data, &asked.log)?);
        if let Some(Given::Inputs(inputs)) = given {
            let (inputs, kind) = crate::contracts::kind(py, asked.model.as_deref(), &inputs, &asked.log)?;
            if kind.one().map_err(|error| raise(py, error))?.is_contracts() {
                return Ok(crate::contracts::backtest(py, &inputs, asked)?.into_any());
            }
            given = Some(Given::Inputs(inputs));
        }
    }
    let (log, mut test) = words::backtest(&words).map_err(|error| raise(py, error))?;
    test = test.knowing(days.over_time(), days.named);
    test.rates = days.rates(test.rates);
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let given = given.map_or_else(|| Given::new(data, &log), Ok)?;
    let Given::Inputs(inputs) = given else {
        let message = "a backtest hides the end of a purchase log, and in a summary nothing can be hidden any more: \
                       give the log";
        return Err(PyTypeError::new_err(message));
    };
    let found = long(py, |progress| clv::study::backtest::run_inputs(&inputs, &log, &test, progress))?;
    let mut said = report::input(&found.meta);
    said.extend(report::backtest(&found));
    warn(py, &said, 0)?;
    let figures = Table::of(schema(), vec![table(&found)]);
    Py::new(
        py,
        PyClassInitializer::from(figures).add_subclass(Backtest {
            verdict: found.verdict.clone(),
            tables: tables(&found),
            inner: Some(found),
            said,
        }),
    )
    .map(Py::into_any)
}

//! The posterior of a model as a table of draws, and what customers say of each draw.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use clv::fitted::{ClvModel, EstimateRow, PosteriorDraws, estimates_of_fit, file::AnyModel};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::ahead;
use crate::errors::raise;
use crate::model::Model;
use crate::run::long;
use crate::table::Table;

/// Independent draws where a fit keeps none.
const DRAWS: usize = 1000;
/// Their seed.
const SEED: u64 = 1;

fn of(py: Python<'_>, model: &AnyModel) -> PyResult<PosteriorDraws> {
    match model {
        AnyModel::Purchases(model) => drawn(py, model),
        AnyModel::Contracts(_) | AnyModel::Book(_) => Err(PyTypeError::new_err(
            "draws are of models of purchases; a model of contracts has standard_errors and covariance",
        )),
    }
}

fn drawn(py: Python<'_>, model: &ClvModel) -> PyResult<PosteriorDraws> {
    model.posterior(DRAWS, SEED).map_err(|error| raise(py, error))
}

pub fn shape(py: Python<'_>, model: &AnyModel) -> PyResult<(usize, usize, Vec<String>, usize, &'static str)> {
    let found = of(py, model)?;
    Ok((found.chains, found.len() / found.chains, found.names.clone(), found.of_spend, found.method))
}

pub fn table(py: Python<'_>, model: &AnyModel) -> PyResult<Table> {
    let found = of(py, model)?;
    let (chains, n) = (found.chains as u32, (found.len() / found.chains) as u32);
    let rows: Vec<Vec<f64>> = found.rows().collect();
    let number = |name: &String| Field::new(name, DataType::Float64, false);
    let places = ["chain", "draw"].map(|name| Field::new(name, DataType::UInt32, false));
    let fields: Vec<Field> = places.into_iter().chain(found.names.iter().map(number)).collect();
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values((0..chains).flat_map(|chain| (0..n).map(move |_| chain)))),
        Arc::new(UInt32Array::from_iter_values((0..chains).flat_map(|_| 0..n))),
    ];
    for place in 0..found.names.len() {
        columns.push(Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row[place]))));
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns).expect("columns of the schema, equally long");
    Ok(Table::of(schema, vec![batch]))
}

#[allow(clippy::type_complexity)]
pub fn pointwise<'py>(
    slf: &Bound<'py, Model>,
    data: &Bound<'py, PyAny>,
    keywords: &Option<Bound<'py, PyDict>>,
) -> PyResult<Vec<(Vec<String>, Bound<'py, PyBytes>)>> {
    let (py, model) = (slf.py(), ahead::purchases(slf, "to_inferencedata")?);
    let (_, summary, _) = ahead::read(slf, model, data, keywords)?;
    let draws = drawn(py, model)?;
    let found = long(py, |progress| model.pointwise(&summary, &draws, progress))?;
    let bytes = |rows: &[Vec<f64>]| {
        let all: Vec<u8> = rows.iter().flatten().flat_map(|value| value.to_ne_bytes()).collect();
        PyBytes::new(py, &all)
    };
    let spenders = found.spenders.iter().map(|&place| found.customers[place].clone()).collect();
    let spend = (!found.spend.is_empty()).then(|| (spenders, bytes(&found.spend)));
    Ok([(found.customers.clone(), bytes(&found.purchases))].into_iter().chain(spend).collect())
}

/// All estimates as a table.
pub fn estimates(model: &AnyModel, probability: f64) -> PyResult<Table> {
    if !(probability > 0.0 && probability < 1.0) {
        return Err(PyValueError::new_err(format!("{probability} is not between 0 and 1")));
    }
    let rows = match model {
        AnyModel::Purchases(model) => model.estimates(probability),
        AnyModel::Contracts(model) => {
            model.fit.iter().flat_map(|fit| estimates_of_fit(fit, probability)).collect()
        }
        AnyModel::Book(model) => {
            let fits = model.cycles.iter().flat_map(|cycle| &cycle.report);
            fits.flat_map(|fit| estimates_of_fit(fit, probability)).collect()
        }
    };
    let text = |of: fn(&EstimateRow) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(of)))
    };
    let number = |of: fn(&EstimateRow) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float64Array>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("model", text(|row| &row.model)),
        ("parameter", text(|row| &row.parameter)),
        ("estimate", number(|row| Some(row.estimate))),
        ("standard_error", number(|row| row.standard_error)),
        ("lower", number(|row| Some(row.interval?.0))),
        ("upper", number(|row| Some(row.interval?.1))),
        ("meaning", text(|row| &row.meaning)),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    );
    let batch = batch.map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(Table::of(batch.schema(), vec![batch]))
}

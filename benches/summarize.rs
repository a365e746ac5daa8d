//! From log to summary: rows of a CSV log, read, cleaned, scattered, folded and merged.
//! The names say how many rows; the log is drawn once, outside of what is timed.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use clv::fitted::PurchaseModel;
use clv::history::{self, LogOptions};
use clv::model::GammaGamma;
use clv::output::{Target, write_summary};
use clv::simulate::{SimulateOptions, write_log};
use clv::{ClvModel, Unit};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn log(dir: &Path, name: &str, customers: u64) -> (PathBuf, u64) {
    let purchase = PurchaseModel::new("bg-nbd", &[0.6, 8.0, 0.8, 2.5]).expect("a known model");
    let spend = Some(GammaGamma { p: 6.25, q: 3.74, v: 15.44 }.into());
    let model = ClvModel::from_parameters(purchase, spend, Unit::Week);
    let path = dir.join(name);
    let target = Target::table(&path.to_string_lossy()).expect("a directory of ours");
    let options = SimulateOptions { customers, ..SimulateOptions::default() };
    let rows = write_log(&model, &options, &target, &()).expect("room for the log");
    (path, rows)
}

fn summarize(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut group = c.benchmark_group("summarize");
    group.sample_size(10);
    for (name, customers) in [("log.csv", 20_000), ("log.csv", 200_000), ("log.parquet", 200_000)] {
        let (path, rows) = log(dir.path(), name, customers);
        group.throughput(Throughput::Elements(rows));
        for (limit, memory) in [("in_memory", 1_000_000_000), ("spilling", 8_000_000)] {
            let options = LogOptions { memory_limit: Some(memory), ..LogOptions::default() };
            group.bench_function(format!("{name}/{rows}_rows/{limit}"), |b| {
                b.iter(|| {
                    let summary = history::open(black_box(std::slice::from_ref(&path)), &options, &());
                    let summary = summary.expect("a log of ours");
                    summary.batches().map(|batch| batch.expect("a log of ours").len()).sum::<usize>()
                });
            });
        }
    }
    group.finish();
}

fn write(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (path, _) = log(dir.path(), "log.csv", 200_000);
    let summary = history::open(&[path], &LogOptions::default(), &()).expect("a log of ours");
    let mut group = c.benchmark_group("write_summary");
    group.sample_size(10).throughput(Throughput::Elements(200_000));
    for name in ["summary.csv", "summary.parquet", "summary.jsonl"] {
        let target = Target::table(&dir.path().join(name).to_string_lossy()).expect("a directory of ours");
        group.bench_function(format!("{name}/200_000_customers"), |b| {
            b.iter_batched(|| (), |()| write_summary(&summary, &target, &()), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, summarize, write);
criterion_main!(benches);

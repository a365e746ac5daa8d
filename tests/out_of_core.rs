//! Logs larger than the memory limit: equal results, little memory. One test, so that nothing else
//! in the process takes memory meanwhile.

mod common;

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::Path;

use clv::history::{self, LogOptions};

/// Writes a log of so many rows.
fn write_log(path: &Path, rows: u64, row: impl Fn(u64) -> (u64, u64, u64)) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "customer_id,date,amount").unwrap();
    for i in 0..rows {
        let (id, day, cents) = row(i);
        let (month, day) = (1 + day / 28 % 12, 1 + day % 28);
        writeln!(file, "{id},2021-{month:02}-{day:02},{}.{:02}", cents / 100, cents % 100).unwrap();
    }
    file.flush().unwrap();
}

/// Customers and a hash of all that a summary holds.
fn digest(log: &Path, memory: u64, threads: usize) -> (u64, u64) {
    let options = LogOptions { memory_limit: Some(memory), threads: Some(threads), ..LogOptions::default() };
    let summary = history::open(&[log.to_owned()], &options, &()).unwrap();
    assert!(summary.meta.account.adds_up());
    let mut hasher = DefaultHasher::new();
    let mut customers = 0;
    for batch in summary.batches() {
        let batch = batch.unwrap();
        let money = batch.monetary_value.as_ref().unwrap();
        for i in 0..batch.len() {
            batch.customer_id.value(i).hash(&mut hasher);
            batch.frequency.value(i).hash(&mut hasher);
            [batch.recency.value(i), batch.t.value(i), money.value(i)].map(f64::to_bits).hash(&mut hasher);
        }
        customers += batch.len() as u64;
    }
    (customers, hasher.finish())
}

/// Highest resident memory since it was last asked [MB].
///
/// # Panics
/// If the system does not say, as then nothing would be checked: the test is for Linux, with a `/proc` whose
/// `clear_refs` may be written.
fn peak() -> u64 {
    let status =
        std::fs::read_to_string("/proc/self/status").expect("the peak is read from /proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it has a line VmHWM");
    let kb: u64 = line.trim().trim_end_matches("kB").trim().parse().expect("VmHWM is a number of kB");
    std::fs::write("/proc/self/clear_refs", "5").expect(
        "the peak is measured anew by writing to /proc/self/clear_refs: without it this cannot be checked",
    );
    kb / 1024
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the peak of memory is read from /proc")]
fn skewed_logs_fit_into_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let scattered = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    // One customer with nearly all rows; every customer with one row; something in between.
    let one = dir.path().join("one.csv");
    write_log(&one, 5_000_000, |i| {
        (u64::from(i % 1000 == 0) * (i % 7), scattered(i) % 336, scattered(i) % 9000)
    });
    let many = dir.path().join("many.csv");
    write_log(&many, 2_000_000, |i| (scattered(i) << 24 | i, i % 336, i % 9000));
    let mixed = dir.path().join("mixed.csv");
    write_log(&mixed, 2_000_000, |i| {
        (scattered(i) % 100_000, scattered(i * 3) % 336, scattered(i * 7) % 9000)
    });
    // First all with little memory: what was freed may stay with the process.
    let logs = [(one, 7), (many, 2_000_000), (mixed, 100_000)];
    let little = logs.each_ref().map(|(log, customers)| {
        let _ = peak();
        let found = digest(log, 8_000_000, 2);
        let peak = peak();
        println!("{}: {} customers, peak {peak} MB", log.display(), found.0);
        assert_eq!(found.0, *customers);
        assert!(peak < 64, "{}: {peak} MB under a limit of 8 MB", log.display());
        found
    });
    for ((log, _), little) in logs.iter().zip(little) {
        assert_eq!(little, digest(log, 4_000_000_000, 1), "{}", log.display());
    }
}

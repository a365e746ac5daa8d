//! Long calls: the work runs on a thread of its own with the interpreter free, while the calling thread
//! looks for Ctrl-C and shows how far the work is.
//!
//! Signals are only heard on the calling thread, and the library asks whether to stop on its workers: so
//! the two are kept apart, and any stage that asks can be stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{Builder, scope};
use std::time::{Duration, Instant};

use clv::Progress;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors::raise;

/// How often signals are looked for.
const TICK: Duration = Duration::from_millis(100);
/// Work that is done sooner shows no progress.
const PATIENCE: Duration = Duration::from_millis(700);
/// As much as a main thread has.
const STACK: usize = 8 << 20;

/// What both threads know.
#[derive(Default)]
struct Shared {
    stage: Mutex<(String, Option<u64>)>,
    done: AtomicU64,
    stop: AtomicBool,
    finished: Mutex<bool>,
    ended: Condvar,
}

impl Progress for Shared {
    fn stage(&self, name: &str, total: Option<u64>) {
        self.done.store(0, Ordering::Relaxed);
        *lock(&self.stage) = (name.to_owned(), total);
    }

    fn advance(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Says that the work has ended, however it does.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        *lock(&self.0.finished) = true;
        self.0.ended.notify_all();
    }
}

impl Shared {
    /// Waits for the end, for a while; says whether it has come.
    fn wait(&self) -> bool {
        let finished = lock(&self.finished);
        let waited = self.ended.wait_timeout_while(finished, TICK, |finished| !*finished);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The process that loaded this, and the threads that another one has instead.
static LOADED: OnceLock<u32> = OnceLock::new();
static FORKED: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Remembers which process this is.
pub fn loaded() {
    LOADED.get_or_init(std::process::id);
}

/// Threads of this process's own, if it was forked from the one that loaded this: those of that process, which work
/// is usually shared among, are not there, and waiting for them would never end.
fn own_pool() -> Option<Arc<ThreadPool>> {
    let process = std::process::id();
    if LOADED.get() == Some(&process) {
        return None;
    }
    let mut known = lock(&FORKED);
    if known.as_ref().is_none_or(|(of, _)| *of != process) {
        *known = Some((process, Arc::new(ThreadPoolBuilder::new().stack_size(STACK).build().ok()?)));
    }
    known.as_ref().map(|(_, pool)| pool.clone())
}

/// Does long work; raises what it fails with, or `KeyboardInterrupt`.
pub fn long<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&dyn Progress) -> clv::Result<T> + Send,
) -> PyResult<T> {
    let shared = Shared::default();
    scope(|scope| {
        let worker = Builder::new().stack_size(STACK).spawn_scoped(scope, || {
            let _ending = Ending(&shared);
            match own_pool() {
                Some(pool) => pool.install(|| work(&shared)),
                None => work(&shared),
            }
        })?;
        let interrupted = watch(py, &shared);
        let result = py.detach(|| worker.join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        interrupted.map_or_else(|| result.map_err(|error| raise(py, error)), Err)
    })
}

/// Waits for the end; what a signal's handler raised in the meantime.
fn watch(py: Python<'_>, shared: &Shared) -> Option<PyErr> {
    let begin = Instant::now();
    let mut interrupted = None;
    let mut shown: Option<Bound<'_, PyAny>> = None;
    let mut asked = false;
    while !py.detach(|| shared.wait()) {
        if interrupted.is_none()
            && let Err(error) = py.check_signals()
        {
            shared.stop.store(true, Ordering::Relaxed);
            interrupted = Some(error);
        }
        if !asked && begin.elapsed() > PATIENCE {
            asked = true;
            shown = py.import("clv._progress").and_then(|module| module.call_method0("start")).ok();
            shown = shown.filter(|shown| !shown.is_none());
        }
        if let Some(display) = &shown {
            let (name, total) = lock(&shared.stage).clone();
            // A display that cannot be shown is no reason to fail.
            let _ = display.call_method1("update", (name, shared.done.load(Ordering::Relaxed), total));
        }
    }
    if let Some(display) = &shown {
        let _ = display.call_method0("close");
    }
    interrupted
}

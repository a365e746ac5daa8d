//! Work ahead of whoever takes it, on a thread of its own. What ends early never looks as if it were complete: a panic
//! of the thread is handed on to who takes.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

/// What a thread makes, in order.
pub struct Ahead<T> {
    /// `None` once it has ended.
    made: Option<Receiver<T>>,
    worker: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Ahead<T> {
    /// Starts the work, which hands what it makes to the function it is given until that says that nobody listens; at
    /// most `depth` things wait.
    pub fn new(depth: usize, work: impl FnOnce(&dyn Fn(T) -> bool) + Send + 'static) -> Self {
        let (sender, receiver) = sync_channel(depth);
        let worker = thread::spawn(move || work(&|made| sender.send(made).is_ok()));
        Ahead { made: Some(receiver), worker: Some(worker) }
    }
}

impl<T> Iterator for Ahead<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Ok(made) = self.made.as_ref()?.recv() {
            return Some(made);
        }
        self.made = None;
        if let Some(Err(panic)) = self.worker.take().map(JoinHandle::join) {
            resume_unwind(panic);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Seen to fail with a plain receiver: a panic looked like the end.
    #[test]
    fn a_panic_is_no_end() {
        let whole: Vec<u32> = Ahead::new(1, |send| (0..100).for_each(|n| assert!(send(n)))).collect();
        assert_eq!(whole, (0..100).collect::<Vec<_>>());
        let mut broken = Ahead::new(1, |send| {
            assert!(send(1));
            panic!("in the middle");
        });
        assert_eq!(broken.next(), Some(1));
        let panic = catch_unwind(AssertUnwindSafe(|| broken.next())).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"in the middle"));
        assert_eq!(broken.next(), None);
        // Who stops listening ends the work.
        drop(Ahead::new(1, |send| while send(1) {}));
    }
}

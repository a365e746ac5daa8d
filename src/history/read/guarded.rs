//! Libraries that read other people's files may panic over damaged ones. Here, and only here, that becomes an error.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Is this thread within a call whose panic is caught?
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls `read`; a panic of it is an error in its words. The panic is not printed as one.
///
/// # Errors
/// What `read` gives, or how it panicked.
pub(crate) fn guarded<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    // What `read` has left half done is not looked at again.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    QUIET.set(before);
    match result {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(words.unwrap_or("its reader gave up").lines().next().unwrap_or_default().to_owned())
        }
    }
}

//! Calls into the Parquet decoder, which asserts where a damaged page makes no sense: that is an error of
//! the file and no bug.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use parquet::errors::ParquetError;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Says nothing of assertions that become errors.
static QUIET: Once = Once::new();

/// What a call gives, or the error that its assertion is.
///
/// # Errors
/// [`ParquetError`], the call's own or one with the words of the assertion.
pub fn guarded<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    QUIET.call_once(|| {
        let otherwise = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                otherwise(panic);
            }
        }));
    });
    IS_GUARDED.set(true);
    // What was being decoded is dropped, so nobody sees it half done.
    let done = panic::catch_unwind(AssertUnwindSafe(call));
    IS_GUARDED.set(false);
    done.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(ParquetError::General(words.unwrap_or("a page makes no sense").to_owned()))
    })
}

//! What GDAL says, kept per thread instead of printed, so that errors can tell it.

use std::cell::RefCell;
use std::sync::Once;

use gdal::config::{set_config_option, set_error_handler};
use gdal::errors::CplErrType;

/// One message of GDAL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub text: String,
    /// Whether something failed; otherwise it is a warning.
    pub failed: bool,
}

thread_local! {
    static LAST: RefCell<Option<Message>> = const { RefCell::new(None) };
}

/// Starts to keep what GDAL says. Does nothing the second time.
pub fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_error_handler(|class, _, text| {
            let failed = matches!(class, CplErrType::Failure | CplErrType::Fatal);
            let heard = matches!(class, CplErrType::Warning) || failed;
            if heard {
                let text = text.trim().to_owned();
                LAST.with_borrow_mut(|last| *last = Some(Message { text, failed }));
            }
        });
        // Otherwise GDAL writes a file beside a gzipped source. Without the option it still reads.
        drop(set_config_option("CPL_VSIL_GZIP_WRITE_PROPERTIES", "NO"));
    });
}

/// The last message on this thread since the last call.
pub fn take() -> Option<Message> {
    LAST.with_borrow_mut(Option::take)
}

/// The last message's text, or that there was none.
pub fn reason() -> String {
    take().map_or_else(|| "GDAL gives no reason".to_owned(), |message| message.text)
}

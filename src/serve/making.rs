//! Answers that are being made: all who ask for one of them wait for the same.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::error::ApiError;

type Made = BoxFuture<'static, Result<Bytes, ApiError>>;

/// What is being made, by its tag.
#[derive(Default)]
pub(super) struct Making(Mutex<HashMap<String, WeakShared<Made>>>);

impl Making {
    /// What is being made under this tag, or what is begun now. It goes on as long as somebody waits for it.
    pub fn join(&self, tag: &str, begin: impl FnOnce() -> Made) -> Shared<Made> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = all.get(tag).and_then(WeakShared::upgrade) {
            return made;
        }
        all.retain(|_, made| made.upgrade().is_some());
        let made = begin().shared();
        all.extend(made.downgrade().map(|weak| (tag.to_owned(), weak)));
        made
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn an_answer_that_many_wait_for_is_made_once() {
        let (making, begun) = (Making::default(), Arc::new(AtomicUsize::new(0)));
        let begin = |begun: &Arc<AtomicUsize>| {
            let begun = Arc::clone(begun);
            async move {
                tokio::task::yield_now().await;
                begun.fetch_add(1, Ordering::Relaxed);
                Ok(Bytes::from_static(b"a"))
            }
            .boxed()
        };
        let waiting: Vec<_> = (0..9).map(|_| making.join("a", || begin(&begun))).collect();
        for made in futures::future::join_all(waiting).await {
            assert_eq!(made.unwrap(), "a");
        }
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        making.join("a", || begin(&begun)).await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        assert_eq!(making.0.lock().unwrap().len(), 1);
    }
}

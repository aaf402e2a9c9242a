//! The releases that are answered from: the current one, and those that were asked for last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use tracing::{error, info, warn};

use super::error::ApiError;
use super::served::{AnyError, Served};
use crate::domain::region::Slug;

/// Whence releases come.
pub trait Releases: Send + Sync + 'static {
    /// The release that is answered from where none is named.
    ///
    /// # Errors
    /// Where it can't be told.
    fn current(&self) -> Result<Slug, AnyError>;

    /// What there is, sorted.
    ///
    /// # Errors
    /// Where it can't be told.
    fn list(&self) -> Result<Vec<Slug>, AnyError>;

    /// What tells a release from another that has had its name; `None` where there is none. It is cheap.
    fn stamp(&self, id: &Slug) -> Option<String>;

    /// Opens a release.
    ///
    /// # Errors
    /// Where it is damaged.
    fn open(&self, id: &Slug) -> Result<Served, AnyError>;
}

/// A release and who answers from it. Requests in work keep theirs, whatever becomes of the shelf.
pub(super) struct Opened {
    pub served: Arc<Served>,
    pub router: Router,
    stamp: String,
}

impl Opened {
    pub fn id(&self) -> &Slug {
        &self.served.label.release
    }
}

/// Makes who answers from a release.
type MakeRouter = dyn Fn(Arc<Served>) -> Router + Send + Sync;

/// The releases that are open, no more than a number of them.
pub(super) struct Shelf {
    source: Box<dyn Releases>,
    make_router: Box<MakeRouter>,
    most: usize,
    held: Mutex<Held>,
    /// One release is opened at a time.
    opening: Arc<tokio::sync::Mutex<()>>,
    /// The last complaint about the current release, and when it was made.
    complaint: Mutex<Option<(String, Instant)>>,
}

struct Held {
    current: Arc<Opened>,
    /// The one asked for last stands last.
    others: Vec<Arc<Opened>>,
}

/// How long after a failure a release that did not change is tried again as the current one.
const TRY_AGAIN: Duration = Duration::from_secs(30);

impl Shelf {
    /// A shelf with the current release on it.
    ///
    /// # Errors
    /// Where there is none, or it is damaged.
    pub fn new(
        source: Box<dyn Releases>,
        most: usize,
        make_router: impl Fn(Arc<Served>) -> Router + Send + Sync + 'static,
    ) -> Result<Self, AnyError> {
        let id = source.current()?;
        let stamp = source.stamp(&id).unwrap_or_default();
        let served = Arc::new(source.open(&id)?);
        let current = Arc::new(Opened { router: make_router(Arc::clone(&served)), served, stamp });
        Ok(Self {
            source,
            make_router: Box::new(make_router),
            most: most.max(1),
            held: Mutex::new(Held { current, others: Vec::new() }),
            opening: Arc::default(),
            complaint: Mutex::default(),
        })
    }

    pub fn current(&self) -> Arc<Opened> {
        Arc::clone(&self.lock().current)
    }

    /// How many releases are open.
    pub fn open_releases(&self) -> usize {
        1 + self.lock().others.len()
    }

    /// The releases that may be asked for, sorted.
    pub fn list(&self) -> Vec<Slug> {
        self.source.list().unwrap_or_else(|cause| {
            error!(error = &*cause, "Failed to list the releases");
            vec![self.current().id().clone()]
        })
    }

    /// A release by its name, from the shelf or opened in a thread that may take its time.
    ///
    /// # Errors
    /// 404 where there is none, 503 where it is damaged.
    pub async fn get(self: &Arc<Self>, id: &Slug) -> Result<Arc<Opened>, ApiError> {
        if let Some(opened) = self.find(id) {
            return Ok(opened);
        }
        let turn = Arc::clone(&self.opening).lock_owned().await;
        // Another request may have opened it while this one waited.
        if let Some(opened) = self.find(id) {
            return Ok(opened);
        }
        let (shelf, id) = (Arc::clone(self), id.clone());
        let work = tokio::task::spawn_blocking(move || {
            let opened = shelf.open_another(&id);
            drop(turn);
            opened
        });
        work.await.unwrap_or_else(|failure| {
            error!(error = %failure, "Failed to open a release");
            Err(ApiError::internal())
        })
    }

    fn find(&self, id: &Slug) -> Option<Arc<Opened>> {
        let mut held = self.lock();
        if held.current.id() == id {
            return Some(Arc::clone(&held.current));
        }
        let place = held.others.iter().position(|other| other.id() == id)?;
        let found = held.others.remove(place);
        held.others.push(Arc::clone(&found));
        Some(found)
    }

    fn open_another(&self, id: &Slug) -> Result<Arc<Opened>, ApiError> {
        let Some(stamp) = self.source.stamp(id) else { return Err(self.no_such(id)) };
        let opened = self.open(id, stamp).map_err(|cause| {
            error!(release = %id, error = &*cause, "Failed to open the release {id}");
            ApiError::unavailable(format!(
                "The release `{id}` is there and can't be opened: the server's log says why. Ask for \
                 another one, or for none."
            ))
        })?;
        let mut held = self.lock();
        held.others.push(Arc::clone(&opened));
        held.trim(self.most);
        Ok(opened)
    }

    fn open(&self, id: &Slug, stamp: String) -> Result<Arc<Opened>, AnyError> {
        let served = Arc::new(self.source.open(id)?);
        Ok(Arc::new(Opened { router: (self.make_router)(Arc::clone(&served)), served, stamp }))
    }

    fn no_such(&self, id: &Slug) -> ApiError {
        let list = self.list();
        let there_are: Vec<&str> = list.iter().map(Slug::as_str).collect();
        let there_are = there_are.join(", ");
        ApiError::not_found(format!("There is no release `{id}`; there are: {there_are}."))
    }

    /// Looks which release is current, and puts it into the place of the one before when all of it is at
    /// hand. Whatever is wrong with it, the one before goes on being answered from.
    pub fn look(&self) {
        self.close_those_gone();
        let id = match self.source.current() {
            Ok(id) => id,
            Err(cause) => {
                self.complain(format!("the current release can't be told: {}", chain(&*cause)));
                return;
            }
        };
        let (before, stamp) = (self.current(), self.source.stamp(&id));
        if *before.id() == id && stamp.as_ref() == Some(&before.stamp) {
            *self.complaint() = None;
            return;
        }
        let Some(stamp) = stamp else {
            self.complain(format!("the release {id} is current and is not there"));
            return;
        };
        if self.was_tried(&id, &stamp) {
            return;
        }
        let held = self.find(&id).filter(|held| held.stamp == stamp);
        match held.map_or_else(|| self.open(&id, stamp.clone()), Ok) {
            Ok(opened) => self.switch(opened),
            Err(cause) => {
                self.complain(format!(
                    "release {id} ({stamp}) can't be opened: {}",
                    chain(&*cause)
                ));
            }
        }
    }

    /// Forgets releases that were removed, or replaced by others of the same name.
    fn close_those_gone(&self) {
        let is_gone =
            |other: &Arc<Opened>| self.source.stamp(other.id()).as_ref() != Some(&other.stamp);
        let mut gone = self.lock().others.clone();
        gone.retain(is_gone);
        self.lock().others.retain(|other| !gone.iter().any(|gone| Arc::ptr_eq(gone, other)));
    }

    /// One assignment: a request finds the release before or the new one.
    fn switch(&self, opened: Arc<Opened>) {
        let new = opened.id().clone();
        let mut held = self.lock();
        held.others.retain(|other| *other.id() != new);
        let before = std::mem::replace(&mut held.current, opened);
        let old = before.id().clone();
        if old != new {
            held.others.push(before);
        }
        held.trim(self.most);
        drop(held);
        *self.complaint() = None;
        info!(release = %new, before = %old, "Switched from {old} to {new}");
    }

    /// Tells the log once what is wrong, and remembers when that was found.
    fn complain(&self, what: String) {
        let mut complaint = self.complaint();
        if complaint.as_ref().is_none_or(|(before, _)| *before != what) {
            let stays = self.current().id().clone();
            warn!(release = %stays, reason = what, "Answering from {stays} still: {what}");
        }
        *complaint = Some((what, Instant::now()));
    }

    fn was_tried(&self, id: &Slug, stamp: &str) -> bool {
        let complaint = self.complaint();
        complaint.as_ref().is_some_and(|(what, when)| {
            what.starts_with(&format!("release {id} ({stamp})")) && when.elapsed() < TRY_AGAIN
        })
    }

    fn complaint(&self) -> MutexGuard<'_, Option<(String, Instant)>> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Closes those asked for longest ago.
    fn trim(&mut self, most: usize) {
        let beyond = (1 + self.others.len()).saturating_sub(most);
        self.others.drain(..beyond.min(self.others.len()));
    }
}

/// An error with its causes.
fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(cause.source(), |cause| cause.source());
    causes.fold(cause.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;

//! The releases that are answered from: the current one, and those that were asked for last.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use tracing::{error, info, warn};

use super::error::ApiError;
use super::served::{AnyError, Served};
use crate::domain::region::Slug;
use crate::protect::Protection;

/// Why a release can't be opened.
#[derive(Debug)]
pub struct Unopened {
    pub fault: Fault,
    pub cause: AnyError,
}

/// What is wrong with a release that can't be opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    /// A file is not what was published. The release is tried again when its files change.
    Damaged,
    /// It can't be served for another reason, which stays until its files change.
    Unfit,
    /// The system refused, which may pass: the release is tried again after a while.
    System,
}

/// Whence releases come.
pub trait Releases: Send + Sync + 'static {
    /// Whose figures are told of all releases.
    fn figures(&self) -> Protection;

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

    /// What tells a release from another that has had its name, and from itself before one of its files changed;
    /// `None` where there is none. It is cheap.
    fn stamp(&self, id: &Slug) -> Option<String>;

    /// Opens a release, after its files were compared with what was published.
    ///
    /// # Errors
    /// Where it is damaged, or can't be served for another reason.
    fn open(&self, id: &Slug) -> Result<Served, Unopened>;
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
    /// The last complaint about the current release.
    complaint: Mutex<Option<String>>,
    /// The releases that could not be opened.
    failures: Mutex<BTreeMap<Slug, Failure>>,
}

/// How a release failed to open.
#[derive(Debug, Clone)]
struct Failure {
    /// Of the files that were tried.
    stamp: String,
    fault: Fault,
    when: Instant,
    what: String,
}

struct Held {
    /// `None` where the current release is damaged and there was no other before it.
    current: Option<Arc<Opened>>,
    /// The one asked for last stands last.
    others: Vec<Arc<Opened>>,
}

/// How long after a fault of the system a release that did not change is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);

impl Shelf {
    /// A shelf with the current release on it, or with none where that one is damaged.
    ///
    /// # Errors
    /// Where there is no current release, or it can't be served for another reason.
    pub fn new(
        source: Box<dyn Releases>,
        most: usize,
        make_router: impl Fn(Arc<Served>) -> Router + Send + Sync + 'static,
    ) -> Result<Self, AnyError> {
        let id = source.current()?;
        let stamp = source.stamp(&id).unwrap_or_default();
        let shelf = Self {
            source,
            make_router: Box::new(make_router),
            most: most.max(1),
            held: Mutex::new(Held { current: None, others: Vec::new() }),
            opening: Arc::default(),
            complaint: Mutex::default(),
            failures: Mutex::default(),
        };
        match shelf.open(&id, stamp) {
            Ok(opened) => shelf.lock().current = Some(opened),
            Err(unopened) if unopened.fault == Fault::Damaged => {
                shelf.complain(cannot_open(&id, &chain(&*unopened.cause)));
            }
            Err(unopened) => return Err(unopened.cause),
        }
        Ok(shelf)
    }

    /// Whose figures it tells.
    pub fn figures(&self) -> Protection {
        self.source.figures()
    }

    /// The release that is answered from where none is named, if there is one.
    pub fn current(&self) -> Option<Arc<Opened>> {
        self.lock().current.clone()
    }

    /// The same, for a request.
    ///
    /// # Errors
    /// 503 where there is none.
    pub fn serving(&self) -> Result<Arc<Opened>, ApiError> {
        self.current().ok_or_else(|| {
            ApiError::unavailable(
                "The current release is damaged, so nothing is answered from it: the server's log says which file \
                 and what to do. Ask for another release with `release`, or try again later.",
            )
        })
    }

    /// How many releases are open.
    pub fn open_releases(&self) -> usize {
        let held = self.lock();
        held.others.len() + usize::from(held.current.is_some())
    }

    /// The releases that may be asked for, sorted.
    pub fn list(&self) -> Vec<Slug> {
        self.source.list().unwrap_or_else(|cause| {
            error!(error = &*cause, "Failed to list the releases");
            self.current().iter().map(|opened| opened.id().clone()).collect()
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
        if let Some(current) = held.current.as_ref().filter(|current| current.id() == id) {
            return Some(Arc::clone(current));
        }
        let place = held.others.iter().position(|other| other.id() == id)?;
        let found = held.others.remove(place);
        held.others.push(Arc::clone(&found));
        Some(found)
    }

    fn open_another(&self, id: &Slug) -> Result<Arc<Opened>, ApiError> {
        let Some(stamp) = self.source.stamp(id) else { return Err(self.no_such(id)) };
        let refusal = || {
            ApiError::unavailable(format!(
                "The release `{id}` is there and can't be opened: the server's log says why. Ask for \
                 another one, or for none."
            ))
        };
        if self.known_failure(id, &stamp).is_some() {
            return Err(refusal());
        }
        let opened = self.open(id, stamp).map_err(|unopened| {
            error!(release = %id, error = &*unopened.cause, "Failed to open the release {id}");
            refusal()
        })?;
        let mut held = self.lock();
        held.others.push(Arc::clone(&opened));
        held.trim(self.most);
        Ok(opened)
    }

    /// Opens a release, and remembers where that failed. A panic is such a failure: it would come again.
    fn open(&self, id: &Slug, stamp: String) -> Result<Arc<Opened>, Unopened> {
        let opened = catch_unwind(AssertUnwindSafe(|| self.source.open(id)));
        let unopened = match opened {
            Ok(Ok(served)) => {
                self.failures().remove(id);
                let served = Arc::new(served);
                let router = (self.make_router)(Arc::clone(&served));
                return Ok(Arc::new(Opened { router, served, stamp }));
            }
            Ok(Err(unopened)) => unopened,
            Err(panic) => Unopened { fault: Fault::Unfit, cause: told(&*panic).into() },
        };
        let Unopened { fault, cause } = &unopened;
        let failure = Failure { stamp, fault: *fault, when: Instant::now(), what: chain(&**cause) };
        self.failures().insert(id.clone(), failure);
        Err(unopened)
    }

    /// How these files of a release failed, where there is no use in trying them again now.
    fn known_failure(&self, id: &Slug, stamp: &str) -> Option<String> {
        let failures = self.failures();
        let failure = failures.get(id).filter(|failure| failure.stamp == stamp)?;
        let lasts = failure.fault != Fault::System || failure.when.elapsed() < TRY_AGAIN;
        lasts.then(|| failure.what.clone())
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
        let is_same =
            |before: &Arc<Opened>| *before.id() == id && stamp.as_ref() == Some(&before.stamp);
        if before.as_ref().is_some_and(is_same) {
            *self.complaint() = None;
            return;
        }
        let Some(stamp) = stamp else {
            self.complain(format!("the release {id} is current and is not there"));
            return;
        };
        if let Some(what) = self.known_failure(&id, &stamp) {
            self.complain(cannot_open(&id, &what));
            return;
        }
        let held = self.find(&id).filter(|held| held.stamp == stamp);
        match held.map_or_else(|| self.open(&id, stamp), Ok) {
            Ok(opened) => self.switch(opened),
            Err(unopened) => self.complain(cannot_open(&id, &chain(&*unopened.cause))),
        }
    }

    /// Forgets releases that were removed, or replaced by others of the same name.
    fn close_those_gone(&self) {
        let is_gone =
            |other: &Arc<Opened>| self.source.stamp(other.id()).as_ref() != Some(&other.stamp);
        let mut gone = self.lock().others.clone();
        gone.retain(is_gone);
        self.lock().others.retain(|other| !gone.iter().any(|gone| Arc::ptr_eq(gone, other)));
        let failed: Vec<Slug> = self.failures().keys().cloned().collect();
        for id in failed.into_iter().filter(|id| self.source.stamp(id).is_none()) {
            self.failures().remove(&id);
        }
    }

    /// One assignment: a request finds the release before or the new one.
    fn switch(&self, opened: Arc<Opened>) {
        let new = opened.id().clone();
        let mut held = self.lock();
        held.others.retain(|other| *other.id() != new);
        let before = held.current.replace(opened);
        let old =
            before.as_ref().map_or_else(|| "none".to_owned(), |before| before.id().to_string());
        held.others.extend(before.filter(|before| *before.id() != new));
        held.trim(self.most);
        drop(held);
        *self.complaint() = None;
        info!(release = %new, before = old, "Switched from {old} to {new}");
    }

    /// Tells the log once what is wrong.
    fn complain(&self, what: String) {
        let mut complaint = self.complaint();
        if complaint.as_ref() == Some(&what) {
            return;
        }
        match self.current() {
            Some(current) => {
                let stays = current.id();
                warn!(release = %stays, reason = what, "Answering from {stays} still: {what}");
            }
            None => error!(reason = what, "Answering from no release: {what}"),
        }
        *complaint = Some(what);
    }

    fn complaint(&self) -> MutexGuard<'_, Option<String>> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failures(&self) -> MutexGuard<'_, BTreeMap<Slug, Failure>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Closes those asked for longest ago.
    fn trim(&mut self, most: usize) {
        let open = self.others.len() + usize::from(self.current.is_some());
        let beyond = open.saturating_sub(most);
        self.others.drain(..beyond.min(self.others.len()));
    }
}

/// Says that a release can't be opened, and why.
fn cannot_open(id: &Slug, what: &str) -> String {
    format!("release {id} can't be opened: {what}")
}

/// What a panic says.
fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the program panicked, which is a bug: {}", text.unwrap_or_default())
}

/// An error with its causes.
fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(cause.source(), |cause| cause.source());
    causes.fold(cause.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;

//! Releases of five invented villages, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::{AnyError, Fault, FullShapes, Limits, Releases, Served, Server, Unopened};
use crate::domain::indicator::{Denominators, Indicators};
use crate::domain::institution::{InstitutionKind, PublicInstitution};
use crate::domain::position::Position;
use crate::domain::region::{RegionTree, Slug};
use crate::encode::ReleaseLabel;
use crate::protect::Protection;
use crate::protect::fixture::{code, denominators, leaves, shapes, tree};

/// Releases that are made when they are opened.
#[derive(Clone, Default)]
pub struct Made(pub Arc<Mutex<State>>);

#[derive(Default)]
pub struct State {
    pub current: String,
    /// Each with its stamp.
    pub there: BTreeMap<String, u32>,
    pub damaged: BTreeSet<String>,
    /// What is wrong with those.
    pub fault: Fault,
    /// Those that panic when they are opened.
    pub panics: BTreeSet<String>,
    /// Those that were opened, in order.
    pub opened: Vec<String>,
}

impl Made {
    /// Of these the first is current.
    pub fn of(names: &[&str]) -> Self {
        let made = Self::default();
        made.change(|state| {
            state.current = names[0].to_owned();
            state.there = names.iter().map(|name| ((*name).to_owned(), 1)).collect();
        });
        made
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    /// What was opened since this was asked last.
    pub fn opened(&self) -> Vec<String> {
        self.change(|state| std::mem::take(&mut state.opened))
    }
}

impl Releases for Made {
    fn figures(&self) -> Protection {
        leaves(&tree()).protection()
    }

    fn current(&self) -> Result<Slug, AnyError> {
        Ok(self.change(|state| state.current.parse())?)
    }

    fn list(&self) -> Result<Vec<Slug>, AnyError> {
        Ok(self.change(|state| {
            state.there.keys().map(|name| name.parse()).collect::<Result<_, _>>()
        })?)
    }

    fn stamp(&self, id: &Slug) -> Option<String> {
        self.change(|state| state.there.get(id.as_str()).map(ToString::to_string))
    }

    fn open(&self, id: &Slug) -> Result<Served, Unopened> {
        let fault = self.change(|state| {
            state.opened.push(id.to_string());
            let wrong = if state.panics.contains(id.as_str()) { Some(None) } else { None };
            let damaged = state.damaged.contains(id.as_str());
            wrong.or_else(|| damaged.then_some(Some(state.fault)))
        });
        match fault {
            None => Ok(served(id)),
            Some(Some(fault)) => Err(Unopened { fault, cause: "a file is another".into() }),
            Some(None) => panic!("a figure is too large"),
        }
    }
}

/// A release of this name.
pub fn served(id: &Slug) -> Served {
    let tree = tree();
    let general = shapes(&tree);
    Served {
        label: ReleaseLabel {
            release: id.clone(),
            reference_date: "2024-12-31".to_owned(),
            disability_definition: None,
            programmes: Vec::new(),
            licence: None,
            carried_over: BTreeMap::new(),
        },
        content: format!("0123 {id}"),
        regions: if id.as_str() == "elsewhere" { "89ab" } else { "4567" }.to_owned(),
        leaves: leaves(&tree),
        indicators: Indicators::embedded(),
        denominators: twice(denominators()),
        full: Arc::new(FullShapes::new({
            let full = general.clone();
            move || Ok(full.clone())
        })),
        general: general.into(),
        tiles: BTreeMap::new(),
        institutions: Some(vec![institution(&tree)]),
        tree: Arc::new(tree),
    }
}

fn institution(tree: &RegionTree) -> PublicInstitution {
    let region = tree.find(code("0101001001"));
    PublicInstitution {
        name: "Xavo \"1\"".to_owned(),
        kind: InstitutionKind::PantiLu,
        region: region.map(|id| tree.get(id).code),
        position: Position::new(0.5, 0.25),
        capacity: Some(40),
    }
}

/// Enough residents for a share to be told.
fn twice(mut given: Denominators) -> Denominators {
    for denominator in given.values_mut() {
        denominator.households = denominator.households.map(|households| 2 * households);
    }
    given
}

/// A server of `r1`.
pub fn server(limits: Limits) -> Server {
    Server::open(Made::of(&["r1"]), limits).unwrap()
}

//! The line around areas: the edges that one area alone has. It fits them to the dot, which the coarser
//! outline of the region that holds them would not.

use std::collections::{BTreeMap, BTreeSet};

use super::path::Dot;

/// The line around the areas of these rings, which share their corners.
pub(super) fn frame<Ring: AsRef<[Dot]>>(rings: impl Iterator<Item = Ring>) -> Vec<Vec<Dot>> {
    let mut edges: BTreeSet<(Dot, Dot)> = BTreeSet::new();
    for ring in rings {
        let ring = ring.as_ref();
        let next = ring.iter().cycle().skip(1);
        for (&from, &to) in ring.iter().zip(next) {
            let edge = (from.min(to), from.max(to));
            if !edges.remove(&edge) {
                edges.insert(edge);
            }
        }
    }
    chained(&edges)
}

/// Edges joined where they meet.
fn chained(edges: &BTreeSet<(Dot, Dot)>) -> Vec<Vec<Dot>> {
    let mut ends: BTreeMap<Dot, Vec<Dot>> = BTreeMap::new();
    for &(from, to) in edges {
        ends.entry(from).or_default().push(to);
        ends.entry(to).or_default().push(from);
    }
    let mut lines = Vec::new();
    for &(start, _) in edges {
        let mut line = vec![start];
        while let Some(next) = take(&mut ends, line[line.len() - 1]) {
            line.push(next);
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

/// An edge that leads on from here; it is not taken again.
fn take(ends: &mut BTreeMap<Dot, Vec<Dot>>, from: Dot) -> Option<Dot> {
    let to = ends.get_mut(&from)?.pop()?;
    if let Some(back) = ends.get_mut(&to) {
        back.retain(|&dot| dot != from);
    }
    Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_areas_share_is_not_around_them() {
        let west = vec![(0, 0), (1, 0), (1, 1), (0, 1)];
        let east = vec![(1, 0), (2, 0), (2, 1), (1, 1)];
        let [around] = &frame([&west, &east].into_iter())[..] else { panic!() };
        assert_eq!((around.len(), around[0], around[6]), (7, (0, 0), (0, 0)));
        let dots: BTreeSet<Dot> = around.iter().copied().collect();
        assert_eq!(dots.len(), 6);
    }

    #[test]
    fn areas_that_touch_nowhere_have_a_line_each() {
        let one = vec![(0, 0), (1, 0), (1, 1)];
        let other = vec![(5, 0), (6, 0), (6, 1)];
        assert_eq!(frame([&one, &other].into_iter()).len(), 2);
        assert!(frame(std::iter::empty()).is_empty());
    }
}

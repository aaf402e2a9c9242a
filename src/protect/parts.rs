//! Of which classes the margin of a sum of columns is made.

use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::table::Table;

/// A class of a table, by its place among the table's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    pub table: Table,
    pub class: usize,
}

/// A part of a sum whose error is independent of that of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How often the variances of each table's classes stand in it.
    pub weights: Vec<(Table, f64)>,
    /// The classes that are summed.
    pub summed: Vec<Class>,
    /// The class whose rests tell what is lacking, and the share of it that this part lacks.
    pub lacks: (Class, f64),
}

/// The parts of a sum of columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// A whole class of welfare is told by itself. Of the k deciles that share one, m together are what
    /// the deciles tell but for their common error, and m/k of the class; they lack as much of what it
    /// does.
    pub fn of(columns: &[CubeColumn], threshold: PovertyThreshold) -> Self {
        let mut parts = Vec::new();
        for (class, of_class) in Table::Welfare.classes(threshold).into_iter().enumerate() {
            let welfare = Class { table: Table::Welfare, class };
            let summed: Vec<CubeColumn> =
                of_class.iter().copied().filter(|column| columns.contains(column)).collect();
            if summed.len() == of_class.len() {
                parts.push(Part::whole(welfare));
            } else if !summed.is_empty() {
                parts.push(Part::of_deciles(&summed, of_class.len(), welfare));
            }
        }
        for table in &Table::ALL[Table::Ages.index()..] {
            let own = table.columns().iter().enumerate();
            let summed = own.filter(|(_, column)| columns.contains(column));
            parts.extend(summed.map(|(class, _)| Part::whole(Class { table: *table, class })));
        }
        Self(parts)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Part> {
        self.0.iter()
    }
}

impl Part {
    /// Whether it is a whole class of a table.
    pub fn is_whole(&self) -> bool {
        self.summed.len() == 1 && self.summed[0] == self.lacks.0
    }

    fn whole(class: Class) -> Self {
        Self { weights: vec![(class.table, 1.0)], summed: vec![class], lacks: (class, 1.0) }
    }

    fn of_deciles(summed: &[CubeColumn], all: usize, welfare: Class) -> Self {
        let (number, share) = (summed.len() as f64, summed.len() as f64 / all as f64);
        let class = |column| Table::Deciles.columns().iter().position(|own| own == column);
        let classes = summed.iter().filter_map(class);
        Self {
            weights: vec![
                (Table::Welfare, share * share),
                (Table::Deciles, number * (1.0 - share)),
            ],
            summed: classes.map(|class| Class { table: Table::Deciles, class }).collect(),
            lacks: (welfare, share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deciles_are_part_of_their_class_of_welfare() {
        let threshold = PovertyThreshold::default();
        let of = |columns: &[CubeColumn]| Parts::of(columns, threshold).0;
        let poor = Class { table: Table::Welfare, class: 0 };
        assert_eq!(of(threshold.columns()), [Part::whole(poor)]);
        let parts = of(&threshold.columns()[1..3]);
        let decile = |class| Class { table: Table::Deciles, class };
        let two = Part {
            weights: vec![(Table::Welfare, 0.25), (Table::Deciles, 1.0)],
            summed: vec![decile(1), decile(2)],
            lacks: (poor, 0.5),
        };
        assert_eq!(parts, [two]);
        let all = of(&CubeColumn::HOUSEHOLDS);
        assert_eq!(all.len(), 3);
        assert!(of(&[]).is_empty());
    }
}

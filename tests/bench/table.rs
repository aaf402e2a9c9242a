//! The table of what was measured.

use std::fmt;

/// Rows as they were measured.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    work: String,
    unit: &'static str,
    ours: f64,
    plain: Option<f64>,
}

/// Whether more of a unit is better, and so which of two figures is divided by which.
fn is_rate(unit: &str) -> bool {
    unit.contains("/s")
}

impl Table {
    /// Adds ours beside the plain way.
    pub fn compare(&mut self, work: impl Into<String>, unit: &'static str, ours: f64, plain: f64) {
        self.0.push(Row { work: work.into(), unit, ours, plain: Some(plain) });
    }

    /// Adds a figure that has none beside it.
    pub fn note(&mut self, work: impl Into<String>, unit: &'static str, ours: f64) {
        self.0.push(Row { work: work.into(), unit, ours, plain: None });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|row| row.work.chars().count()).max().unwrap_or(0);
        writeln!(
            out,
            "{:<width$}  {:>10}  {:>10}  {:>10}  times",
            "work", "unit", "ours", "plain"
        )?;
        for Row { work, unit, ours, plain } in &self.0 {
            write!(out, "{work:<width$}  {unit:>10}  {:>10}", short(*ours))?;
            if let Some(plain) = plain {
                let times = if is_rate(unit) { ours / plain } else { plain / ours };
                write!(out, "  {:>10}  {times:>5.1}", short(*plain))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// Three digits, or the whole number where it has more.
fn short(figure: f64) -> String {
    let decimals = match figure {
        figure if figure < 10.0 => 2,
        figure if figure < 100.0 => 1,
        _ => 0,
    };
    format!("{figure:.decimals$}")
}

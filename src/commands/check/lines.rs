//! A quality report as CSV: a line for each region and officer.

use super::report::{Report, Sums};
use crate::check::Rule;
use crate::encode::csv::as_text;

/// The lines, with a header; RFC 4180 but for the end of lines.
pub fn lines(report: &Report) -> String {
    let mut lines = String::from("level,id,name,visits,completed,noted,doubted,held,doubted_share");
    for rule in Rule::ALL {
        lines.push(',');
        lines.push_str(rule.name());
    }
    lines.push('\n');
    line("all", &report.total, &mut lines);
    for level in &report.levels {
        level.worst.iter().for_each(|sums| line(level.level, sums, &mut lines));
    }
    lines
}

fn line(level: &str, sums: &Sums, lines: &mut String) {
    let name = sums.name.as_deref().unwrap_or_default();
    let Sums { visits, completed, noted, doubted, held, .. } = sums;
    let (id, name, share) = (cell(&sums.id), cell(name), sums.doubted_share);
    lines.push_str(&format!(
        "{level},{id},{name},{visits},{completed},{noted},{doubted},{held},{share:.6}"
    ));
    for rule in Rule::ALL {
        let found = sums.by_rule.iter().find(|(name, _)| *name == rule.name());
        lines.push_str(&format!(",{}", found.map_or(0, |(_, visits)| *visits)));
    }
    lines.push('\n');
}

/// A text as a cell. What a spreadsheet would take for a formula is shown as the text that it is.
fn cell(text: &str) -> String {
    let text = as_text(text);
    let needs_quotes = text.contains([',', '"', '\n', '\r']);
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_needs_it_and_lets_no_formula_through() {
        for (text, expected) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("=1+1", "'=1+1"),
            (" ＝1", "' ＝1"),
            ("\"", "\"\"\"\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}

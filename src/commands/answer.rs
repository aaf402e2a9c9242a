//! What a command says on the standard output.

use std::io::{self, Write};

use anyhow::Context;

/// Prints a text and ends its line.
///
/// # Errors
/// Where nobody reads it any more.
pub fn print(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write to the standard output")
}

/// Columns as wide as their widest cell, two spaces between them.
pub fn table<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_columns_up() {
        let rows = [["a", "long", "c"], ["bcd", "e", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), ["a    long  c", "bcd  e"]);
    }
}

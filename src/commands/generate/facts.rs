//! Reads the table of population and poverty per region.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::code::{CodeError, RegionCode};
use crate::invent::survey::{Fact, Facts};

/// The two ways in which the columns may be named: code, population, poverty, and what divides the
/// poverty to make it a share.
const HEADERS: [([&str; 3], f64); 2] = [
    (["region_code", "population", "poverty_share"], 1.0),
    (["bps_code", "pop_2020_est", "poverty_rate_pct_2021"], 100.0),
];

#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    #[error("cannot read facts `{path}`")]
    Read { path: PathBuf, source: csv::Error },
    #[error(
        "facts `{path}` have none of the columns that are needed; name them region_code, population \
         and poverty_share (0 to 1), or bps_code, pop_2020_est and poverty_rate_pct_2021"
    )]
    Columns { path: PathBuf },
    #[error("facts `{path}`, row {row}: give a region code")]
    Code { path: PathBuf, row: u64, source: CodeError },
    #[error("facts `{path}`, row {row}: region `{code}` stands there twice; remove one row")]
    Repeated { path: PathBuf, row: u64, code: RegionCode },
    #[error(
        "facts `{path}`, row {row}: `{text}` is no {column}; give a number from 0 to {most}, or remove \
         the row"
    )]
    Number { path: PathBuf, row: u64, column: &'static str, text: String, most: f64 },
}

/// Reads a CSV of facts; rows are numbered as a spreadsheet does.
///
/// # Errors
/// [`FactsError`], which names the file, the row and what to do.
pub fn read(path: &Path) -> Result<Facts, FactsError> {
    let failed = |source| FactsError::Read { path: path.to_owned(), source };
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    let header = reader.headers().map_err(failed)?.clone();
    let find =
        |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);
    let (names, columns, divisor) = HEADERS
        .into_iter()
        .find_map(|(names, divisor)| {
            let [code, population, poverty] = names.map(find);
            Some((names, [code?, population?, poverty?], divisor))
        })
        .ok_or_else(|| FactsError::Columns { path: path.to_owned() })?;
    let mut facts = BTreeMap::new();
    for (index, record) in reader.records().enumerate() {
        let (record, row) = (record.map_err(failed)?, index as u64 + 2);
        let text = |column: usize| record.get(columns[column]).unwrap_or("").trim();
        let code: RegionCode = text(0).parse().map_err(|source| FactsError::Code {
            path: path.to_owned(),
            row,
            source,
        })?;
        let number = |column: usize, most: f64| {
            let number = text(column).parse::<f64>().ok();
            number.filter(|number| (0.0..=most).contains(number)).ok_or_else(|| {
                FactsError::Number {
                    path: path.to_owned(),
                    row,
                    column: names[column],
                    text: text(column).to_owned(),
                    most,
                }
            })
        };
        let fact =
            Fact { population: number(1, 2e9)?, poverty_share: number(2, divisor)? / divisor };
        if facts.insert(code, fact).is_some() {
            return Err(FactsError::Repeated { path: path.to_owned(), row, code });
        }
    }
    Ok(Facts::new(facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Facts, FactsError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.csv");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn reads_shares_and_percentages() {
        let shares = read_text("region_code,population,poverty_share\n0101,2000,0.25\n").unwrap();
        let percentages =
            read_text("name,bps_code,poverty_rate_pct_2021,pop_2020_est\nX,0101,25,2000\n")
                .unwrap();
        assert_eq!(shares, percentages);
    }

    #[test]
    fn names_the_row_and_what_to_do() {
        let error =
            read_text("region_code,population,poverty_share\n01,1,0\n02,1,30\n").unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("row 3: `30` is no poverty_share; give a number from 0 to 1"),
            "{message}"
        );
        let error = read_text("code\n1\n").unwrap_err();
        assert!(error.to_string().contains("name them region_code"));
    }
}

//! The tables of institutions and of resources: small, and read whole.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use arrow::array::Array;

use super::table::{
    Cell, FileValues, RowError, TableBatch, TableError, TableFiles, TableSpec, codes, ids, reals,
    texts, wholes,
};
use super::visits::ColumnsFile;
use crate::domain::institution::{Institution, InstitutionKind, Residents, Resource};
use crate::domain::position::Position;
use crate::domain::visit::Need::{Optional, Required};

/// The columns of the institutions table.
pub static INSTITUTIONS: TableSpec = TableSpec {
    register: "institutions",
    columns: &[
        ("institution_id", Required),
        ("name", Required),
        ("kind", Required),
        ("village_code", Optional),
        ("longitude", Optional),
        ("latitude", Optional),
        ("capacity", Optional),
        ("residents_children", Optional),
        ("residents_elderly", Optional),
        ("residents_disabled", Optional),
    ],
};

/// The columns of the resources table.
pub static RESOURCES: TableSpec = TableSpec {
    register: "resources",
    columns: &[
        ("resource_id", Required),
        ("kind", Required),
        ("region_code", Required),
        ("headcount", Optional),
        ("caseload", Optional),
    ],
};

/// A table that was read whole.
pub struct ReadTable<T> {
    /// In the order of their ids.
    pub rows: Vec<T>,
    /// The rows of each file.
    pub rows_of_file: Vec<u64>,
    /// The names of columns that are none of the table's, sorted.
    pub ignored: Vec<String>,
    /// The rows of each file that were left out because they hold nothing.
    pub empty_rows: Vec<u64>,
    /// The columns with values that can't be read, file by file.
    pub values: Vec<FileValues>,
    /// What people should know of the columns that were found.
    pub remarks: Vec<String>,
}

/// Reads institutions.
///
/// # Errors
/// [`TableError`] of the first row that can't be read, or stands twice with different contents.
pub fn read_institutions(
    paths: &[PathBuf],
    settings: &ColumnsFile,
) -> Result<ReadTable<Institution>, TableError> {
    read(paths, &INSTITUTIONS, settings, institutions, |one| &one.id)
}

/// Reads resources.
///
/// # Errors
/// As [`read_institutions`].
pub fn read_resources(
    paths: &[PathBuf],
    settings: &ColumnsFile,
) -> Result<ReadTable<Resource>, TableError> {
    read(paths, &RESOURCES, settings, resources, |one| &one.id)
}

fn read<T: PartialEq>(
    paths: &[PathBuf],
    spec: &'static TableSpec,
    settings: &ColumnsFile,
    parse: impl Fn(&TableBatch<'_>) -> Result<Vec<T>, TableError>,
    id_of: impl Fn(&T) -> &String,
) -> Result<ReadTable<T>, TableError> {
    let files = TableFiles::open(paths, spec, settings)?;
    let mut rows: BTreeMap<String, (u64, T)> = BTreeMap::new();
    let mut rows_of_file = vec![0; paths.len()];
    files.read_all(&mut |table| {
        rows_of_file[table.file] += table.len() as u64;
        for (row, one) in parse(table)?.into_iter().enumerate() {
            match rows.get(id_of(&one)) {
                None => {
                    rows.insert(id_of(&one).clone(), (table.row_number(row), one));
                }
                Some((_, first)) if *first == one => {}
                Some((first, _)) => {
                    let column = spec.columns[0].0;
                    let (text, first) = (id_of(&one).chars().take(40).collect(), *first);
                    return Err(table.refuse_row(row, RowError::Repeated { column, text, first }));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(ReadTable {
        rows: rows.into_values().map(|(_, one)| one).collect(),
        rows_of_file,
        ignored: files.ignored(),
        empty_rows: files.empty_rows(),
        values: files.values(),
        remarks: files.remarks(),
    })
}

fn institutions(table: &TableBatch<'_>) -> Result<Vec<Institution>, TableError> {
    let own_ids = required(table, 0, "an id of its own")?;
    let names = required(table, 1, "a name")?;
    let kinds = required(table, 2, "a kind")?;
    let villages = codes(table, 3)?;
    let (longitudes, latitudes) = (reals(table, 4)?, reals(table, 5)?);
    let counts = [6, 7, 8, 9].map(|column| wholes(table, column));
    let [capacity, children, elderly, disabled] = counts;
    let counts = [capacity?, children?, elderly?, disabled?];
    let mut rows = Vec::with_capacity(table.len());
    for (row, (id, (name, kind))) in
        own_ids.into_iter().zip(names.into_iter().zip(kinds)).enumerate()
    {
        let kind = kind.parse().map_or(Cell::Unreadable, Cell::Value);
        let position = position(longitudes[row], latitudes[row]);
        let counts =
            [0, 1, 2, 3].map(|at| counts[at][row].and_then(|count| u32::try_from(count).ok()));
        let doubts =
            [kind.is_unreadable(), villages[row].is_unreadable(), position.is_unreadable()];
        let doubts = doubts.into_iter().chain(counts.map(|count| count.is_unreadable()));
        let doubtful = doubts.filter(|is_doubtful| *is_doubtful).count() as u8;
        let [capacity, children, elderly, disabled] = counts.map(Cell::value);
        rows.push(Institution {
            id,
            name,
            kind: kind.value().unwrap_or(InstitutionKind::Other),
            village: villages[row].value(),
            position: position.value(),
            capacity,
            residents: Residents { children, elderly, disabled },
            doubtful,
        });
    }
    Ok(rows)
}

/// A position by both axes; one without the other is none.
fn position(longitude: Cell<f64>, latitude: Cell<f64>) -> Cell<Position> {
    match (longitude, latitude) {
        (Cell::Empty, Cell::Empty) => Cell::Empty,
        (Cell::Value(longitude), Cell::Value(latitude)) => {
            Position::new(longitude, latitude).map_or(Cell::Unreadable, Cell::Value)
        }
        _ => Cell::Unreadable,
    }
}

fn resources(table: &TableBatch<'_>) -> Result<Vec<Resource>, TableError> {
    let own_ids = required(table, 0, "an id of its own")?;
    let kinds = required(table, 1, "a kind")?;
    let regions = codes(table, 2)?;
    let (headcounts, caseloads) = (wholes(table, 3)?, wholes(table, 4)?);
    let mut rows = Vec::with_capacity(table.len());
    for (row, (id, kind)) in own_ids.into_iter().zip(kinds).enumerate() {
        let region = regions[row].value();
        let region = region.ok_or_else(|| table.refuse(2, row, "a region code of digits"))?;
        let count = |column: usize, cell: Cell<i64>| match cell
            .and_then(|count| u32::try_from(count).ok())
        {
            Cell::Unreadable => Err(table.refuse(column, row, "a whole number")),
            cell => Ok(cell.value()),
        };
        let (headcount, caseload) = (count(3, headcounts[row])?, count(4, caseloads[row])?);
        rows.push(Resource { id, kind, region, headcount, caseload });
    }
    Ok(rows)
}

/// A column of texts, of which none may be empty.
fn required(
    table: &TableBatch<'_>,
    column: usize,
    expected: &'static str,
) -> Result<Vec<String>, TableError> {
    let texts = if column == 0 { ids(table, column)? } else { texts(table, column)? };
    let texts = texts.expect("the column is required");
    let mut values = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let text = if texts.is_valid(row) { texts.value(row).trim() } else { "" };
        if text.is_empty() {
            return Err(table.refuse(column, row, expected));
        }
        values.push(text.to_owned());
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        (folder, vec![path])
    }

    fn institutions_of(text: &str) -> Result<Vec<Institution>, TableError> {
        let (_folder, paths) = written(text);
        read_institutions(&paths, &ColumnsFile::default()).map(|read| read.rows)
    }

    #[test]
    fn reads_institutions_and_tells_of_values_that_cannot_be() {
        let read = institutions_of(
            "institution_id,name,kind,longitude,latitude,capacity,residents_children\n\
             b,Xavo,LKSA,90.05,1.05,30,12\na,Yavo,RUMAH,95,,-3,\nb,Xavo,LKSA,90.05,1.05,30,12\n",
        )
        .unwrap();
        assert_eq!(read.len(), 2);
        let [doubtful, sound] = [&read[0], &read[1]];
        assert_eq!(
            (doubtful.id.as_str(), doubtful.doubtful, doubtful.kind),
            ("a", 3, InstitutionKind::Other)
        );
        assert_eq!(
            (sound.doubtful, sound.capacity, sound.residents.children),
            (0, Some(30), Some(12))
        );
        assert!(sound.position.is_some() && doubtful.position.is_none());
    }

    #[test]
    fn an_institution_twice_and_one_without_a_name_are_named() {
        let header = "institution_id,name,kind\n";
        let error = institutions_of(&format!("{header}a,Xavo,LKS\na,Yavo,LKS\n")).unwrap_err();
        let words = "row 3: institution_id `a` stands in row 2 already, and the rows differ";
        assert!(error.to_string().contains(words), "{error}");
        let error = institutions_of(&format!("{header}a,,LKS\n")).unwrap_err();
        assert!(error.to_string().contains("row 2: name is empty"), "{error}");
    }

    #[test]
    fn a_resource_needs_a_region_and_numbers() {
        let read = |row: &str| {
            let (_folder, paths) =
                written(&format!("resource_id,kind,region_code,headcount\n{row}\n"));
            read_resources(&paths, &ColumnsFile::default()).map(|read| read.rows)
        };
        assert_eq!(read("r,TKSK,0101,3").unwrap()[0].headcount, Some(3));
        for (row, words) in
            [("r,TKSK,,3", "region_code is empty"), ("r,TKSK,01,x", "headcount is `x`")]
        {
            assert!(read(row).unwrap_err().to_string().contains(words));
        }
    }
}

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{Date32Array, Int8Array, RecordBatch, StringArray};

use super::*;

static SPEC: TableSpec = TableSpec {
    register: "persons",
    columns: &[
        ("person_id", Need::Required),
        ("birth_date", Need::Optional),
        ("sex", Need::Optional),
    ],
};

/// Each row as `number id day sex`.
fn rows(files: &TableFiles) -> Result<Vec<String>, TableError> {
    let mut all = Vec::new();
    files.read_all(&mut |batch| {
        let ids = texts(batch, 0)?.unwrap();
        let (days, sexes) = (dates(batch, 1)?, wholes(batch, 2)?);
        for row in 0..batch.len() {
            let (id, number) = (ids.value(row), batch.row_number(row));
            all.push(format!("{number} {id} {:?} {:?}", days[row].value(), sexes[row].value()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

fn open(name: &str, bytes: &[u8], columns: &str) -> Result<Vec<String>, TableError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let settings = ColumnsFile::parse(columns).unwrap();
    rows(&TableFiles::open(&[path], &SPEC, &settings)?)
}

#[test]
fn csv_is_read_in_any_order_delimiter_and_encoding() {
    let expected = ["2 a Some(1) Some(2)", "4 b None None"];
    let plain = "sex;x;birth_date;person_id\n2;;1970-01-02; a \n\n;;;b\n";
    assert_eq!(open("p.csv", plain.as_bytes(), "").unwrap(), expected);
    let utf16: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(open("p.csv", &utf16, "encoding = \"utf-16le\"").unwrap(), expected);
    let renamed = plain.replace("person_id", "NIK");
    let columns = "[persons]\nperson_id = \"NIK\"";
    assert_eq!(open("p.csv", renamed.as_bytes(), columns).unwrap(), expected);
}

#[test]
fn parquet_is_read_as_the_same() {
    let columns: [(&str, ArrayRef); 3] = [
        ("sex", Arc::new(Int8Array::from(vec![Some(2), None]))),
        ("birth_date", Arc::new(Date32Array::from(vec![Some(1), None]))),
        ("person_id", Arc::new(StringArray::from(vec!["a", "b"]))),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let expected = ["1 a Some(1) Some(2)", "2 b None None"];
    assert_eq!(open("p.parquet", &bytes, "").unwrap(), expected);
    let cut = open("p.parquet", &bytes[..bytes.len() - 9], "").unwrap_err();
    assert!(cut.to_string().starts_with("cannot read persons file"), "{cut}");
}

#[test]
fn what_can_not_be_read_is_named() {
    for (name, bytes, words) in [
        ("p.csv", &b"person_id,person_id\n"[..], "has the column `person_id` twice"),
        ("p.csv", b"", "is empty"),
        ("p.csv", b"sex\n", "has no column `person_id`; it has `sex`"),
        ("p.csv", b"sex,person_id\n1\n", "row 2: it has 1 fields where the header has 2"),
        ("p.csv", b"person_id,sex\na,x,1\n", "row 2: it has 3 fields where the header has 2"),
        ("p.csv", b"person_id,sex,birth_date\na,1990\nb,L\n", "row 3: it has 2 fields"),
        ("p.csv", b"person_id\n\xe9\n", "row 2: it is not UTF-8 text"),
        ("p.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\0", "cannot be read beyond row 1"),
        ("p.xls", b"", "ends in neither"),
        ("p.parquet", b"no", "not Parquet"),
    ] {
        let error = open(name, bytes, "").unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let error = open("p.csv", b"person_id\n", "[persons]\nnik = \"NIK\"").unwrap_err().to_string();
    assert!(error.contains("names `nik`, which is no column of persons"), "{error}");
}

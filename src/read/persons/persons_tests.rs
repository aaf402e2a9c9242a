use super::*;
use crate::domain::person::{AgeClass, Disability};

fn open(
    files: &[(&str, &str)],
    asked: Option<Definition>,
) -> Result<(tempfile::TempDir, PersonFiles), PersonsError> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    let reference = "2021-11-30".parse().unwrap();
    let files = PersonFiles::open(&paths, &ColumnsFile::default(), asked, reference)?;
    Ok((folder, files))
}

fn read(text: &str) -> Result<Vec<PersonRow>, PersonsError> {
    let (_folder, files) = open(&[("persons.csv", text)], None)?;
    let mut rows = Vec::new();
    for portion in files.portions(1).concat() {
        files.read(&portion, &mut |batch, _| {
            rows.extend(batch.rows);
            ControlFlow::Continue(())
        })?;
    }
    Ok(rows)
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn reads_ages_and_classes() {
    let rows = read(
        "person_id;household_id;sex;birth_date;age_years;disability_code\n\
         a;h;1;2020-01-01;;00\nb;h;2;;71;05\nc;h;2;1990-01-01;3;\n",
    )
    .unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.person.age, row.person.disability)).collect();
    let expected = [
        (AgeClass::Under5, None),
        (AgeClass::From70, Some(Disability::Multiple)),
        (AgeClass::From18To59, None),
    ];
    assert_eq!(told, expected);
    assert!(rows.iter().all(|row| row.is_present && !row.person.is_doubtful));
}

#[test]
fn a_value_that_cannot_be_is_not_used_and_told_of() {
    let header = "person_id,household_id,sex,birth_date,disability_code,presence\n";
    for row in [
        "a,h,3,1990-01-01,00,1",
        "a,h,,1990-01-01,00,1",
        "a,h,1,1990-02-30,00,1",
        "a,h,1,2091-01-01,00,1",
        "a,h,1,,00,1",
        "a,h,1,1990-01-01,13,1",
        "a,h,1,1990-01-01,00,ya",
    ] {
        let rows = read(&format!("{header}{row}\n")).unwrap();
        assert!(rows[0].person.is_doubtful && rows[0].is_present, "{row}");
    }
    assert!(!read(&format!("{header}a,h,1,1990-01-01,00,\n")).unwrap()[0].person.is_doubtful);
}

/// Whether the disability of each row is unknown.
fn unknown(text: &str) -> Vec<bool> {
    read(text).unwrap().iter().map(|row| row.person.is_disability_unknown).collect()
}

#[test]
fn a_disability_without_code_or_answer_is_unknown() {
    let codes = "person_id,household_id,sex,age_years,disability_code\n\
                 a,h,1,30,00\nb,h,1,30,\nc,h,1,30,99\nd,h,1,30,07\n";
    assert_eq!(unknown(codes), [false, true, true, false]);
    let answers = "person_id,household_id,sex,age_years,wg_a,wg_c\n\
                   a,h,1,30,4,\nb,h,1,30,,\nc,h,1,30,4,x\nd,h,1,30,1,x\ne,h,1,4,,\nf,h,1,4,x,\n";
    assert_eq!(unknown(answers), [false, true, true, false, false, true]);
}

#[test]
fn a_day_before_its_month_is_ambiguous_and_the_age_unknown() {
    let text = "person_id,household_id,sex,birth_date,age_years\n\
                a,h,1,01/03/1945,\nb,h,1,31-12-1945,\nc,h,1,01/03/1945,76\n";
    let rows = read(text).unwrap();
    let ages: Vec<AgeClass> = rows.iter().map(|row| row.person.age).collect();
    assert_eq!(ages, [AgeClass::Unknown, AgeClass::Unknown, AgeClass::From70]);
    assert!(rows.iter().all(|row| row.person.is_doubtful));
}

#[test]
fn values_that_cannot_be_meant_are_among_those_that_cannot_be_read() {
    let text = "person_id,household_id,sex,birth_date,age_years,disability_code,presence\n\
                a,h,1,1990-01-01,31,00,1\nb,h,3,2090-01-01,300,99,44\nc,h,2,x,y,z,q\n";
    let (_folder, files) = open(&[("persons.csv", text)], None).unwrap();
    for portion in files.portions(1).concat() {
        files.read(&portion, &mut |_, _| ControlFlow::Continue(())).unwrap();
    }
    let counts = |column: &str| {
        let values = files.values().remove(0).columns;
        let (_, values) = values.into_iter().find(|(name, _)| *name == column).unwrap();
        (values.given, values.unreadable, values.shown)
    };
    let shown = |texts: [&str; 2]| vec![(3, texts[0].to_owned()), (4, texts[1].to_owned())];
    assert_eq!(counts("birth_date"), (3, 2, shown(["2090-01-01", "x"])));
    assert_eq!(counts("age_years"), (3, 2, shown(["300", "y"])));
    assert_eq!(counts("disability_code"), (3, 2, shown(["99", "z"])));
    assert_eq!(counts("presence"), (3, 2, shown(["44", "q"])));
    assert_eq!(counts("sex"), (3, 1, vec![(3, "3".to_owned())]));
}

#[test]
fn those_who_left_are_not_present() {
    let text = "person_id,household_id,sex,age_years,presence\na,h,1,5,1\nb,h,1,5,5\nc,h,1,5,3\n";
    let present: Vec<bool> = read(text).unwrap().iter().map(|row| row.is_present).collect();
    assert_eq!(present, [true, true, false]);
}

#[test]
fn a_row_without_its_ids_is_named() {
    let header = "person_id,household_id,sex,age_years,institution_id\n";
    let error = refused(&format!("{header}a,h,1,5,\n\n,h,1,5,\n"));
    assert!(error.contains("persons.csv`, row 4: person_id is empty; every row needs"), "{error}");
    let error = refused(&format!("{header}a,,1,5,\n"));
    assert!(error.contains("row 2: household_id is empty"), "{error}");
    assert_eq!(read(&format!("{header}a,,1,5,LKSA-1\n")).unwrap().len(), 1);
    let error = refused("person_id,household_id,sex\n");
    assert!(error.contains("neither a column `birth_date` nor `age_years`"), "{error}");
    let error = refused("person_id,sex,age_years\n");
    assert!(error.contains("has no column `household_id`"), "{error}");
    let error = refused(&format!("{header}a,h\n"));
    assert!(error.contains("row 2: it has 2 fields where the header has 5"), "{error}");
    assert_eq!(read(&format!("{header}a,h,1,5\n")).unwrap().len(), 1);
}

#[test]
fn two_definitions_of_disability_are_not_mixed() {
    let dtks = ("a.csv", "person_id,household_id,sex,age_years,disability_code\n");
    let wg = ("b.csv", "person_id,household_id,sex,age_years,wg_a\n");
    let both = ("c.csv", "person_id,household_id,sex,age_years,wg_c,disability_code\n");
    let definition =
        |files: &[(&str, &str)], asked| open(files, asked).map(|(_, files)| files.definition());
    assert_eq!(definition(&[dtks], None).unwrap(), Some(Definition::Dtks));
    assert_eq!(definition(&[wg], None).unwrap(), Some(Definition::Wg));
    assert!(matches!(definition(&[dtks, wg], None), Err(PersonsError::TwoDefinitions)));
    assert!(matches!(definition(&[both], None), Err(PersonsError::TwoDefinitions)));
    assert_eq!(definition(&[both, wg], Some(Definition::Wg)).unwrap(), Some(Definition::Wg));
    let error = definition(&[dtks, wg], Some(Definition::Wg)).unwrap_err().to_string();
    assert!(error.contains("a.csv` does not tell of disabilities by the definition wg"), "{error}");
}

#[test]
fn equal_rows_have_equal_contents() {
    let text = "person_id,household_id,sex,age_years,wg_a\na,h,1,5,2\na,h,1,5,2\na,h,1,5,3\n";
    let rows = read(text).unwrap();
    assert_eq!(rows[0].content, rows[1].content);
    assert_ne!(rows[0].content, rows[2].content);
}

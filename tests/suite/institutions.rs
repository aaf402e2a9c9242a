//! Institutions and resources in a release: points with their residents, and sums by region.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{UInt32Type, UInt64Type};
use sebaran::commands::build::RegisterArgs;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::refused;
use crate::table::{read_csv, read_parquet};

fn numbers(batch: &RecordBatch, name: &str) -> Vec<Option<u32>> {
    batch.column_by_name(name).unwrap().as_primitive::<UInt32Type>().iter().collect()
}

#[test]
fn the_institutions_of_an_invented_survey_have_the_residents_that_persons_tell() {
    let country = Country::new();
    let plan = Plan { households: 6_000, faults: None, format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let file = |name: &str| vec![folder.join(name)];
    let registers = RegisterArgs {
        persons: file("persons.csv"),
        institutions: file("institutions.csv"),
        resources: file("resources.csv"),
        ..RegisterArgs::default()
    };
    let visits = file("visits-000.csv");
    let release = country.build_with("r1", &visits, registers, Means::default()).unwrap();
    let table = read_parquet(&release.file("institutions.parquet").unwrap());
    let given = read_csv(&folder.join("institutions.csv"));
    assert_eq!(table.num_rows(), given.rows.len());
    assert_eq!(table.column_by_name("geometry").unwrap().null_count(), 0);
    let persons = read_csv(&folder.join("persons.csv"));
    let mut expected: BTreeMap<&str, u32> = BTreeMap::new();
    let column = persons.column("institution_id");
    for row in persons.rows.iter().filter(|row| !row[column].is_empty()) {
        *expected.entry(&row[column]).or_default() += 1;
    }
    let ids = table.column_by_name("institution_id").unwrap().as_string::<i32>();
    for (row, counted) in numbers(&table, "persons").into_iter().enumerate() {
        assert_eq!(counted.unwrap_or(0), expected.remove(ids.value(row)).unwrap_or(0));
    }
    assert!(expected.is_empty(), "{expected:?}");
    let path = country.register().join("releases/r1/public/institutions.parquet");
    let public = read_parquet(&path);
    assert_eq!(public.num_rows(), given.rows.len());
    let columns: Vec<_> = public.schema().fields().iter().map(|it| it.name().clone()).collect();
    assert_eq!(columns, ["name", "kind", "region_code", "geometry", "capacity"]);
    let findings = &release.manifest().build().findings;
    for rule in ["unknown_institution", "institution_outside_village", "doubtful_institution"] {
        assert_eq!(findings.get(rule), None, "{rule}");
    }
    let resources = read_csv(&folder.join("resources.csv"));
    let headcounts =
        resources.rows.iter().map(|row| row[resources.column("headcount")].parse::<u64>());
    let sums = read_parquet(&release.file("resources.parquet").unwrap());
    let sums = sums.column_by_name("headcount").unwrap().as_primitive::<UInt64Type>();
    let sum: u64 = sums.iter().flatten().sum();
    assert_eq!(sum, headcounts.map(Result::unwrap).sum::<u64>());
}

#[test]
fn institutions_and_resources_that_are_not_right_are_findings() {
    let country = Country::new();
    let visits = country.write("visits.csv", refused::visits(&country));
    let (code, at) = (country.village().code, country.other_village().label);
    let (longitude, latitude) = (at.longitude(), at.latitude());
    let header =
        "institution_id,name,kind,village_code,longitude,latitude,capacity,residents_elderly";
    let rows = format!(
        "{header}\na,Xavo,PANTI_LU,{code},{longitude},{latitude},5,9\nb,Yavo,ISTANA,,,,,\n"
    );
    let institutions = vec![country.write("institutions.csv", rows)];
    let persons = "person_id,household_id,sex,age_years,institution_id\no1,rt1,1,70,nowhere\n";
    let persons = vec![country.write("persons.csv", persons)];
    let resources = "resource_id,kind,region_code\nr1,TKSK,99\n";
    let resources = vec![country.write("resources.csv", resources)];
    let registers = RegisterArgs { persons, institutions, resources, ..RegisterArgs::default() };
    let release = country.build_with("r1", &[visits], registers, Means::default()).unwrap();
    for rule in [
        "institution_outside_village",
        "institution_over_capacity",
        "doubtful_institution",
        "unplaced_institution",
        "unknown_institution",
        "resource_unknown_region",
    ] {
        assert_eq!(release.manifest().build().findings.get(rule), Some(&1), "{rule}");
    }
}

//! Everything at once: each table that a survey may come with goes through one build, and what registers
//! tell reaches the rules that ask for it.

use std::path::Path;

use sebaran::commands::build::RegisterArgs;
use sebaran::store::Release;
use sebaran::store::release;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Plan, VERSION};
use crate::program::run;
use crate::refused;
use crate::table::{read_csv, read_parquet};

const REGISTERS: [&str; 5] = ["persons", "prelist", "institutions", "resources", "recipients"];

/// The words of a build with every table in a folder.
fn words(folder: &Path, id: &str) -> Vec<String> {
    let file = |name: &str| folder.join(name).display().to_string();
    let mut words = vec!["build".to_owned(), file("visits-000.csv")];
    for register in REGISTERS.iter().chain(&["denominators"]) {
        words.extend([format!("--{register}"), file(&format!("{register}.csv"))]);
    }
    let rest = ["--regions", VERSION, "--release", id, "--reference-date", "2021-11-30"];
    words.extend(rest.map(str::to_owned));
    words
}

/// The accounts of every register close on the rows of its file.
fn close(release: &Release, folder: &Path) {
    let record = release.manifest().build();
    let rows = |name: &str| read_csv(&folder.join(name)).rows.len() as u64;
    let visits = record.accounts;
    assert_eq!(visits.rows, rows("visits-000.csv"));
    assert_eq!(visits.close(i64::try_from(visits.counted).unwrap()), Ok(()));
    let persons = record.persons.unwrap().accounts;
    assert_eq!((persons.rows, persons.close()), (rows("persons.csv"), Ok(())));
    let recipients = record.recipients.as_ref().unwrap().accounts;
    assert_eq!((recipients.rows, recipients.close()), (rows("recipients.csv"), Ok(())));
    let prelist = record.prelist.unwrap();
    let told = prelist.visited + prelist.not_visited + prelist.repeated;
    assert_eq!((prelist.rows, told), (rows("prelist.csv"), rows("prelist.csv")));
    for register in REGISTERS {
        let inputs = &record.registers[register].inputs;
        let told: u64 = inputs.iter().map(|input| input.rows).sum();
        assert_eq!(told, rows(&format!("{register}.csv")), "{register}");
    }
}

#[test]
fn every_table_of_an_invented_survey_with_faults_goes_through_one_build() {
    let country = Country::new();
    let plan = Plan { households: 6_000, faults: Some(0.1), format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let said = run(
        &country.register(),
        &words(&folder, "r1").iter().map(String::as_str).collect::<Vec<_>>(),
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
    let release = release::open(&country.register(), Some(&"r1".parse().unwrap())).unwrap();
    close(&release, &folder);
    for table in ["coverage", "programmes", "institutions", "resources", "denominators", "leaves"] {
        let table = read_parquet(&release.file(&format!("{table}.parquet")).unwrap());
        assert!(table.num_rows() > 0);
    }
    for line in ["persons", "recipients", "prelist entries", "office_position", "desk_capture"] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
    let said = run(&country.register(), &["verify", "r1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

/// How many visits have a finding of a rule, and how many households are shown in a hexagon.
fn found(release: &Release, rule: &str) -> (u64, u64) {
    let record = release.manifest().build();
    let count = record.findings.get(rule).copied().unwrap_or(0);
    (count, record.accounts.placed_in_hexagon)
}

#[test]
fn households_at_an_office_of_the_institutions_are_doubted() {
    let country = Country::new();
    let (code, at) = (country.village().code, country.village().label);
    let row = |number: usize| {
        let (longitude, latitude) = (at.longitude() + number as f64 * 4e-5, at.latitude());
        let hour = 9 + number;
        format!(
            "k{number},rt{number},{code},e1,2021-03-04T{hour:02}:12:00,1,{longitude},{latitude}\n"
        )
    };
    let header =
        "visit_id,household_id,village_code,enumerator_id,started_at,outcome,longitude,latitude";
    let rows: String = (0..6).map(row).collect();
    let visits = vec![country.write("visits.csv", format!("{header}\n{rows}"))];
    let (longitude, latitude) = (at.longitude() + 1e-4, at.latitude());
    let build = |id: &str, kind: &str| {
        let header = "institution_id,name,kind,village_code,longitude,latitude";
        let row = format!("{header}\na,Xavo,{kind},{code},{longitude},{latitude}\n");
        let institutions = vec![country.write("institutions.csv", row)];
        let registers = RegisterArgs { institutions, ..RegisterArgs::default() };
        country.build_restricted(id, &visits, registers).unwrap()
    };
    assert_eq!(found(&build("r1", "OFFICE"), "office_position"), (6, 0));
    assert_eq!(found(&build("r2", "LKSA"), "office_position"), (0, 6));
}

#[test]
fn villages_are_held_to_their_prelist_where_their_fieldwork_is_closed() {
    let country = Country::new();
    let visits = vec![country.write("visits.csv", refused::visits(&country))];
    let (code, other) = (country.village().code, country.other_village().code);
    let prelist = |listed: usize| {
        let listed = (0..listed).map(|number| format!("p{number},rt{number},{code}\n"));
        // Whether these were visited can't be known.
        let nameless = (0..100).map(|number| format!("n{number},,{code}\n"));
        let rows: String = listed.chain(nameless).collect();
        country.write("prelist.csv", format!("id_prelist,household_id,village_code\n{rows}"))
    };
    let build = |id: &str, listed: usize, closed: &[String]| {
        let prelist = vec![prelist(listed)];
        let closed = closed.iter().map(|code| code.parse().unwrap()).collect();
        let registers = RegisterArgs { prelist, closed, ..RegisterArgs::default() };
        country.build_restricted(id, &visits, registers)
    };
    let [village, province, other] =
        [code.to_string(), code.to_string()[..2].to_owned(), other.to_string()];
    for (number, (listed, closed, expected)) in [
        (13, vec![], (0, 6)),
        (13, vec![other], (0, 6)),
        (13, vec![village], (6, 0)),
        // Of 8 three quarters were visited: a note.
        (8, vec![province.clone()], (6, 6)),
        (7, vec![province], (0, 6)),
    ]
    .into_iter()
    .enumerate()
    {
        let release = build(&format!("r{number}"), listed, &closed).unwrap();
        assert_eq!(found(&release, "low_coverage"), expected, "{listed} {closed:?}");
        let told = &release.manifest().build().beside.closed;
        assert_eq!(told.iter().map(ToString::to_string).collect::<Vec<_>>(), closed);
    }
    let error = format!("{:#}", build("bad", 7, &["99".to_owned()]).unwrap_err());
    assert!(error.contains("--closed 99") && error.contains("no region"), "{error}");
}

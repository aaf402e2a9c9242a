use clap::Parser;

use super::*;
use crate::invent::survey::{Fieldwork, squares};

fn common(threads: u16) -> Common {
    Common {
        register: PathBuf::new(),
        config: None,
        quiet: true,
        json: false,
        threads: Some(threads),
    }
}

fn args(out: PathBuf, format: TableFormat) -> GenerateArgs {
    GenerateArgs {
        regions: "squares".parse().unwrap(),
        households: 12_000,
        seed: 3,
        wave: 1,
        faults: Some(0.05),
        format,
        fieldwork: Fieldwork::Complete,
        facts: None,
        reference_date: None,
        persons: Persons::Listed,
        out,
    }
}

#[test]
fn writes_the_same_bytes_whatever_the_threads() {
    let (tree, shapes) = squares::country(4);
    let folder = tempfile::tempdir().unwrap();
    for format in [TableFormat::Parquet, TableFormat::Csv] {
        let [one, four] = [1, 4].map(|threads| {
            let out = folder.path().join(format!("{threads}-{}", format.extension()));
            generate(&common(threads), &args(out, format), &tree, &shapes).unwrap()
        });
        assert_eq!(one.tables, four.tables);
        for file in one.tables.values().flat_map(|table| &table.files) {
            let bytes = |out: &Path| std::fs::read(out.join(file)).unwrap();
            assert!(bytes(&one.out) == bytes(&four.out), "{file} differs");
        }
    }
}

#[test]
fn leaves_a_folder_alone_that_holds_something() {
    let (tree, shapes) = squares::country(1);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let args = args(folder.path().to_owned(), TableFormat::Csv);
    let error = generate(&common(1), &args, &tree, &shapes).unwrap_err();
    assert!(error.to_string().ends_with("is not empty; give a new one with --out"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: GenerateArgs,
}

#[test]
fn reads_its_arguments() {
    let line = "generate --regions demo --households 10 --faults 0.02 --persons no \
                --reference-date 2021-12-31 --format csv --out x";
    let Line { args } = Line::try_parse_from(line.split_whitespace()).unwrap();
    assert_eq!((args.faults, args.persons, args.seed), (Some(0.02), Persons::Omitted, 1));
    let wrong = line.replace("0.02", "2");
    let error = Line::try_parse_from(wrong.split_whitespace()).unwrap_err();
    assert!(error.to_string().contains("give a share from 0 to 1"), "{error}");
}

//! README tells of every command, flag, route and setting, and of no other.

use std::collections::BTreeSet;

use clap::CommandFactory;
use sebaran::commands::Cli;
use sebaran::config::Config;
use sebaran::domain::visit::VisitField;
use sebaran::serve::{OGC_ROUTES, ROUTES};

const README: &str = include_str!("../../README.md");

/// Commands with their flags, as `sebaran regions import` and `sebaran regions import --mapping`.
fn spoken(command: &clap::Command, path: &str, spoken: &mut BTreeSet<String>) {
    if !command.has_subcommands() {
        spoken.insert(path.to_owned());
    }
    for flag in command.get_arguments().filter_map(|argument| argument.get_long()) {
        spoken.insert(format!("{path} --{flag}"));
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        self::spoken(sub, &format!("{path} {}", sub.get_name()), spoken);
    }
}

fn in_program() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    spoken(&Cli::command(), "sebaran", &mut all);
    all
}

/// The same, from the lines and spans of code in a text that begin with `sebaran`.
fn in_text(text: &str, program: &BTreeSet<String>) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for line in commands_in(text) {
        let mut words =
            line.split_whitespace().map(|word| word.trim_matches(['[', ']', '\'', '"']));
        let mut path = words.next().unwrap_or_default().to_owned();
        let mut is_head = true;
        for word in words {
            let longer = format!("{path} {word}");
            if word.starts_with("--") {
                let flag = word.split(['=', '|']).next().unwrap_or(word);
                told.insert(format!("{path} {flag}"));
                is_head = false;
            } else if is_head && (program.contains(&longer) || path == "sebaran") {
                path = longer;
            } else {
                is_head = false;
            }
        }
        told.insert(path);
    }
    told
}

fn commands_in(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let unbroken = text.replace("\\\n", " ");
    for line in unbroken.lines() {
        match line.strip_prefix("    ").map(str::trim_start) {
            Some(code) if code.starts_with("sebaran ") => {
                commands.push(code.split(" # ").next().unwrap_or(code).to_owned());
            }
            _ => {
                let spans = line.split('`').skip(1).step_by(2);
                commands
                    .extend(spans.filter(|span| span.starts_with("sebaran ")).map(str::to_owned));
            }
        }
    }
    commands
}

/// Flags of every command stand in README once, as the program's own.
fn without_common(all: &BTreeSet<String>) -> BTreeSet<String> {
    let common: BTreeSet<_> = Cli::command()
        .get_arguments()
        .filter_map(|argument| argument.get_long().map(|flag| format!("--{flag}")))
        .collect();
    let is_own = |item: &&String| {
        let flag = item.rsplit(' ').next().unwrap_or(item);
        !common.contains(flag) && !["--help", "--version"].contains(&flag)
    };
    all.iter().filter(is_own).cloned().collect()
}

#[test]
fn readme_tells_of_every_command_and_flag_and_of_no_other() {
    let program = in_program();
    let told = without_common(&in_text(README, &program));
    let there = without_common(&program);
    let silent: Vec<_> = there.difference(&told).collect();
    let invented: Vec<_> = told.difference(&there).collect();
    assert!(silent.is_empty(), "README does not tell of {silent:#?}");
    assert!(invented.is_empty(), "README tells of what is not there: {invented:#?}");
    for flag in Cli::command().get_arguments().filter_map(|argument| argument.get_long()) {
        assert!(README.contains(&format!("`--{flag}")), "README does not tell of --{flag}");
    }
}

#[test]
fn reads_commands_and_flags_out_of_a_text() {
    let program = BTreeSet::from(["sebaran regions", "sebaran regions import"].map(str::to_owned));
    let text =
        "Say `sebaran regions import a.gpkg --system bps`.\n\n    sebaran serve [--listen ADDR]\n";
    let expected = [
        "sebaran regions import",
        "sebaran regions import --system",
        "sebaran serve",
        "sebaran serve --listen",
    ];
    assert_eq!(in_text(text, &program), expected.map(str::to_owned).into());
}

#[test]
fn readme_tells_of_every_setting_with_its_default_and_of_no_other() {
    let settings = toml::Table::try_from(Config::default()).unwrap();
    let mut rows = BTreeSet::new();
    for (section, fields) in &settings {
        for (field, default) in fields.as_table().unwrap() {
            let default = default.to_string().trim_matches('"').trim_end_matches(".0").to_owned();
            rows.insert(format!("| `[{section}] {field}` | {default} |"));
        }
    }
    let told: BTreeSet<String> = README
        .lines()
        .filter(|line| line.starts_with("| `["))
        .map(|line| line.splitn(4, '|').take(3).collect::<Vec<_>>().join("|") + "|")
        .collect();
    assert_eq!(told, rows);
}

#[test]
fn readme_tells_of_every_route_and_of_no_other() {
    let rows = README.lines().filter_map(|line| line.strip_prefix("| `/")?.split('`').next());
    let told: BTreeSet<String> = rows.map(|path| format!("/{path}")).collect();
    let there = ROUTES.into_iter().chain(OGC_ROUTES);
    assert_eq!(told, there.map(str::to_owned).collect());
}

#[test]
fn readme_tells_of_every_column_of_visits() {
    let rows = README.lines().filter(|line| line.starts_with("| "));
    let told: BTreeSet<&str> = rows.flat_map(|row| row.split([' ', ',', '|'])).collect();
    let silent = VisitField::ALL.iter().map(|field| field.name());
    assert_eq!(silent.filter(|name| !told.contains(name)).collect::<Vec<_>>(), [""; 0]);
}

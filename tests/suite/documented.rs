//! README and the pages under `docs` describe every command, flag, setting, route, rule and column, and no other.
//!
//! The lists of commands and settings are made from the program. `UPDATE_DOCS=1` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::CommandFactory;
use sebaran::check::Rule;
use sebaran::check::register::RegisterRule;
use sebaran::commands::Cli;
use sebaran::config::Config;
use sebaran::domain::indicator::CubeColumn;
use sebaran::domain::visit::VisitField;
use sebaran::encode::Format;
use sebaran::serve::{OGC_ROUTES, ROUTES};

use crate::pages::{page, pages, write_page};

const COMMANDS: &str = "docs/reference/commands.md";
const SETTINGS: &str = "docs/reference/settings.md";
const HTTP: &str = "docs/reference/http.md";
const LAYERS: &str = "docs/reference/layers.md";
const INPUTS: &str = "docs/inputs.md";
const QUALITY: &str = "docs/quality.md";

/// The part of a page that is made from the program stands between these lines.
const BEGIN: &str =
    "<!-- Made from the program: UPDATE_DOCS=1 cargo test --test suite documented -->\n";
const END: &str = "<!-- End of what is made. -->\n";

/// Compares the made part of a page with what the program says, or writes it where `UPDATE_DOCS` is set.
fn assert_made(path: &str, made: &str) {
    let text = page(path);
    let (head, rest) = text.split_once(BEGIN).expect("the page has a line that begins the part");
    let (there, tail) = rest.split_once(END).expect("the page has a line that ends the part");
    if there == made {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some(),
        "{path} differs from the program; UPDATE_DOCS=1 writes it anew:\n{made}"
    );
    write_page(path, &format!("{head}{BEGIN}{made}{END}{tail}"));
}

/// Commands with their flags, as `sebaran regions import` and `sebaran regions import --mapping`.
fn program() -> BTreeSet<String> {
    fn collect(command: &clap::Command, path: &str, all: &mut BTreeSet<String>) {
        if !command.has_subcommands() {
            all.insert(path.to_owned());
        }
        let flags = command.get_arguments().filter_map(clap::Arg::get_long);
        all.extend(flags.map(|flag| format!("{path} --{flag}")));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            collect(sub, &format!("{path} {}", sub.get_name()), all);
        }
    }
    let mut command = Cli::command();
    command.build();
    let mut all = BTreeSet::new();
    collect(&command, "sebaran", &mut all);
    all
}

/// The same, from the lines and spans of code in a text that begin with `sebaran`.
fn in_text(text: &str, program: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in commands_in(text) {
        let mut words =
            line.split_whitespace().map(|word| word.trim_matches(['[', ']', '\'', '"']));
        let mut path = words.next().unwrap_or_default().to_owned();
        let mut is_head = true;
        for word in words {
            let longer = format!("{path} {word}");
            let begins = format!("{longer} ");
            if word.starts_with("--") {
                let flag = word.split(['=', '|']).next().unwrap_or(word);
                found.insert(format!("{path} {flag}"));
                is_head = false;
            } else if is_head
                && (path == "sebaran"
                    || program.contains(&longer)
                    || program.iter().any(|item| item.starts_with(&begins)))
            {
                path = longer;
            } else {
                is_head = false;
            }
        }
        let is_group = program.iter().any(|item| item.starts_with(&format!("{path} ")));
        if !is_group {
            found.insert(path);
        }
    }
    found
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

/// A text on one line with a full stop, which the library of the command line takes off.
fn sentence(text: &str) -> String {
    let mut sentence = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !sentence.is_empty() && !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

/// One row of a table of options: name, default and meaning.
fn option_row(argument: &clap::Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default();
    let values = values.iter().map(|name| format!(" {name}")).collect::<String>();
    let takes = argument.get_action().takes_values();
    let name = match argument.get_long() {
        Some(long) if takes => format!("--{long}{values}"),
        Some(long) => format!("--{long}"),
        None => values.trim_start().to_owned(),
    };
    let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy());
    let default = match defaults.collect::<Vec<_>>().join(" ") {
        _ if argument.is_required_set() => "required".to_owned(),
        value if value.is_empty() || !takes => String::new(),
        value => format!("`{value}`"),
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut meaning = sentence(&help);
    if takes {
        let possible = argument.get_possible_values();
        let possible: Vec<_> =
            possible.iter().map(|value| format!("`{}`", value.get_name())).collect();
        if !possible.is_empty() {
            let _ = write!(meaning, " One of {}.", possible.join(", "));
        }
    }
    if let Some(variable) = argument.get_env() {
        let _ = write!(meaning, " Variable `{}`.", variable.to_string_lossy());
    }
    format!("| `{name}` | {default} | {} |\n", meaning.replace('|', "\\|"))
}

fn option_table(arguments: &[&clap::Arg]) -> String {
    use clap::ArgAction::{Help, HelpLong, HelpShort, Version};
    let own = arguments.iter().filter(|argument| {
        let is_common = matches!(argument.get_action(), Help | HelpLong | HelpShort | Version);
        !argument.is_hide_set() && !is_common
    });
    let rows: String = own.map(|argument| option_row(argument)).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("| option | default | meaning |\n| --- | --- | --- |\n{rows}\n")
}

fn describe(command: &clap::Command, path: &str, out: &mut String) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let path = format!("{path} {}", sub.get_name());
        if !sub.has_subcommands() {
            let usage = sub.clone().render_usage().to_string();
            let usage = usage.trim_start_matches("Usage: ").trim();
            let about = sentence(&sub.get_about().map(ToString::to_string).unwrap_or_default());
            let own = sub.get_arguments().filter(|argument| !argument.is_global_set());
            let own: Vec<_> = own.collect();
            let _ = write!(out, "## {path}\n\n{about}\n\n    {usage}\n\n{}", option_table(&own));
        }
        describe(sub, &path, out);
    }
}

#[test]
fn the_page_of_commands_is_what_the_program_takes() {
    let mut command = Cli::command();
    command.build();
    let common = command.get_arguments().filter(|argument| argument.is_global_set());
    let common: Vec<_> = common.collect();
    let mut made = format!("## Every command\n\n{}", option_table(&common));
    describe(&command, "sebaran", &mut made);
    assert_made(COMMANDS, &made);
}

#[test]
fn no_page_names_a_command_or_flag_that_is_not_there() {
    let program = program();
    let mut unknown = Vec::new();
    for (path, text) in pages() {
        let found = in_text(&text, &program);
        unknown.extend(found.difference(&program).map(|name| format!("{path}: {name}")));
    }
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn reads_commands_and_flags_out_of_a_text() {
    let program = BTreeSet::from(["sebaran regions import"].map(str::to_owned));
    let text = "Say `sebaran regions import a.gpkg --system bps`, not `sebaran regions`.\n\n    \
                sebaran serve [--listen ADDR]\n";
    let expected = [
        "sebaran regions import",
        "sebaran regions import --system",
        "sebaran serve",
        "sebaran serve --listen",
    ];
    assert_eq!(in_text(text, &program), expected.map(str::to_owned).into());
}

/// Settings by section and name, with their defaults as they are written in the file.
fn settings() -> BTreeMap<String, BTreeMap<String, String>> {
    let table = toml::Table::try_from(Config::default()).unwrap();
    let fields = |fields: &toml::Value| {
        let fields = fields.as_table().unwrap().iter();
        let plain = |value: &toml::Value| {
            value.to_string().trim_matches('"').trim_end_matches(".0").to_owned()
        };
        fields.map(|(field, value)| (field.clone(), plain(value))).collect()
    };
    table.iter().map(|(section, values)| (section.clone(), fields(values))).collect()
}

/// The last cell of each row that begins with a name in code.
fn meanings(text: &str) -> BTreeMap<String, String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `["));
    let cells = rows.filter_map(|row| {
        let mut cells = row.splitn(3, " | ");
        let name = format!("[{}", cells.next()?.trim_end_matches('`'));
        Some((name, cells.nth(1)?.trim_end_matches(" |").to_owned()))
    });
    cells.collect()
}

/// Names and defaults are the program's; the meaning of a setting is written on the page.
#[test]
fn the_page_of_settings_has_every_setting_with_its_default_and_meaning() {
    let meanings = meanings(&page(SETTINGS));
    let (mut made, mut silent) = (String::new(), Vec::new());
    for (section, fields) in settings() {
        let _ =
            write!(made, "## {section}\n\n| setting | default | meaning |\n| --- | --- | --- |\n");
        for (field, default) in fields {
            let name = format!("[{section}] {field}");
            let meaning = meanings.get(&name).map_or("", String::as_str);
            if meaning.is_empty() {
                silent.push(name.clone());
            }
            let _ = writeln!(made, "| `{name}` | {default} | {meaning} |");
        }
        made.push('\n');
    }
    assert_made(SETTINGS, &made);
    assert!(silent.is_empty(), "write in {SETTINGS} what these settings mean: {silent:?}");
}

#[test]
fn no_page_names_a_setting_that_is_not_there() {
    let settings = settings();
    let mut unknown = Vec::new();
    for (path, text) in pages() {
        for span in text.split('`').skip(1).step_by(2) {
            let Some((section, field)) = span.strip_prefix('[').and_then(|it| it.split_once("] "))
            else {
                continue;
            };
            let field = field.split([' ', '=']).next().unwrap_or(field);
            let fields = settings.get(section);
            if fields.is_some_and(|fields| !fields.contains_key(field)) {
                unknown.push(format!("{path}: {span}"));
            }
        }
    }
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn the_page_of_http_has_every_route_and_no_other() {
    let text = page(HTTP);
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `/")?.split('`').next());
    let found: BTreeSet<String> = rows.map(|path| format!("/{path}")).collect();
    let there = ROUTES.into_iter().chain(OGC_ROUTES);
    assert_eq!(found, there.map(str::to_owned).collect());
}

/// The words in the rows of a page's tables.
fn in_tables(text: &str) -> BTreeSet<&str> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    rows.flat_map(|row| row.split([' ', ',', '|', '`'])).collect()
}

fn assert_in_tables(path: &str, names: impl Iterator<Item = String>) {
    let text = page(path);
    let words = in_tables(&text);
    let silent: Vec<String> = names.filter(|name| !words.contains(name.as_str())).collect();
    assert!(silent.is_empty(), "no table of {path} has {silent:?}");
}

#[test]
fn the_page_of_inputs_has_every_column_of_visits() {
    assert_in_tables(INPUTS, VisitField::ALL.iter().map(|field| field.name().to_owned()));
}

#[test]
fn the_page_of_quality_has_every_rule() {
    let registers = RegisterRule::ALL.iter().map(|rule| rule.text().name);
    let rules = Rule::ALL.iter().map(|rule| rule.name()).chain(registers);
    assert_in_tables(QUALITY, rules.map(str::to_owned));
}

#[test]
fn the_page_of_layers_has_every_format_and_column() {
    assert_in_tables(LAYERS, Format::ALL.iter().map(|format| format!(".{}", format.extension())));
    let spelt = |column: &CubeColumn| {
        toml::Value::try_from(column).unwrap().as_str().unwrap_or_default().to_owned()
    };
    assert_in_tables(LAYERS, CubeColumn::ALL.iter().map(spelt));
}

//! The accounts of a build, as it prints them.

use crate::protect::Protection;
use crate::store::Release;
use crate::store::manifest::{PersonsUsed, PrelistUsed, RecipientsUsed};

/// The accounts of a release, line by line.
pub fn accounts_of(release: &Release) -> Vec<String> {
    let record = release.manifest().build();
    let accounts = record.accounts;
    let (id, version) = (release.id(), &record.regions.version);
    let what = match record.protection {
        Protection::Public => "public figures; these accounts are exact and restricted",
        Protection::Restricted => "restricted",
    };
    let mut lines = vec![format!("release {id} on regions {version} ({what})")];
    let sums = [
        ("rows", accounts.rows),
        ("= counted households", accounts.counted),
        ("+ superseded visits", accounts.superseded),
        ("+ visits not completed", accounts.not_completed),
        ("counted households", accounts.counted),
        ("= placed in a hexagon", accounts.placed_in_hexagon),
        ("+ placed in a region only", accounts.placed_in_region_only),
        ("+ unplaced", accounts.unplaced),
    ];
    let line = |(what, count): (&str, u64)| format!("  {what:<28}{count:>14}");
    lines.extend(sums.map(line));
    lines.extend(record.persons.iter().flat_map(|used| persons_lines(used).map(line)));
    lines.extend(record.recipients.iter().flat_map(|used| recipient_lines(used).map(line)));
    lines.extend(record.prelist.iter().flat_map(|used| prelist_lines(used).map(line)));
    if !record.settings.accepted_columns.is_empty() {
        let names = record.settings.accepted_columns.join(", ");
        lines.push(format!("  unreadable values accepted in: {names}"));
    }
    let findings = record.findings.iter();
    lines.extend(findings.map(|(rule, count)| format!("  finding {rule:<20}{count:>14}")));
    if !record.ignored_columns.is_empty() {
        lines.push(format!("  columns not read: {}", record.ignored_columns.join(", ")));
    }
    let of_registers = record.registers.values().flat_map(|used| &used.inputs);
    for input in record.inputs.iter().chain(of_registers).filter(|input| input.empty_rows > 0) {
        lines.push(format!("  empty rows of {} left out: {}", input.name, input.empty_rows));
    }
    for (register, used) in &record.registers {
        if !used.ignored_columns.is_empty() {
            let names = used.ignored_columns.join(", ");
            lines.push(format!("  columns of {register} not read: {names}"));
        }
    }
    lines
}

const fn recipient_lines(used: &RecipientsUsed) -> [(&'static str, u64); 7] {
    let accounts = &used.accounts;
    [
        ("recipients", accounts.rows),
        ("= of visited households", accounts.of_visited_households),
        ("+ of unknown households", accounts.of_unknown_households),
        ("+ unknown persons", accounts.of_unknown_persons),
        ("+ in institutions", accounts.in_institutions),
        ("+ persons not given", accounts.persons_not_given),
        ("+ repeated rows", accounts.repeated),
    ]
}

const fn prelist_lines(used: &PrelistUsed) -> [(&'static str, u64); 5] {
    [
        ("prelist entries", used.rows),
        ("= visited", used.visited),
        ("+ not visited", used.not_visited),
        ("+ repeated entries", used.repeated),
        ("households not listed", used.not_listed),
    ]
}

const fn persons_lines(used: &PersonsUsed) -> [(&'static str, u64); 7] {
    let accounts = &used.accounts;
    [
        ("persons", accounts.rows),
        ("= in counted households", accounts.in_counted_households),
        ("+ in other households", accounts.in_other_households),
        ("+ in institutions", accounts.in_institutions),
        ("+ absent", accounts.absent),
        ("+ of unknown households", accounts.orphans),
        ("+ repeated rows", accounts.repeated),
    ]
}

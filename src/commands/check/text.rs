//! A quality report for a terminal.

use super::super::answer::table;
use super::report::{HeldBatch, LevelSums, Report, Sums};
use crate::check::Language;

/// Regions and officers of each level that are shown.
const SHOWN: usize = 5;
/// Held batches that are shown.
const SHOWN_HELD: usize = 10;

/// The report: totals, rules, the worst of each level, what to do next.
pub fn text(report: &Report, language: Language) -> String {
    let mut lines = unread(report, language);
    lines.extend(totals(&report.total, language));
    if report.empty_rows > 0 {
        let what = say(language, "empty rows left out:", "baris kosong yang dilewati:");
        lines.push(format!("{what} {}", report.empty_rows));
    }
    lines.extend(rules(report, language));
    for level in &report.levels {
        lines.extend(worst(level, language));
    }
    lines.extend(next(report, language));
    lines.join("\n")
}

/// Columns that can't be read, before all else.
fn unread(report: &Report, language: Language) -> Vec<String> {
    if report.unread.is_empty() {
        return Vec::new();
    }
    let title = say(
        language,
        "Columns that can't be read; a build stops for them",
        "Kolom yang tidak terbaca; build berhenti karenanya",
    );
    let columns = report.unread.iter().map(|column| format!("- {}", column.sentence()));
    std::iter::once(title.to_owned()).chain(columns).chain([String::new()]).collect()
}

/// One of two texts.
pub const fn say(language: Language, en: &'static str, id: &'static str) -> &'static str {
    match language {
        Language::English => en,
        Language::Indonesian => id,
    }
}

/// What a level is called.
pub fn level_name(level: &str, language: Language) -> String {
    let id = match level {
        "province" => "provinsi",
        "regency" => "kabupaten/kota",
        "district" => "kecamatan",
        "village" => "desa/kelurahan",
        "coordinator" => "koordinator kecamatan",
        "enumerator" => "pencacah",
        "supervisor" => "pengawas",
        "device" => "alat",
        other => other,
    };
    if language == Language::English { level.to_owned() } else { id.to_owned() }
}

pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn totals(total: &Sums, language: Language) -> Vec<String> {
    let rows = [
        (say(language, "visits", "kunjungan"), total.visits),
        (say(language, "completed", "selesai"), total.completed),
        (say(language, "in doubt: no hexagon", "diragukan: tanpa heksagon"), total.doubted),
        (say(language, "held for a supervisor", "menunggu pengawas"), total.held),
        (say(language, "noted only", "hanya catatan"), total.noted),
    ];
    let share = |count: u64| percent(count as f64 / total.visits.max(1) as f64);
    let rows = rows.map(|(what, count)| [what.to_owned(), count.to_string(), share(count)]);
    table(&rows)
}

fn rules(report: &Report, language: Language) -> Vec<String> {
    let head = ["rule", "severity", "findings", "share"].map(str::to_owned);
    let rows = report.rules.iter().map(|sums| {
        [
            sums.rule.to_owned(),
            sums.severity.to_owned(),
            sums.findings.to_string(),
            percent(sums.share),
        ]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let title = say(language, "What was found", "Yang ditemukan");
    let mut lines = vec![String::new(), title.to_owned()];
    lines.extend(table(&rows));
    lines
}

fn worst(level: &LevelSums, language: Language) -> Vec<String> {
    let worst: Vec<&Sums> =
        level.worst.iter().filter(|sums| sums.in_doubt() > 0).take(SHOWN).collect();
    if worst.is_empty() {
        return Vec::new();
    }
    let name = level_name(level.level, language);
    let most = say(language, "most in doubt", "paling banyak diragukan");
    let rows: Vec<_> = worst
        .into_iter()
        .map(|sums| {
            let rule = sums.by_rule.iter().max_by_key(|(_, visits)| *visits);
            [
                sums.id.clone(),
                sums.name.clone().unwrap_or_default(),
                sums.in_doubt().to_string(),
                format!("/ {}", sums.completed),
                percent(sums.doubted_share),
                rule.map_or("", |(rule, _)| *rule).to_owned(),
            ]
        })
        .collect();
    let mut lines = vec![String::new(), format!("{name}: {most}")];
    lines.extend(table(&rows));
    lines
}

fn next(report: &Report, language: Language) -> Vec<String> {
    let title = say(language, "What to do next", "Yang harus dilakukan");
    let mut lines = vec![String::new(), title.to_owned()];
    for column in &report.unread {
        let what = say(
            language,
            "correct the column, or build with --accept-doubtful",
            "perbaiki kolom, atau build dengan --accept-doubtful",
        );
        lines.push(format!("- {}: {what} {}", column.column, column.column));
    }
    if !report.held.is_empty() {
        let count = report.held.len();
        let what = say(
            language,
            "days and villages are held until a supervisor frees them with `sebaran findings free`:",
            "hari dan desa/kelurahan ditahan sampai dibebaskan pengawas dengan `sebaran findings free`:",
        );
        lines.push(format!("- {count} {what}"));
        let mut worst: Vec<&HeldBatch> = report.held.iter().collect();
        worst.sort_by_key(|held| std::cmp::Reverse(held.visits));
        lines.extend(worst.into_iter().take(SHOWN_HELD).map(held));
    }
    if report.proposals > 0 {
        let what = say(
            language,
            "corrected positions are proposed; decide with `sebaran findings accept` or `refuse`",
            "perbaikan posisi diusulkan; putuskan dengan `sebaran findings accept` atau `refuse`",
        );
        lines.push(format!("- {} {what}", report.proposals));
    }
    let mut told = Vec::new();
    for sums in report.rules.iter().filter(|sums| sums.severity != "note") {
        if !told.contains(&sums.of) {
            told.push(sums.of);
            let text = sums.of.text();
            lines.push(format!(
                "- {}: {}",
                sums.rule,
                say(language, text.advice_en, text.advice_id)
            ));
        }
    }
    if lines.len() == 2 {
        lines.push(say(language, "- Nothing.", "- Tidak ada.").to_owned());
    }
    lines
}

fn held(held: &HeldBatch) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let what = [part(&held.enumerator_id), part(&held.day), part(&held.village_code)];
    let what: Vec<String> = what.into_iter().filter(|text| !text.is_empty()).collect();
    format!("    {}  {}  {}", what.join(" "), held.rule, held.visits)
}

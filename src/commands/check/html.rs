//! A quality report as a page for printing: one file without scripts.

use super::report::{LevelSums, Report, Sums};
use super::text::{level_name, percent, say};
use crate::check::Language;

/// Regions and officers of each level that are shown.
const SHOWN: usize = 50;

const STYLE: &str = "body{font:14px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
table{border-collapse:collapse;margin:.5em 0 1.5em;width:100%}\
td,th{border-bottom:1px solid #ccc;padding:.2em .5em;text-align:left}\
td.n,th.n{text-align:right}tr.hold td:first-child{font-weight:bold}";

/// The page.
pub fn page(report: &Report, language: Language) -> String {
    let lang = say(language, "en", "id");
    let title = say(language, "Quality of visits", "Mutu kunjungan");
    let mut page = format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style><h1>{title}</h1>"
    );
    unread(report, language, &mut page);
    totals(&report.total, language, &mut page);
    rules(report, language, &mut page);
    for level in &report.levels {
        worst(level, language, &mut page);
    }
    held(report, language, &mut page);
    page.push_str("</html>");
    page
}

fn row(cells: &[&str], numbers: usize, page: &mut String) {
    page.push_str("<tr>");
    for (at, cell) in cells.iter().enumerate() {
        let class = if at + numbers >= cells.len() { " class=\"n\"" } else { "" };
        page.push_str(&format!("<td{class}>{}</td>", escaped(cell)));
    }
    page.push_str("</tr>");
}

fn table(title: &str, page: &mut String, rows: impl FnOnce(&mut String)) {
    page.push_str(&format!("<h2>{}</h2><table>", escaped(title)));
    rows(page);
    page.push_str("</table>");
}

/// Columns that can't be read, before all else.
fn unread(report: &Report, language: Language, page: &mut String) {
    if report.unread.is_empty() {
        return;
    }
    let title = say(language, "Columns that can't be read", "Kolom yang tidak terbaca");
    page.push_str(&format!("<h2>{}</h2><ul>", escaped(title)));
    for column in &report.unread {
        page.push_str(&format!("<li>{}</li>", escaped(&column.sentence())));
    }
    page.push_str("</ul>");
}

fn totals(total: &Sums, language: Language, page: &mut String) {
    table(say(language, "In all", "Seluruhnya"), page, |page| {
        for (what, count) in [
            (say(language, "visits", "kunjungan"), total.visits),
            (say(language, "completed", "selesai"), total.completed),
            (say(language, "in doubt", "diragukan"), total.doubted),
            (say(language, "held for a supervisor", "menunggu pengawas"), total.held),
            (say(language, "noted only", "hanya catatan"), total.noted),
        ] {
            row(&[what, &count.to_string()], 1, page);
        }
    });
}

fn rules(report: &Report, language: Language, page: &mut String) {
    table(say(language, "What was found", "Yang ditemukan"), page, |page| {
        for sums in &report.rules {
            let text = sums.of.text();
            let advice = say(language, text.advice_en, text.advice_id);
            let (count, share) = (sums.findings.to_string(), percent(sums.share));
            row(&[sums.rule, sums.severity, advice, &count, &share], 2, page);
        }
    });
}

fn worst(level: &LevelSums, language: Language, page: &mut String) {
    let doubted: Vec<&Sums> =
        level.worst.iter().filter(|sums| sums.in_doubt() > 0).take(SHOWN).collect();
    if doubted.is_empty() {
        return;
    }
    table(&level_name(level.level, language), page, |page| {
        for sums in doubted {
            let name = sums.name.as_deref().unwrap_or_default();
            let rules: Vec<String> =
                sums.by_rule.iter().map(|(rule, visits)| format!("{rule} {visits}")).collect();
            let (doubt, all) = (sums.in_doubt().to_string(), sums.completed.to_string());
            let share = percent(sums.doubted_share);
            row(&[&sums.id, name, &rules.join(", "), &doubt, &all, &share], 3, page);
        }
    });
}

fn held(report: &Report, language: Language, page: &mut String) {
    if report.held.is_empty() {
        return;
    }
    table(say(language, "Held for a supervisor", "Menunggu pengawas"), page, |page| {
        for held in &report.held {
            let part = |text: &Option<String>| text.clone().unwrap_or_default();
            let (who, day) = (part(&held.enumerator_id), part(&held.day));
            let (village, visits) = (part(&held.village_code), held.visits.to_string());
            row(&[&who, &day, &village, held.rule, &visits], 1, page);
        }
    });
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_becomes_markup() {
        assert_eq!(escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}

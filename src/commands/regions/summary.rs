//! What a version of regions holds, in words for a terminal.

use crate::commands::answer::table;
use crate::domain::code::RegionCode;
use crate::domain::region::{LeftOut, Level};
use crate::store::regions::{GapFound, Manifest, OverlapFound};

/// How many of a list are told; `--json` tells all.
const TOLD: usize = 5;

/// One version, with what was found in it.
pub fn of_version(manifest: &Manifest) -> String {
    let source = &manifest.report.source;
    let mut lines = vec![format!(
        "Regions {} ({} codes) from {}, layer {}.",
        manifest.version, manifest.system, source.name, source.layer
    )];
    lines.extend(manifest.report.licence.iter().map(|licence| format!("Licence: {licence}.")));
    lines.extend(level_lines(manifest));
    lines.extend(repair_lines(manifest));
    lines.extend(of_left_out(&manifest.report.left_out));
    lines.extend(
        manifest.report.warnings.iter().map(|warning| format!("When it was read: {warning}.")),
    );
    lines.extend(overlap_lines(&manifest.report.overlaps));
    lines.extend(gap_lines(&manifest.report.gaps));
    lines.join("\n")
}

/// All versions, one a line.
pub fn of_list(manifests: &[Manifest]) -> String {
    if manifests.is_empty() {
        return "There are no regions yet; `sebaran regions import` brings some in.".to_owned();
    }
    let mut rows = vec![
        ["version", "system", "provinces", "regencies", "districts", "villages", "source"]
            .map(str::to_owned),
    ];
    rows.extend(manifests.iter().map(|it| {
        let count = |level| it.levels.iter().find(|summary| summary.level == level);
        let count = |level| count(level).map_or_else(String::new, |it| it.regions.to_string());
        [
            it.version.to_string(),
            it.system.to_string(),
            count(Level::Province),
            count(Level::Regency),
            count(Level::District),
            count(Level::Village),
            it.report.source.name.clone(),
        ]
    }));
    table(&rows).join("\n")
}

fn level_lines(manifest: &Manifest) -> Vec<String> {
    let mut rows = vec![["level", "regions", "lake or forest", "km2"].map(str::to_owned)];
    rows.extend(manifest.levels.iter().map(|it| {
        [
            it.level.to_string(),
            it.regions.to_string(),
            it.lake_or_forest.to_string(),
            format!("{:.1}", it.area_km2),
        ]
    }));
    table(&rows)
}

fn repair_lines(manifest: &Manifest) -> Vec<String> {
    let repaired = &manifest.report.repaired;
    if repaired.is_empty() {
        return vec!["Every shape was valid as it stood.".to_owned()];
    }
    let head = format!("Shapes that were not valid and are repaired: {}.", repaired.len());
    let lines =
        repaired.iter().map(|it| format!("  {} (feature {}): {}", it.code, it.feature, it.reason));
    told(head, lines)
}

/// Which parts of geometries were no areas.
pub fn of_left_out(left_out: &[LeftOut]) -> Vec<String> {
    if left_out.is_empty() {
        return Vec::new();
    }
    let head =
        format!("Regions with parts that are no areas and are left out: {}.", left_out.len());
    let lines =
        left_out.iter().map(|it| format!("  {} (feature {}): {}", it.code, it.feature, it.parts));
    told(head, lines)
}

fn overlap_lines(overlaps: &[OverlapFound]) -> Vec<String> {
    if overlaps.is_empty() {
        return vec!["No regions overlap.".to_owned()];
    }
    let area: f64 = overlaps.iter().map(|overlap| overlap.area_km2).sum();
    let head =
        format!("Pairs of regions that overlap: {}, by {area:.4} km2 in all.", overlaps.len());
    told(head, overlaps.iter().map(|it| format!("  {} and {}: {:.4} km2", it.a, it.b, it.area_km2)))
}

fn gap_lines(gaps: &[GapFound]) -> Vec<String> {
    if gaps.is_empty() {
        return vec!["There is no gap between regions.".to_owned()];
    }
    let area: f64 = gaps.iter().map(|gap| gap.area_km2).sum();
    let head = format!("Gaps between regions: {}, {area:.4} km2 in all.", gaps.len());
    told(head, gaps.iter().map(gap_line))
}

fn gap_line(gap: &GapFound) -> String {
    let named: Vec<String> = gap.neighbours.iter().take(TOLD).map(RegionCode::to_string).collect();
    let more = gap.neighbours.len().saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "  {:.4} km2 near longitude {:.5}, latitude {:.5}, between {}{more}",
        gap.area_km2,
        gap.longitude,
        gap.latitude,
        named.join(", ")
    )
}

fn told(head: String, lines: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = lines.len().saturating_sub(TOLD);
    let mut told = vec![head];
    told.extend(lines.take(TOLD));
    if more > 0 {
        told.push(format!("  and {more} more, which --json tells"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(area_km2: f64) -> OverlapFound {
        OverlapFound { a: "0101".parse().unwrap(), b: "0102".parse().unwrap(), area_km2 }
    }

    #[test]
    fn tells_the_first_five_and_how_many_more() {
        let lines = overlap_lines(&[overlap(0.5); 7]);
        assert_eq!(lines[0], "Pairs of regions that overlap: 7, by 3.5000 km2 in all.");
        assert_eq!(lines[1], "  0101 and 0102: 0.5000 km2");
        assert_eq!(lines.last().unwrap(), "  and 2 more, which --json tells");
        assert_eq!(lines.len(), 7);
    }

    #[test]
    fn lists_nothing_with_a_remedy() {
        assert!(of_list(&[]).contains("sebaran regions import"));
    }
}

//! What is shown, to take home.

use maud::{Markup, html};

use super::First;
use crate::domain::region::RegionId;
use crate::report::words::Words;

pub fn download(first: &First<'_>, words: Words) -> Markup {
    let threshold = first.shown.layer.threshold().decile().to_string();
    let table = |format: &str| layer_url(first, "layers", format, &[]);
    let workbook = [("lang", first.address.language.name())];
    let picture = |format: &str| {
        let address = &first.address;
        let measure = address.measure.name();
        let palette = address.palette.name();
        let asked = [("lang", address.language.name()), ("measure", measure), ("palette", palette)];
        let classes = first.shown.like.map(|release| ("classes", release.as_str()));
        let asked: Vec<_> = asked.into_iter().chain(classes).collect();
        layer_url(first, "maps", format, &asked)
    };
    html! {
        section.download aria-labelledby="download" {
            h2 #download { (words.say("download.title", &[])) }
            p {
                a href=(table("csv")) { (words.say("download.csv", &[])) } " "
                a href=(layer_url(first, "layers", "xlsx", &workbook)) { (words.say("download.xlsx", &[])) } " "
                a href=(table("geojson")) { (words.say("download.geojson", &[])) } " "
                a href=(picture("svg")) { (words.say("first.svg", &[])) } " "
                a href=(picture("png")) { (words.say("first.png", &[])) } " "
                a href=(picture("pdf")) { (words.say("download.pdf", &[])) } " "
                a href=(report_url(first)) { (words.say("first.report", &[])) }
            }
            p.small {
                (words.say("download.link", &[])) " "
                (words.say("download.note", &[("threshold", &threshold)]))
            }
        }
    }
}

fn layer_url(first: &First<'_>, kind: &str, format: &str, more: &[(&str, &str)]) -> String {
    let (theme, geography) = (&first.shown.layer.theme().name, first.shown.layer.geography());
    let within = first.shown.layer.within().map(|code| code.to_string());
    let release = first.address.release.as_ref().map(ToString::to_string);
    let own = [("within", within), ("release", release)];
    let own = own.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    let asked = own.chain(more.iter().map(|(name, value)| format!("{name}={value}")));
    let asked: Vec<String> = asked.collect();
    let mark = if asked.is_empty() { "" } else { "?" };
    format!("/{kind}/{theme}/{geography}.{format}{mark}{}", asked.join("&"))
}

/// The report of the chosen region, or else of the one whose parts are shown.
fn report_url(first: &First<'_>) -> String {
    let chosen = first.chosen.as_ref().unwrap_or(&first.frame).region;
    let code = chosen
        .map_or_else(|| "nation".to_owned(), |id: RegionId| first.tree.get(id).code.to_string());
    let release = first.address.release.as_ref();
    let release = release.map_or_else(String::new, |id| format!("&release={id}"));
    format!("/regions/{code}/report?lang={}{release}", first.address.language.name())
}

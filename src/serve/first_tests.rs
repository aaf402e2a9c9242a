use axum::http::StatusCode;

use super::Limits;
use super::fixture::server;
use super::maps_tests::of_two_releases;
use super::operation_tests::ask_of;
use super::router_tests::{Answer, ask, ask_with, limits};

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

async fn page(url: &str) -> String {
    let answer = ask(url).await;
    assert_eq!(answer.status, StatusCode::OK, "{url}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{url}");
    text(&answer)
}

/// The addresses on a page that begin so, without what HTML escapes in them.
fn links(page: &str, start: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.starts_with(start)).map(|link| link.replace("&amp;", "&")).collect()
}

fn codes(page: &str) -> usize {
    let tags = page.split("<tr").skip(1).filter_map(|rest| rest.split('>').next());
    tags.filter(|tag| tag.contains("data-code")).count()
}

#[tokio::test]
async fn the_map_and_the_table_have_every_area() {
    let page = page("/?lang=en").await;
    assert_eq!((page.matches("<path data-code=\"").count(), codes(&page)), (2, 2));
    assert!(
        page.contains("households in the whole country were found poor (deciles 1 to 4)"),
        "{page}"
    );
    let hexagons = self::page("/?geography=hexagon").await;
    assert!(codes(&hexagons) > 0);
    assert_eq!(hexagons.matches("<path data-code=\"").count(), codes(&hexagons));
}

#[tokio::test]
async fn links_lead_down_to_a_village_and_up_again() {
    let mut url = "/?lang=en".to_owned();
    for code in ["01", "0101", "0101001"] {
        let page = page(&url).await;
        let area = links(&page, "/?").into_iter().find(|it| it.ends_with(&format!("area={code}")));
        url = area.unwrap_or_else(|| panic!("{url} does not lead to {code}"));
        let profile = self::page(&url).await;
        assert!(profile.contains(&format!("data-code=\"{code}\"")));
        let inside = format!("within={code}&area={code}");
        url = links(&profile, "/?").into_iter().find(|it| it.contains(&inside)).unwrap();
    }
    let villages = page(&url).await;
    assert_eq!(codes(&villages), 2);
    assert!(links(&villages, "/?").contains(&"/?lang=en".to_owned()));
}

#[tokio::test]
async fn every_link_of_a_page_is_answered() {
    let server = server(limits());
    for url in
        ["/", "/?geography=hexagon", "/?within=0101&area=0101001&geography=district", "/?q=r"]
    {
        let page = page(url).await;
        let start = ["/?", "/regions", "/layers", "/plain"];
        let found: Vec<String> = start.iter().flat_map(|start| links(&page, start)).collect();
        assert!(found.len() > 10, "{url}");
        for link in found {
            let answer = ask_of(&server, &link).await;
            assert_eq!(answer.status, StatusCode::OK, "{url} leads to {link}");
        }
    }
}

#[tokio::test]
async fn names_and_questions_stay_texts_and_nothing_stands_in_the_page_that_could_be_run() {
    let question = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%00";
    for url in [
        "/?area=01",
        "/?view=table&within=01",
        "/?geography=hexagon&within=01",
        "/regions/01/report",
    ] {
        let mark = if url.contains('?') { '&' } else { '?' };
        let asked =
            if url.contains("report") { String::new() } else { format!("{mark}q={question}") };
        let page = page(&format!("{url}{asked}")).await;
        assert!(page.contains("R &quot;01&quot;, &lt;b&gt;"), "{url}");
        for wrong in ["<b>", "<script>", " style=\"", " onclick", "javascript:"] {
            assert!(!page.contains(wrong), "{url} holds {wrong}");
        }
    }
}

#[tokio::test]
async fn whatever_an_address_has_wrong_a_page_answers() {
    let names = [
        "lang",
        "theme",
        "geography",
        "within",
        "area",
        "measure",
        "palette",
        "view",
        "sort",
        "classes",
        "at",
        "q",
    ];
    let values = [
        "",
        "%",
        "%ff%00",
        "..%2F..%2F",
        "01",
        "0101001001",
        "872830828ffffff",
        "ffffffffffffffff",
        "-1",
        "1e999",
        "%F0%9F%92%A9",
        "table",
        "hexagon",
        "village",
        "visits",
        "-share",
        "&&==",
        "<>",
        "nation",
    ];
    for name in names {
        for value in values {
            let url = format!("/?{name}={value}&within=01");
            let Ok(uri) = url.parse::<axum::http::Uri>() else { continue };
            page(&uri.to_string()).await;
        }
    }
    let long = format!("/?q={}&area={}", "x".repeat(3000), "1".repeat(3000));
    page(&long).await;
}

#[tokio::test]
async fn another_release_keeps_the_classes_of_the_one_before() {
    let page = of_two_releases("/?lang=en&classes=r0").await;
    assert!(page.contains("Classes of release r0: colours of both can be compared."), "{page}");
    assert!(links(&page, "/maps").iter().all(|link| link.contains("classes=r0")));
    assert!(links(&page, "/?").contains(&"/?lang=en".to_owned()), "the way to its own classes");
    for url in ["/?lang=en", "/?lang=en&classes=r1", "/?lang=en&classes=r9"] {
        let page = of_two_releases(url).await;
        assert!(!page.contains("Classes of release"), "{url}");
        let kept = "<input type=\"hidden\" name=\"classes\" value=\"r1\">";
        assert!(page.contains(kept), "{url}: who chooses another release keeps these");
    }
}

#[tokio::test]
async fn the_language_is_the_one_that_is_asked_for_or_liked_best() {
    let english = ask_with("/", &[("accept-language", "en-GB,en;q=0.9")]).await;
    assert!(text(&english).contains("<html lang=\"en\">"));
    assert_eq!(english.header("vary"), "accept-encoding, accept-language");
    assert!(page("/").await.contains("<html lang=\"id\">"));
    let asked = ask_with("/?lang=id", &[("accept-language", "en")]).await;
    assert!(text(&asked).contains("<html lang=\"id\">"));
}

#[tokio::test]
async fn a_page_is_asked_for_anew_each_time_and_known_by_its_tag() {
    for url in ["/?lang=en", "/?lang=en&release=r1"] {
        let first = ask(url).await;
        let again = ask_with(url, &[("if-none-match", first.header("etag"))]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    assert_ne!(ask("/?lang=en").await.header("etag"), ask("/?lang=id").await.header("etag"));
}

#[tokio::test]
async fn a_search_without_scripts_leads_into_the_region() {
    let found = page("/?lang=en&q=0101").await;
    assert!(
        links(&found, "/?")
            .contains(&"/?lang=en&geography=district&within=0101&area=0101".to_owned())
    );
    assert!(page("/?lang=en&q=zzzzzz").await.contains("No region is called that"));
}

#[tokio::test]
async fn without_room_or_without_the_release_the_bare_page_is_sent() {
    let full = server(Limits { concurrent: 0, ..limits() });
    let bare = ask_of(&full, "/").await;
    assert_eq!(bare.status, StatusCode::OK);
    assert!(!text(&bare).contains("<main"));
    let unknown = ask("/?release=r9").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(text(&unknown).contains("<html") && text(&unknown).contains("href=\"/plain\""));
}

#[tokio::test]
async fn a_report_is_there_for_each_region_and_the_nation_in_both_languages() {
    for code in ["nation", "01", "0101", "0101001", "0101001001"] {
        for (language, quality) in [("en", "Quality and margin"), ("id", "Mutu dan batas galat")] {
            let page = page(&format!("/regions/{code}/report?lang={language}")).await;
            assert_eq!(page.matches("<section class=\"side\">").count(), 2, "{code}");
            assert!(page.contains(quality) && page.contains("class=\"restricted\""), "{code}");
            assert!(!page.contains("paper.") && !page.contains("{place}"), "{code}");
        }
    }
    let village = page("/regions/0101001001/report?lang=en").await;
    assert!(village.contains("has no smaller areas"));
    assert!(village.contains("is number 1 of 1; 1 is the highest"), "{village}");
}

#[tokio::test]
async fn a_report_that_can_t_be_made_is_refused_with_a_reason() {
    for (url, status, reason) in [
        ("/regions/77/report", StatusCode::NOT_FOUND, "no region has the code"),
        ("/regions/xx/report", StatusCode::BAD_REQUEST, "code"),
        ("/regions/01/report?lang=de", StatusCode::BAD_REQUEST, "id and en"),
        ("/regions/01/report?size=A3", StatusCode::BAD_REQUEST, "there are lang, release"),
    ] {
        let answer = ask(url).await;
        assert_eq!(answer.status, status, "{url}");
        let detail = answer.detail();
        assert!(detail.to_lowercase().contains(reason), "{url}: {detail}");
    }
}

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::router_tests::{Answer, ask, ask_with};

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn finds_regions_by_name_and_by_code() {
    let found = ask("/regions?q=R+0102").await.json();
    assert_eq!((&found["release"], &found["query"]), (&json!("r1"), &json!("R 0102")));
    assert_eq!(codes(&found["regions"])[0], "0102");
    let found = ask("/regions?q=01.02&limit=2").await.json();
    assert_eq!(codes(&found["regions"]), ["0102", "0102001"]);
    let district = &found["regions"][1];
    assert_eq!(codes(&district["parents"]), ["01", "0102"]);
    assert_eq!(district["level"], "district");
    assert_eq!(district["bbox"], json!([2.0, 0.0, 3.0, 1.0]));
    assert_eq!(district["label"], json!([2.0, 0.0]));
    assert_eq!(ask("/regions?q=wwww").await.json()["regions"], json!([]));
}

#[tokio::test]
async fn tells_of_a_region_its_figures_its_rank_and_what_holds_it() {
    let answer = ask("/regions/0101").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let region = answer.json();
    assert_eq!((&region["level"], &region["kind"]), (&json!("regency"), &json!("region")));
    assert_eq!(codes(&region["parents"]), ["01"]);
    assert_eq!(codes(&region["children"]), ["0101001"]);
    let poverty = &region["themes"][0];
    assert_eq!(poverty["theme"], "poverty");
    assert_eq!((&poverty["households"], &poverty["count"]), (&json!(15), &json!(12)));
    assert_eq!((&poverty["share"], &poverty["status"]), (&json!(0.25), &json!("value")));
    assert_eq!(poverty["breakdown"]["decile_1"], 12);
    assert_eq!(poverty["rank"], json!({ "by": "share", "place": 1, "among": 2 }));
    assert_eq!(poverty["parent"]["count"], 17);
    assert_eq!(poverty["nation"]["count"], 37);
    assert_eq!(poverty["nation"]["density_km2"], 37.0 / 4.0);
}

#[tokio::test]
async fn tells_apart_why_there_is_no_figure() {
    let themes = |code: &'static str| async move {
        ask(&format!("/regions/{code}")).await.json()["themes"].as_array().unwrap().clone()
    };
    let [lake, regency] = [themes("0101001002").await, themes("0102").await];
    assert_eq!((&lake[0]["status"], &lake[0]["rank"]), (&json!("not_visited"), &Value::Null));
    assert_eq!(regency[0]["status"], "below_10");
    let disability = regency.iter().find(|theme| theme["theme"] == "disability").unwrap();
    assert_eq!((&disability["status"], &disability["count"]), (&json!("no_data"), &Value::Null));
    assert_eq!(disability["breakdown"]["physical"], Value::Null);
}

#[tokio::test]
async fn tells_of_the_nation_as_the_sum_of_its_provinces() {
    let nation = ask("/regions/nation").await.json();
    assert_eq!((&nation["code"], &nation["level"]), (&json!("nation"), &json!("nation")));
    assert_eq!(nation["bbox"], json!([0.0, 0.0, 6.0, 1.0]));
    assert_eq!(codes(&nation["children"]), ["01", "02"]);
    assert_eq!((&nation["parents"], &nation["name"]), (&json!([]), &Value::Null));
    let poverty = &nation["themes"][0];
    assert_eq!((&poverty["count"], &poverty["rank"]), (&json!(37), &Value::Null));
    assert_eq!((&poverty["parent"], &poverty["nation"]["count"]), (&Value::Null, &json!(37)));
}

#[tokio::test]
async fn figures_of_a_profile_are_those_of_the_layers() {
    for level in ["province", "regency", "district", "village"] {
        for theme in ["poverty", "elderly", "children", "disability"] {
            let url = format!("/layers/{theme}/{level}.geojson?geometry=none");
            for feature in ask(&url).await.json()["features"].as_array().unwrap() {
                let figures = &feature["properties"];
                let code = figures["code"].as_str().unwrap();
                let region = ask(&format!("/regions/{code}")).await.json();
                let told = region["themes"].as_array().unwrap();
                let told = told.iter().find(|told| told["theme"] == theme).unwrap();
                for field in ["households", "count", "share", "share_of", "density_km2", "status"] {
                    assert_eq!(told[field], figures[field], "{code} {theme} {field}");
                }
                for (column, value) in told["breakdown"].as_object().unwrap() {
                    assert_eq!(value, &figures[column], "{code} {column}");
                }
            }
        }
    }
}

#[tokio::test]
async fn draws_a_region_as_a_feature() {
    for parameters in ["", "?geometry=full"] {
        let answer = ask(&format!("/regions/01.02/geometry{parameters}")).await;
        assert_eq!(answer.header("content-type"), "application/geo+json");
        let feature = answer.json();
        assert_eq!((&feature["type"], &feature["id"]), (&json!("Feature"), &json!("0102")));
        assert_eq!(feature["geometry"]["coordinates"][0][1], json!([3.0, 0.0]));
    }
}

#[tokio::test]
async fn ranks_the_worst_and_the_best() {
    let all = ask("/ranking/regency?theme=poverty").await.json();
    // The regency without a denominator has no share.
    assert_eq!((&all["by"], &all["within"]), (&json!("share"), &Value::Null));
    assert_eq!(codes(&all["worst"]), ["0101", "0102"]);
    assert_eq!(codes(&all["best"]), ["0102", "0101"]);
    let row = &all["worst"][0];
    assert_eq!((&row["parent"], &row["moe95"]), (&json!("01"), &json!(0.0)));
    let one = ask("/ranking/regency?by=count&limit=1").await.json();
    assert_eq!((codes(&one["worst"]), codes(&one["best"])), (vec!["0201"], vec!["0102"]));
    let within = ask("/ranking/village?within=01&by=density_km2").await.json();
    assert_eq!(codes(&within["worst"]), ["0101001001"]);
    let hexagons = ask("/ranking/hex7").await.json();
    assert_eq!((&hexagons["by"], &hexagons["worst"][0]["name"]), (&json!("count"), &Value::Null));
}

#[tokio::test]
async fn writes_a_ranking_as_csv() {
    let answer = ask("/ranking/regency?theme=poverty&by=count&limit=1&f=csv").await;
    assert!(answer.header("content-type").starts_with("text/csv"));
    let text = String::from_utf8(answer.body).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("list,place,code,name,parent,households,count"));
    assert!(lines[1].starts_with(
        "worst,1,0201,\"R \"\"0201\"\", <b>\",02,20,20,0,,,,,,,,,1,0,prelist,10,value,"
    ));
    assert!(
        lines[2].starts_with("best,1,0102,") && lines[2].ends_with(",count,r1,demo-1,restricted")
    );
    assert_eq!(lines[3..], [""]);
}

#[tokio::test]
async fn writes_a_ranking_for_a_spreadsheet() {
    let url = "/ranking/regency?theme=poverty&f=csv";
    let text = |answer: Answer| String::from_utf8(answer.body).unwrap();
    let plain = text(ask(url).await);
    assert_eq!(plain, text(ask(&format!("{url}&dialect=rfc4180")).await));
    let english = text(ask(&format!("{url}&dialect=excel&lang=en")).await);
    assert_eq!(english.strip_prefix('\u{feff}'), Some(plain.as_str()));
    let indonesian = text(ask(&format!("{url}&dialect=excel")).await);
    assert!(indonesian.starts_with("\u{feff}list;place;code;"));
    assert!(plain.contains(",0.") && indonesian.contains(";0,") && !indonesian.contains("0."));
    for (more, says) in [
        ("dialect=tsv", "rfc4180 or excel, not `tsv`"),
        ("lang=en", "with dialect=excel"),
        ("f=json&dialect=excel", "Only a CSV has a dialect"),
    ] {
        let more = if more.starts_with('f') { more.to_owned() } else { format!("f=csv&{more}") };
        let answer = ask(&format!("/ranking/regency?{more}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{more}");
        assert!(String::from_utf8(answer.body).unwrap().contains(says), "{more}");
    }
}

#[tokio::test]
async fn an_answer_of_regions_is_known_by_its_tag() {
    for url in ["/regions?q=01", "/regions/01", "/regions/01/geometry", "/ranking/village"] {
        let first = ask(url).await;
        assert_eq!(first.status, StatusCode::OK, "{url}");
        let tag = first.header("etag").to_owned();
        let again = ask_with(url, &[("if-none-match", tag.as_str())]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{url}");
        let packed = ask_with(url, &[("accept-encoding", "gzip")]).await;
        assert_eq!(packed.header("content-encoding"), "gzip", "{url}");
        assert_ne!(packed.header("etag"), tag, "{url}");
    }
}

#[tokio::test]
async fn refuses_what_it_can_not_answer_and_says_what_to_do() {
    for (url, status, remedy) in [
        ("/regions", 400, "`q` is a region's name"),
        ("/regions?q=+", 400, "`q` is a region's name"),
        ("/regions?q=x&limit=101", 400, "from 1 to 100"),
        ("/regions?q=x&q=y", 400, "once"),
        ("/regions/01?with=02", 400, "no parameter `with`"),
        ("/regions/01?release=r2", 404, "there are: r1"),
        ("/regions/99", 404, "no region has the code"),
        ("/regions/nowhere", 400, "not a region code"),
        ("/regions/nation/geometry", 400, "not a region code"),
        ("/regions/01/geometry?geometry=none", 400, "`general` or `full`"),
        ("/regions/01/geometry?geometry=fine", 400, "general, full and none"),
        ("/ranking/street", 404, "hex4 to hex8"),
        ("/ranking/village?theme=wealth", 404, "poverty, elderly"),
        ("/ranking/village?by=wealth", 400, "share, count and density_km2"),
        ("/ranking/regency?within=0101001", 400, "geography below it"),
        ("/ranking/village?f=xlsx", 400, "json or csv"),
    ] {
        let answer = ask(url).await;
        assert_eq!(answer.status.as_u16(), status, "{url}");
        let detail = answer.detail();
        assert!(detail.to_lowercase().contains(&remedy.to_lowercase()), "{url}: {detail}");
    }
}

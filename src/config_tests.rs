use super::*;

fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sebaran.toml");
    fs::write(&path, text).unwrap();
    let variables = variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let shown = format!("{}/", folder.path().display());
    load(Some(&path), variables).map_err(|error| error.to_string().replace(&shown, ""))
}

#[test]
fn without_a_file_everything_has_its_default() {
    let config = load(None, []).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(load_text("", &[]), Ok(config));
}

#[test]
fn a_file_changes_what_it_names() {
    let text = "[check]\noutside_country_m = 3000\n[serve]\nlisten = \"127.0.0.1:9000\"\n";
    let config = load_text(text, &[]).unwrap();
    assert_eq!(config.check.outside_country_m, 3000.0);
    assert_eq!(config.serve.listen.port(), 9000);
    assert_eq!(config.build, BuildSettings::default());
}

#[test]
fn trusted_proxies_are_networks() {
    let shown = |config: &Config| {
        config.serve.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(shown(&Config::default()), ["127.0.0.0/8", "::1"]);
    let text = "[serve]\ntrusted_proxies = [\"10.1.0.0/16\"]\n";
    assert_eq!(shown(&load_text(text, &[]).unwrap()), ["10.1.0.0/16"]);
    let variable = ("SEBARAN_SERVE_TRUSTED_PROXIES", "[\"10.2.0.9\", \"fd00::/8\"]");
    assert_eq!(shown(&load_text(text, &[variable]).unwrap()), ["10.2.0.9", "fd00::/8"]);
    let wrong = load_text("[serve]\n\ntrusted_proxies = [\"proxy.example\"]\n", &[]).unwrap_err();
    assert!(wrong.contains("line 3: `proxy.example` is no address or network"), "{wrong}");
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let error = load(Some(Path::new("nowhere/sebaran.toml")), []).unwrap_err();
    assert_eq!(error.to_string(), "cannot read settings file `nowhere/sebaran.toml`");
}

#[test]
fn names_the_line_of_an_unknown_setting() {
    let error = load_text("[build]\nmemory_mib = 512\nmemory = 3\n", &[]).unwrap_err();
    assert!(
        error.starts_with("settings file `sebaran.toml`, line 3: unknown field `memory`"),
        "{error}"
    );
}

#[test]
fn names_the_line_of_a_wrong_value() {
    let error = load_text("\n[build]\npoverty_threshold = 5\n", &[]).unwrap_err();
    assert_eq!(
        error,
        "settings file `sebaran.toml`, line 3: the poverty threshold can't be decile 5; it is one of \
         1, 2, 3, 4 and 6"
    );
}

#[test]
fn names_the_line_of_settings_out_of_order() {
    let error = load_text("[check]\noutside_village_note_m = 600\n", &[]).unwrap_err();
    assert_eq!(
        error,
        "settings file `sebaran.toml`, line 2: `outside_village_note_m` is 600 and must be less than \
         `outside_village_doubt_m`, which is 500"
    );
    let error = load_text("[serve]\n\nconcurrency = 0\n", &[]).unwrap_err();
    assert_eq!(error, "settings file `sebaran.toml`, line 3: `concurrency` must be at least 1");
}

#[test]
fn a_variable_goes_over_the_file() {
    let text = "[build]\nmemory_mib = 512\n";
    let variables = [
        ("SEBARAN_BUILD_MEMORY_MIB", "1024"),
        ("SEBARAN_SERVE_LISTEN", "127.0.0.1:9001"),
        ("SEBARAN_CHECK_OUTSIDE_VILLAGE_NOTE_M", "600"),
        ("SEBARAN_CHECK_OUTSIDE_VILLAGE_DOUBT_M", "900.5"),
        ("SEBARAN_REGISTER", "elsewhere"),
        ("HOME", "/"),
    ];
    let config = load_text(text, &variables).unwrap();
    assert_eq!(config.build.memory_mib, 1024);
    assert_eq!(config.serve.listen.port(), 9001);
    assert_eq!(config.check.outside_village_doubt_m, 900.5);
}

#[test]
fn names_the_variable_that_is_wrong() {
    let error = load_text("", &[("SEBARAN_BUILD_MEMORY_MIB", "much")]).unwrap_err();
    assert!(error.starts_with("variable `SEBARAN_BUILD_MEMORY_MIB`: "), "{error}");
    let error = load_text("", &[("SEBARAN_BUILD_MEMROY", "1")]).unwrap_err();
    assert!(
        error.starts_with("variable `SEBARAN_BUILD_MEMROY`: unknown field `memroy`"),
        "{error}"
    );
    let error = load_text("", &[("SEBARAN_CHECK_INACCURATE_NOTE_M", "70")]).unwrap_err();
    assert!(error.starts_with("variable `SEBARAN_CHECK_INACCURATE_NOTE_M`: "), "{error}");
}

#[test]
fn names_the_line_of_a_policy_under_which_one_household_would_be_shown() {
    let error = load_text("[protect]\nepsilon_ages = 3\nleast_hex8 = 5\n", &[]).unwrap_err();
    assert!(error.contains("line 3: `least_hex8` is 5") && error.contains("larger"), "{error}");
    let error = load_text("[protect]\nepsilon_ages = 50\n", &[]).unwrap_err();
    assert!(error.contains("line 2: an epsilon is a number from 0.1 to 10"), "{error}");
    let set = load_text("[protect]\nnoise = \"epoch\"\n", &[("SEBARAN_PROTECT_LEAST_HEX7", "15")]);
    let set = set.unwrap().protect;
    assert_eq!((set.least_hex7, set.noise), (15, crate::protect::NoiseMode::Epoch));
}

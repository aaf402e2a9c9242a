//! `sebaran export`: a layer as a file.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use tracing::warn;

use super::Common;
use super::answer::print;
use super::load::served;
use crate::domain::geography::Geography;
use crate::domain::indicator::Indicators;
use crate::domain::region::Slug;
use crate::encode::{Format, Geometry};
use crate::protect::request::find_within;
use crate::protect::{LayerRequest, Protection};
use crate::report::words::Language;
use crate::serve::Told;

/// Write a layer to a file.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// `{theme}-{geography}`, for example poverty-regency.
    pub layer: LayerName,
    /// The release; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    /// `geojson`, `geojsonl`, `csv`, `parquet`, `fgb`, `gpkg` or `xlsx`.
    #[arg(long)]
    pub format: Format,
    /// Only what lies in the region of this code.
    #[arg(long)]
    pub within: Option<String>,
    /// `general`, `full` or `none`.
    #[arg(long, default_value = "general")]
    pub geometry: Geometry,
    /// Of a workbook (`xlsx`): `id` or `en`.
    #[arg(long, default_value = "id")]
    pub language: Language,
    /// Write exact figures, for this machine alone; without it, public ones.
    #[arg(long)]
    pub exact: bool,
    /// The file; `-` for standard output.
    #[arg(short, long)]
    pub output: PathBuf,
}

/// A theme in a geography, as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerName {
    pub theme: String,
    pub geography: Geography,
}

impl FromStr for LayerName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example = "a layer is {theme}-{geography}, for example poverty-regency";
        let (theme, geography) = text.rsplit_once('-').ok_or(example)?;
        let geography: Geography = geography.parse().map_err(|error| format!("{error}"))?;
        let indicators = Indicators::embedded();
        let unknown = || {
            let themes: Vec<&str> =
                indicators.themes.iter().map(|theme| theme.name.as_str()).collect();
            format!("no theme is called `{theme}`; there are {}", themes.join(", "))
        };
        let described = indicators.theme(theme).ok_or_else(unknown)?;
        described.check_geography(geography).map_err(|error| error.to_string())?;
        Ok(Self { theme: theme.to_owned(), geography })
    }
}

/// Writes the layer, aside first, so that the file is whole or not there.
///
/// # Errors
/// Where there are no public figures and no others were asked for, the region is unknown, or the file can't be
/// written.
pub fn run(common: &Common, args: &ExportArgs) -> anyhow::Result<()> {
    args.format.check_geometry(args.geometry)?;
    let figures = if args.exact { Protection::Restricted } else { Protection::Public };
    let served = served(&common.register, args.release.as_ref(), figures)?;
    if served.leaves.protection() == Protection::Restricted {
        let release = &served.label.release;
        warn!(%release, "The figures are exact and restricted: do not pass them on");
    }
    let geography = args.layer.geography;
    let within = args.within.as_deref();
    let within = within.map(|code| find_within(code, geography, &served.tree)).transpose()?;
    let theme = served.indicators.theme(&args.layer.theme).context("the theme is not described")?;
    let request = LayerRequest { theme, geography, within, bounds: None, limit: None };
    let layer = served.layer(&request);
    let features = layer.features().len();
    write_file(&args.output, |mut out| {
        let told = Told { language: args.language, filter: None };
        match args.format {
            Format::Workbook => served.write_workbook((&layer, None), told, &mut out)?,
            format => served.write(&layer, args.geometry, format, &mut out)?,
        }
        Ok(())
    })?;
    let to_stdout = args.output.as_os_str() == "-";
    if common.json && !to_stdout {
        let done = serde_json::json!({
            "release": served.label.release,
            "protection": layer.protection(),
            "features": features,
            "totals": layer.totals(),
            "output": args.output,
        });
        return print(&done.to_string());
    }
    Ok(())
}

/// Writes a file aside and puts it in its place; `-` is the standard output. Only its owner can read it.
pub(super) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if path.as_os_str() == "-" {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out)?;
        return out.flush().context("cannot write to standard output");
    }
    let refuse = || format!("cannot write `{}`", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let aside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
    let aside = aside.with_context(refuse)?;
    let mut out = BufWriter::new(aside);
    write(&mut out)?;
    let aside = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(refuse)?;
    aside.as_file().sync_all().with_context(refuse)?;
    aside.persist(path).map_err(|error| error.error).with_context(refuse)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_layer_s_name_and_says_what_there_is() {
        let name: LayerName = "poverty-hex7".parse().unwrap();
        assert_eq!((name.theme.as_str(), name.geography.name()), ("poverty", "hex7"));
        assert!("poverty".parse::<LayerName>().unwrap_err().contains("for example"));
        assert!("wealth-village".parse::<LayerName>().unwrap_err().contains("poverty, elderly"));
        assert!("visits-hex6".parse::<LayerName>().unwrap_err().contains("by region alone"));
        assert!("poverty-street".parse::<LayerName>().unwrap_err().contains("hex4 to hex8"));
    }

    #[test]
    fn leaves_no_file_behind_where_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layer.csv");
        assert!(write_file(&path, |_| anyhow::bail!("no")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        write_file(&path, |out| Ok(out.write_all(b"x")?)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
}

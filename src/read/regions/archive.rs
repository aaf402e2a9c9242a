//! Which file of a zip archive is read: shapes and geodatabases in it, without what systems add to archives.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::error::Problem;
use super::log;
use super::source::{self, Opened};

/// Endings of the files that are looked for in an archive.
const VECTOR_ENDINGS: [&str; 7] = ["shp", "gpkg", "geojson", "json", "fgb", "gml", "kml"];

/// A layer of a file in an archive.
struct Inside {
    file: PathBuf,
    layer: String,
    /// The file's name without its ending, or the layer's where the file has several.
    label: String,
}

/// Opens the file of an archive that has the layer of this name, or the only one.
pub fn open(archive: &Path, asked: Option<&str>) -> Result<Opened, Problem> {
    let files = files(archive)?;
    if files.is_empty() {
        return Err(Problem::Open { reason: "the archive holds no vector file".to_owned() });
    }
    if let [only] = files.as_slice()
        && (asked.is_none() || has_layer(archive, only, asked)?)
    {
        return source::open_file(&path_inside(archive, only), asked);
    }
    let (inside, mut warnings) = layers(archive, &files, asked.is_some())?;
    let chosen = choose(&inside, asked)?;
    warnings.extend(chosen.warning);
    let Inside { file, layer, .. } = chosen.inside;
    let opened = source::open_file(&path_inside(archive, file), Some(layer))?;
    Ok(Opened { warnings, ..opened })
}

/// The path by which GDAL knows a file of an archive; an empty one is the archive itself, which GDAL's driver of
/// geodatabases looks into on its own.
fn path_inside(archive: &Path, file: &Path) -> PathBuf {
    if file.as_os_str().is_empty() {
        let text = archive.to_string_lossy();
        return PathBuf::from(text.strip_prefix(source::ZIP).unwrap_or(&text));
    }
    archive.join(file)
}

fn has_layer(archive: &Path, file: &Path, asked: Option<&str>) -> Result<bool, Problem> {
    let opened = source::open_file(&path_inside(archive, file), None)?;
    Ok(source::layers_of(&opened.dataset).iter().any(|layer| Some(layer.as_str()) == asked))
}

/// The vector files of an archive, in the order of their paths. A geodatabase is a folder.
fn files(archive: &Path) -> Result<Vec<PathBuf>, Problem> {
    log::take();
    let all = gdal::vsi::read_dir(archive, true)
        .map_err(|_| Problem::Open { reason: format!("not a zip archive: {}", log::reason()) })?;
    let mut found = BTreeSet::new();
    let mut has_bare_tables = false;
    for entry in all.iter().filter(|entry| !is_of_the_finder(entry)) {
        if let Some(geodatabase) = geodatabase(entry) {
            found.insert(geodatabase);
        } else if VECTOR_ENDINGS.contains(&source::ending(entry).as_str()) {
            found.insert(entry.clone());
        }
        has_bare_tables |= source::ending(entry) == "gdbtable" && geodatabase(entry).is_none();
    }
    if found.is_empty() && has_bare_tables {
        // GDAL takes the archive itself for the geodatabase, where its name says so.
        if !archive.to_string_lossy().to_lowercase().ends_with(".gdb.zip") {
            let reason = "it holds the files of a geodatabase without their folder: name it \
                          NAME.gdb.zip, or zip the folder NAME.gdb";
            return Err(Problem::Open { reason: reason.to_owned() });
        }
        found.insert(PathBuf::new());
    }
    Ok(found.into_iter().collect())
}

/// The macOS Finder adds a hidden copy of each name, `__MACOSX/._name`, which holds no shapes.
fn is_of_the_finder(entry: &Path) -> bool {
    entry.components().any(|part| match part {
        Component::Normal(name) => name == "__MACOSX" || name.to_string_lossy().starts_with("._"),
        _ => false,
    })
}

/// The folder `NAME.gdb` that an entry is or lies in.
fn geodatabase(entry: &Path) -> Option<PathBuf> {
    let folders = entry.ancestors().filter(|folder| source::ending(folder) == "gdb");
    // Without the slash that ends a folder's entry.
    folders.last().map(|folder| folder.components().collect())
}

/// The layers of all files. What is named `.json` need not be `GeoJSON`: the others are a warning. A file that
/// can't be opened is an error, unless another one may be meant.
fn layers(
    archive: &Path,
    files: &[PathBuf],
    is_asked: bool,
) -> Result<(Vec<Inside>, Vec<String>), Problem> {
    let (mut inside, mut warnings) = (Vec::new(), Vec::new());
    let mut unreadable = None;
    for file in files {
        let opened = match source::open_file(&path_inside(archive, file), None) {
            Ok(opened) => opened,
            Err(problem) => {
                let what = format!("`{}` in the archive is not read: {problem}", file.display());
                if source::ending(file) == "json" || is_asked {
                    warnings.push(what);
                } else {
                    unreadable.get_or_insert(what);
                }
                continue;
            }
        };
        let layers = source::layers_of(&opened.dataset);
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_only = layers.len() == 1;
        inside.extend(layers.into_iter().map(|layer| Inside {
            file: file.clone(),
            label: if is_only { stem.clone() } else { layer.clone() },
            layer,
        }));
    }
    match unreadable {
        Some(reason) => Err(Problem::Open { reason }),
        None => Ok((inside, warnings)),
    }
}

struct Chosen<'a> {
    inside: &'a Inside,
    warning: Option<String>,
}

/// The layer that is asked for, by its name, its file's name, its file's path, or path and name.
fn choose<'a>(inside: &'a [Inside], asked: Option<&str>) -> Result<Chosen<'a>, Problem> {
    let Some(asked) = asked else {
        return match inside {
            [] => Err(Problem::NoLayer),
            [only] => Ok(Chosen { inside: only, warning: None }),
            _ => Err(Problem::SeveralLayers { known: names(inside) }),
        };
    };
    let ways: [fn(&Inside) -> String; 5] = [
        |it| it.label.clone(),
        |it| it.file.to_string_lossy().into_owned(),
        |it| it.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        |it| it.layer.clone(),
        path_and_layer,
    ];
    for way in ways {
        let found: Vec<&Inside> = inside.iter().filter(|it| way(it) == asked).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(Chosen { inside: only, warning: None }),
            several => return of_several(several, asked),
        }
    }
    Err(Problem::NoSuchLayer { asked: asked.to_owned(), known: names(inside) })
}

/// One set of boundaries is often there in several formats side by side; the same name in two folders, or twice in
/// one file, is another matter.
fn of_several<'a>(found: &[&'a Inside], asked: &str) -> Result<Chosen<'a>, Problem> {
    let first = found[0];
    let is_one_set = found.iter().skip(1).all(|other| {
        other.file != first.file && other.file.with_extension("") == first.file.with_extension("")
    });
    if !is_one_set {
        let known = found.iter().map(|it| path_and_layer(it)).collect();
        return Err(Problem::AmbiguousLayer { asked: asked.to_owned(), known });
    }
    let others: Vec<String> =
        found[1..].iter().map(|it| format!("--layer \"{}\"", it.file.display())).collect();
    let warning = format!(
        "the archive holds `{asked}` in {} formats: `{}` is read; for another give {}",
        found.len(),
        first.file.display(),
        others.join(" or ")
    );
    Ok(Chosen { inside: first, warning: Some(warning) })
}

fn path_and_layer(inside: &Inside) -> String {
    format!("{}/{}", inside.file.display(), inside.layer)
}

/// What each layer is called by --layer: its label, its file, or both where that is not enough.
fn names(inside: &[Inside]) -> Vec<String> {
    let is_unique = |name: &str, way: fn(&Inside) -> String| {
        inside.iter().filter(|other| way(other) == name).count() == 1
    };
    let name = |it: &Inside| {
        let ways: [fn(&Inside) -> String; 2] =
            [|it| it.label.clone(), |it| it.file.to_string_lossy().into_owned()];
        let unique = ways.into_iter().map(|way| (way(it), way));
        let mut unique = unique.filter(|(name, way)| is_unique(name, *way));
        unique.next().map_or_else(|| path_and_layer(it), |(name, _)| name)
    };
    inside.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_over_what_the_finder_adds() {
        for name in ["__MACOSX/a/._b.shp", "a/._b.shp", "__MACOSX/", "x/__MACOSX/b.shp"] {
            assert!(is_of_the_finder(Path::new(name)), "{name}");
        }
        assert!(!is_of_the_finder(Path::new("a/b._c.shp")));
    }

    #[test]
    fn a_geodatabase_is_the_folder_of_its_tables() {
        let folder = |entry| geodatabase(Path::new(entry));
        assert_eq!(folder("a/b.gdb/x.gdbtable"), Some(PathBuf::from("a/b.gdb")));
        assert_eq!(folder("B.GDB/"), Some(PathBuf::from("B.GDB")));
        assert_eq!(folder("a/b.gdbtable"), None);
    }

    fn inside(file: &str, layer: &str, label: &str) -> Inside {
        Inside { file: file.into(), layer: layer.to_owned(), label: label.to_owned() }
    }

    #[test]
    fn finds_a_layer_by_every_name_that_tells_it_apart() {
        let all = [
            inside("a/x.shp", "x", "x"),
            inside("b/x.shp", "x", "x"),
            inside("c.gpkg", "y", "y"),
            inside("c.gpkg", "z", "z"),
        ];
        assert_eq!(names(&all), ["a/x.shp", "b/x.shp", "y", "z"]);
        for (asked, file) in [("y", "c.gpkg"), ("b/x.shp", "b/x.shp"), ("c.gpkg/z", "c.gpkg")] {
            assert_eq!(choose(&all, Some(asked)).unwrap().inside.file, Path::new(file), "{asked}");
        }
        let refused = choose(&all, Some("x")).err().unwrap().to_string();
        assert!(refused.contains("a/x.shp/x, b/x.shp/x"), "{refused}");
        assert!(choose(&all, Some("c.gpkg")).is_err());
        assert!(choose(&all, None).is_err());
    }

    #[test]
    fn takes_one_of_several_formats_and_warns() {
        let all = [inside("a/x.geojson", "x", "x"), inside("a/x.shp", "x", "x")];
        let chosen = choose(&all, Some("x")).unwrap();
        assert_eq!(chosen.inside.file, Path::new("a/x.geojson"));
        assert!(chosen.warning.unwrap().contains("--layer \"a/x.shp\""));
    }
}

//! In which encoding a Shapefile's text is written. Other formats say it themselves, or are UTF-8.
//!
//! A `.dbf` may say nothing of its encoding, or the wrong thing. Its bytes are therefore read as they are, by way of
//! ISO-8859-1 in which each byte is a letter, and decoded here.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use gdal::vector::LayerAccess;
use gdal::{Dataset, Metadata};

use super::error::Problem;
use super::source;

/// The driver of Shapefiles.
const SHAPEFILE: &str = "ESRI Shapefile";
/// Where that driver tells of encodings.
const DOMAIN: &str = "SHAPEFILE";
/// Letters that say that text was decoded wrongly: those that stand for bytes without a meaning.
const NO_LETTERS: [std::ops::RangeInclusive<char>; 2] =
    ['\u{80}'..='\u{9f}', char::REPLACEMENT_CHARACTER..=char::REPLACEMENT_CHARACTER];

/// How the text of a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// GDAL has decoded it.
    Decoded,
    /// Each letter is a byte of the file.
    Bytes(&'static Encoding),
}

impl Text {
    /// The text, or `None` where the encoding has no such text.
    pub fn decode(self, text: String) -> Option<String> {
        let decoded = match self {
            Self::Decoded => text,
            Self::Bytes(_) if text.is_ascii() => text,
            Self::Bytes(encoding) => {
                let bytes = bytes(&text)?;
                encoding.decode_without_bom_handling_and_without_replacement(&bytes)?.into_owned()
            }
        };
        let is_none = |letter: char| NO_LETTERS.iter().any(|range| range.contains(&letter));
        (!decoded.chars().any(is_none)).then_some(decoded)
    }

    /// The text as it can best be shown.
    pub fn show(self, text: &str) -> String {
        let Self::Bytes(encoding) = self else { return text.to_owned() };
        bytes(text).map_or_else(
            || text.to_owned(),
            |bytes| encoding.decode_without_bom_handling(&bytes).0.into_owned(),
        )
    }

    /// The encoding's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decoded => "the encoding that it declares",
            Self::Bytes(encoding) => encoding.name(),
        }
    }
}

/// The bytes that the letters of ISO-8859-1 stand for.
fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
}

/// What is known of a file's encoding before its text is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// GDAL has decoded the text.
    Decoded,
    /// The user has said it.
    Asked(&'static Encoding),
    /// The file says it.
    Declared(&'static Encoding),
    /// Nothing says it.
    Nothing,
}

/// Opens a Shapefile once more so that its bytes are seen, or so that GDAL decodes an encoding that only it knows.
pub fn reopened(
    opened: source::Opened,
    asked: Option<&str>,
) -> Result<(source::Opened, Known), Problem> {
    let driver = opened.dataset.driver().short_name();
    if driver != SHAPEFILE {
        return match asked {
            None => Ok((opened, Known::Decoded)),
            Some(_) => Err(Problem::NoEncodingNeeded { driver }),
        };
    }
    let layer = opened.layer.as_deref();
    let label = asked.map(str::to_owned).or_else(|| declared(&opened.dataset, layer));
    let known = match &label {
        None => Known::Nothing,
        Some(label) => match Encoding::for_label(label.as_bytes()) {
            Some(encoding) if asked.is_some() => Known::Asked(encoding),
            Some(encoding) => Known::Declared(encoding),
            None => Known::Decoded,
        },
    };
    let seen_as = match &label {
        Some(label) if known == Known::Decoded => label.as_str(),
        _ => "ISO-8859-1",
    };
    let dataset = source::open_vector(&opened.path, Some(&format!("ENCODING={seen_as}")))?;
    // GDAL drops an encoding that it does not know.
    if item(&dataset, layer, "SOURCE_ENCODING").is_none() {
        return Err(Problem::UnknownEncoding { label: seen_as.to_owned() });
    }
    Ok((source::Opened { dataset, ..opened }, known))
}

/// The encoding that the `.cpg` file says, or else the `.dbf` itself.
fn declared(dataset: &Dataset, layer: Option<&str>) -> Option<String> {
    let item = |name| item(dataset, layer, name);
    item("ENCODING_FROM_CPG").or_else(|| item("ENCODING_FROM_LDID"))
}

/// What the driver tells of a layer, by default of the first.
fn item(dataset: &Dataset, layer: Option<&str>, name: &str) -> Option<String> {
    let mut layers = dataset.layers();
    let layer = layers.find(|found| layer.is_none_or(|layer| found.name() == layer))?;
    layer.metadata_item(name, DOMAIN).filter(|value| !value.is_empty())
}

/// What the text of a file looks like.
#[derive(Debug, Default)]
pub struct Seen {
    /// A text that is not all ASCII.
    example: Option<String>,
    is_no_utf8: bool,
}

impl Seen {
    /// Looks at a text whose letters are bytes.
    pub fn see(&mut self, text: &str) {
        if text.is_ascii() {
            return;
        }
        self.example.get_or_insert_with(|| text.to_owned());
        self.is_no_utf8 |= Text::Bytes(UTF_8).decode(text.to_owned()).is_none();
    }

    fn is_utf8(&self) -> bool {
        self.example.is_some() && !self.is_no_utf8
    }
}

impl Known {
    /// Whether the text has to be looked at before it is known how it is written.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Declared(_) | Self::Nothing)
    }

    /// How the text is written, and what the user should know of it. Letters of several bytes in UTF-8 hardly
    /// come about by chance, so text that is UTF-8 throughout is UTF-8.
    pub fn settle(&self, seen: &Seen) -> (Text, Option<String>) {
        let example = |text: Text| seen.example.as_ref().map(|example| text.show(example));
        match *self {
            Self::Decoded => (Text::Decoded, None),
            Self::Asked(encoding) => (Text::Bytes(encoding), None),
            Self::Declared(encoding) if encoding != UTF_8 && seen.is_utf8() => {
                let text = Text::Bytes(UTF_8);
                let warning = format!(
                    "the file declares its text to be {}, but all of it is valid UTF-8 and is read so, for \
                     example `{}`; if that is wrong, give --encoding {0}",
                    encoding.name(),
                    example(text).unwrap_or_default()
                );
                (text, Some(warning))
            }
            Self::Declared(encoding) => (Text::Bytes(encoding), None),
            Self::Nothing if seen.is_no_utf8 => {
                let text = Text::Bytes(WINDOWS_1252);
                let warning = format!(
                    "nothing says how the file's text is written (it has no .cpg file); it is read as \
                     windows-1252, for example `{}`; if names come out wrong, give --encoding",
                    example(text).unwrap_or_default()
                );
                (text, Some(warning))
            }
            Self::Nothing => (Text::Bytes(UTF_8), None),
        }
    }

    /// The name of a field.
    pub fn name(&self, name: &str) -> String {
        let mut seen = Seen::default();
        seen.see(name);
        let (text, _) = self.settle(&seen);
        text.show(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As GDAL gives the bytes.
    fn as_letters(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    }

    fn settle(known: &Known, texts: &[&[u8]]) -> (Text, bool) {
        let mut seen = Seen::default();
        texts.iter().for_each(|text| seen.see(&as_letters(text)));
        let (text, warning) = known.settle(&seen);
        (text, warning.is_some())
    }

    const LATIN: &[u8] = b"Ca\xf1ada";

    #[test]
    fn settles_on_what_the_text_shows_and_warns_where_it_guesses() {
        let (utf8, latin) = (Text::Bytes(UTF_8), Text::Bytes(WINDOWS_1252));
        let unicode = "Cañada".as_bytes();
        assert_eq!(settle(&Known::Nothing, &[b"Plain"]), (utf8, false));
        assert_eq!(settle(&Known::Nothing, &[unicode]), (utf8, false));
        assert_eq!(settle(&Known::Nothing, &[unicode, LATIN]), (latin, true));
        let declared = Known::Declared(WINDOWS_1252);
        assert_eq!(settle(&declared, &[b"Plain", LATIN]), (latin, false));
        assert_eq!(settle(&declared, &[unicode]), (utf8, true));
        assert_eq!(settle(&Known::Declared(UTF_8), &[LATIN]), (utf8, false));
        assert_eq!(settle(&Known::Asked(WINDOWS_1252), &[unicode]), (latin, false));
    }

    #[test]
    fn decodes_nothing_that_the_encoding_has_not() {
        let latin = as_letters(LATIN);
        assert_eq!(Text::Bytes(UTF_8).decode(latin.clone()), None);
        assert_eq!(Text::Bytes(WINDOWS_1252).decode(latin).unwrap(), "Cañada");
        assert_eq!(Text::Bytes(WINDOWS_1252).decode(as_letters(b"a\x81b")), None);
        assert_eq!(Text::Decoded.decode("a\u{fffd}".to_owned()), None);
        assert_eq!(Text::Decoded.decode("Łódź".to_owned()).unwrap(), "Łódź");
    }
}

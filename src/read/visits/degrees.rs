//! Reading longitudes and latitudes as people write them.

use crate::read::values::trim;

/// What typesetters and word processors put for a minus before a number.
const MINUSES: [char; 2] = ['\u{2212}', '\u{2013}'];

/// Which axis an angle belongs to, and so which letters name its directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    Longitude,
    Latitude,
}

/// Reads decimal degrees, or degrees, minutes and seconds: `-6.2083`, `6°12'30"S`, `6 12 30 LS`,
/// `106° 49' 35,76" BT`. `None` where it is neither, or minutes or seconds are 60 or more.
///
/// A comma is a decimal comma. A minus may be a dash, and a space may stand behind it. The letters are E, W, N, S and the Indonesian BT, BB, LU, LS.
pub fn parse(text: &str, axis: Axis) -> Option<f64> {
    let text = trim(text);
    if let Ok(plain) = text.parse::<f64>() {
        return plain.is_finite().then_some(plain);
    }
    let text = text.to_uppercase().replace(',', ".").replace(MINUSES, "-");
    let (body, direction) = split_direction(&text, axis)?;
    let (body, sign) = match (body.strip_prefix('-'), direction) {
        (Some(_), Some(_)) => return None,
        (Some(rest), None) => (rest.trim_start(), -1.0),
        (None, direction) => (body, direction.unwrap_or(1.0)),
    };
    let degrees = sign * sexagesimal(body)?;
    degrees.is_finite().then_some(degrees)
}

/// Cuts the direction off either end: the rest, and its sign where there is one.
fn split_direction(text: &str, axis: Axis) -> Option<(&str, Option<f64>)> {
    let names: &[(&str, f64)] = match axis {
        Axis::Longitude => &[("BT", 1.0), ("BB", -1.0), ("E", 1.0), ("W", -1.0)],
        Axis::Latitude => &[("LU", 1.0), ("LS", -1.0), ("N", 1.0), ("S", -1.0)],
    };
    for &(name, sign) in names {
        let rest = text.strip_suffix(name).or_else(|| text.strip_prefix(name));
        if let Some(rest) = rest {
            return Some((rest.trim(), Some(sign)));
        }
    }
    text.ends_with(|last: char| !last.is_alphabetic()).then_some((text, None))
}

/// Up to three unsigned numbers, with marks or spaces between: degrees, minutes, seconds.
fn sexagesimal(text: &str) -> Option<f64> {
    const MARKS: [char; 12] = ['°', 'º', '˚', '\'', '′', '’', '"', '″', '”', ' ', ':', '\u{a0}'];
    let mut parts = text.split(MARKS).filter(|part| !part.is_empty()).map(|part| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
            .then(|| part.parse::<f64>().ok())?
    });
    let degrees = parts.next()??;
    let minutes = parts.next().unwrap_or(Some(0.0))?;
    let seconds = parts.next().unwrap_or(Some(0.0))?;
    let is_whole = |value: f64| value.fract() == 0.0;
    let fits = parts.next().is_none()
        && minutes < 60.0
        && seconds < 60.0
        && (minutes == 0.0 || is_whole(degrees))
        && (seconds == 0.0 || is_whole(minutes));
    fits.then_some(degrees + minutes / 60.0 + seconds / 3600.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_decimal_degrees_with_a_point_or_a_comma() {
        assert_eq!(parse(" -6.2083 ", Axis::Latitude), Some(-6.2083));
        assert_eq!(parse("106,8456", Axis::Longitude), Some(106.8456));
        assert_eq!(parse("-6,5", Axis::Latitude), Some(-6.5));
    }

    #[test]
    fn reads_degrees_minutes_and_seconds() {
        let south = Some(-(6.0 + 12.0 / 60.0 + 30.0 / 3600.0));
        for text in
            ["6°12'30\"S", "6 12 30 LS", "S 6° 12' 30\"", "6º12′30″ls", "-6 12 30", "6:12:30 S"]
        {
            assert_eq!(parse(text, Axis::Latitude), south, "{text}");
        }
        assert_eq!(parse("106 30 0 BT", Axis::Longitude), Some(106.5));
        assert_eq!(parse("106°30,6'E", Axis::Longitude), Some(106.51));
        assert_eq!(parse("12 0 0 BB", Axis::Longitude), Some(-12.0));
    }

    #[test]
    fn reads_the_minus_of_typesetters_and_marks_of_direction() {
        for text in ["\u{2212}6.5", "\u{2013}6,5", "- 6.5", "\u{200e}-6.5", "\u{a0}-6.5\u{200f}"] {
            assert_eq!(parse(text, Axis::Latitude), Some(-6.5), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_angle_of_the_axis() {
        for text in [
            "",
            "abc",
            "--6.2",
            "6 60 0 S",
            "6 12 60 S",
            "6 1 2 3",
            "-6 12 30 S",
            "6.5 30 S",
            "NaN",
            "inf",
            "6 12 30 E",
        ] {
            assert_eq!(parse(text, Axis::Latitude), None, "{text}");
        }
        // More degrees than a number holds.
        assert_eq!(parse(&format!("{} S", "9".repeat(309)), Axis::Latitude), None);
    }

    /// What angles are written with, and what gets between.
    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[0-9]{1,4}",
            1 => "[0-9]{300,320}",
            3 => "[-+.,°º˚'′’\"″”: \u{a0}]",
            2 => "BT|BB|LU|LS|E|W|N|S|e|lu|ß|inf|nan",
            1 => "\\PC",
        ];
        proptest::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_read_is_a_number(text in text()) {
            for axis in [Axis::Longitude, Axis::Latitude] {
                prop_assert!(parse(&text, axis).is_none_or(f64::is_finite), "{text:?}");
            }
        }

        #[test]
        fn what_is_written_is_read(
            (degrees, minutes, tenths) in (0_u32..180, 0_u32..60, 0_u32..600),
            form in 0_usize..4,
            is_west: bool,
        ) {
            let seconds = f64::from(tenths) / 10.0;
            let side = if is_west { "BB" } else { "BT" };
            let text = match form {
                0 => format!("{degrees}°{minutes}'{seconds}\"{side}"),
                1 => format!("{side} {degrees} {minutes} {seconds}").replace('.', ","),
                2 => format!("{}{degrees}:{minutes}:{seconds}", if is_west { "-" } else { "" }),
                _ => format!("{degrees}º {minutes:02}′ {seconds:04.1}″ {}", &side[..1].replace('B', if is_west { "W" } else { "E" })),
            };
            let exact = f64::from(degrees) + f64::from(minutes) / 60.0 + seconds / 3600.0;
            let exact = if is_west { -exact } else { exact };
            let read = parse(&text, Axis::Longitude);
            prop_assert!(read.is_some_and(|read| (read - exact).abs() < 1e-12), "{text:?} {read:?}");
        }
    }
}

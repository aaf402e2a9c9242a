//! What a client prefers (RFC 9110, 12.4 and 12.5): members of a header with their weights.

use axum::http::{HeaderMap, HeaderName};

/// The members of a header with their weights in thousandths, as they stand: names in lower case, without
/// parameters. A member whose weight can't be read is passed over.
pub(super) fn weighed(headers: &HeaderMap, name: HeaderName) -> Vec<(String, u16)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let members = values.flat_map(|value| value.split(','));
    members.filter_map(member).collect()
}

fn member(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weights = parts.filter_map(|part| part.split_once('='));
    let mut weights = weights.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    let weight = weights.next().map_or(Some(1000), |(_, weight)| thousandths(weight.trim()))?;
    Some((name, weight))
}

/// A weight: 0 to 1 with at most three digits behind the point.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_part = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let part: u16 = format!("{part:0<3}").parse().ok().filter(|_| is_part)?;
    match (whole, part) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn reads_weights_and_passes_over_what_is_none() {
        let text = "A;q=0, b ; Q=0.25, c;level=1;q=1.000,, d;q=abc, e;q=1.5, f;q=-1, g;q=NaN, h";
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))]);
        let expected = [("a", 0), ("b", 250), ("c", 1000), ("h", 1000)];
        let expected = expected.map(|(name, weight)| (name.to_owned(), weight));
        assert_eq!(weighed(&headers, header::ACCEPT), expected);
    }
}

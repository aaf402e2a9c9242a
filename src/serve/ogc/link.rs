//! Links from an answer to others (RFC 8288), and the texts of URLs.

use serde::Serialize;

/// A link.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    pub href: String,
    pub rel: &'static str,
    #[serde(rename = "type")]
    pub media_type: &'static str,
    pub title: String,
}

impl Link {
    pub fn new(
        href: impl Into<String>,
        rel: &'static str,
        media_type: &'static str,
        title: impl Into<String>,
    ) -> Self {
        Self { href: href.into(), rel, media_type, title: title.into() }
    }
}

/// A path with parameters behind its question mark.
pub(super) fn with_parameters(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (at, (name, value)) in parameters.iter().enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        push_encoded(&mut url, name);
        url.push('=');
        push_encoded(&mut url, value);
    }
    url
}

/// Adds a text in which only unreserved characters stand as they are (RFC 3986).
fn push_encoded(url: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(byte.into());
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_may_hold_anything() {
        let url = with_parameters("/x", &[("filter", "a = 'é&b'"), ("limit", "1")]);
        assert_eq!(url, "/x?filter=a%20%3D%20%27%C3%A9%26b%27&limit=1");
    }
}

//! Under which address a client reached the server: what its links begin with.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Version, header};

use super::connection::Peer;
use super::error::ApiError;

/// On what an answer with links depends, as `Vary` names it.
pub(super) const VARY: HeaderValue = HeaderValue::from_static(
    "host, forwarded, x-forwarded-host, x-forwarded-prefix, x-forwarded-proto",
);

/// The address that all paths are behind, for example `https://maps.example/poverty`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Base {
    /// Scheme and authority; empty where the client named none.
    origin: String,
    /// What a proxy puts before every path: empty, or with a slash at its start and none at its end.
    pub prefix: String,
}

impl Base {
    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.prefix)
    }
}

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// What a client sends besides the path and its parameters.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub headers: HeaderMap,
    pub base: Base,
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let base = Base::from_request_parts(parts, state).await?;
        Ok(Self { headers: parts.headers.clone(), base })
    }
}

/// The proxies whose word is taken for the address under which they were reached: networks, each an address
/// and the number of its first bits that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(pub Vec<(IpAddr, u8)>);

impl Proxies {
    /// Whether an address is that of a trusted proxy.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|(network, bits)| match (network.to_canonical(), address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                same_start(network.to_bits().into(), address.to_bits().into(), 32, *bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_start(network.to_bits(), address.to_bits(), 128, *bits)
            }
            _ => false,
        })
    }
}

fn same_start(one: u128, other: u128, all: u32, bits: u8) -> bool {
    let beyond = all.saturating_sub(bits.into());
    // A shift by all 128 bits is none.
    (one ^ other).checked_shr(beyond).unwrap_or(0) == 0
}

/// Every name under which a request asks for this server, with the address that follows from them.
#[derive(Debug)]
pub(super) struct Reached {
    pub base: Base,
    /// As the request and trusted proxies say: authorities, with a port or without.
    pub names: Vec<String>,
}

impl Reached {
    /// Reads who is asked for: the authority of the address (HTTP/2, or an absolute address in HTTP/1.1) or
    /// else `Host`, and what a trusted proxy says in their place.
    ///
    /// # Errors
    /// 400 where no name is given but by HTTP/1.0, or one that is none (RFC 9112, 3.2).
    pub fn of(request: &Request, proxies: &Proxies) -> Result<Self, ApiError> {
        let headers = request.headers();
        let mut hosts = headers.get_all(header::HOST).into_iter();
        let host = hosts.next();
        if hosts.next().is_some() {
            return Err(ApiError::bad_request("The request has several Host headers: send one."));
        }
        let host = host.map(|host| host.to_str().unwrap_or("?"));
        let asked = request.uri().authority().map(Authority::as_str);
        let own: Vec<String> = asked.into_iter().chain(host).map(str::to_owned).collect();
        if own.is_empty() && request.version() != Version::HTTP_10 {
            return Err(ApiError::bad_request("The request has no Host header: send one."));
        }
        if own.iter().any(|name| !name.is_empty() && !is_authority(name)) {
            let detail =
                "What the request calls its host is none: send a name or an address, and a port.";
            return Err(ApiError::bad_request(detail));
        }
        let peer = request.extensions().get::<Peer>().map(|peer| peer.address.ip());
        let told = match peer.is_some_and(|peer| proxies.holds(peer)) {
            true => Forwarded::read(headers),
            false => Forwarded::default(),
        };
        let authority = told.host.as_ref().or(own.first()).filter(|name| !name.is_empty());
        let origin = authority.map_or_else(String::new, |authority| {
            format!("{}://{authority}", told.scheme.unwrap_or("http"))
        });
        let base = Base { origin, prefix: told.prefix.unwrap_or_default() };
        Ok(Self { base, names: own.into_iter().chain(told.host).collect() })
    }
}

/// Whether a text is a host with or without a port, and nothing that could be anything else.
fn is_authority(text: &str) -> bool {
    let (name, port) = split_port(text);
    let is_port =
        port.is_none_or(|port| port.len() <= 5 && port.bytes().all(|it| it.is_ascii_digit()));
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let is_name = match inner {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            !name.is_empty() && name.bytes().all(is_inside)
        }
    };
    text.len() <= 255 && is_port && is_name
}

/// Host and port of an authority.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (authority, None),
    }
}

/// What a proxy says of the request that it got: `Forwarded` (RFC 7239), or else `X-Forwarded-Proto`, `-Host`
/// and `-Prefix`. Of several proxies the first is meant, which the client reached.
#[derive(Debug, Default, PartialEq, Eq)]
struct Forwarded {
    scheme: Option<&'static str>,
    host: Option<String>,
    prefix: Option<String>,
}

impl Forwarded {
    fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let first = |name: &str| text(name).map(|it| it.split(',').next().unwrap_or(it).trim());
        let pairs = text("forwarded").map(first_pairs).unwrap_or_default();
        let pair = |name: &str| {
            let mut pairs = pairs.iter();
            pairs.find(|(own, _)| own == name).map(|(_, value)| value.as_str())
        };
        let scheme = pair("proto").or_else(|| first("x-forwarded-proto"));
        let scheme = scheme.map(str::to_ascii_lowercase).and_then(|scheme| match scheme.as_str() {
            "http" => Some("http"),
            "https" => Some("https"),
            _ => None,
        });
        let host = pair("host").or_else(|| first("x-forwarded-host"));
        let host = host.filter(|host| is_authority(host)).map(str::to_owned);
        let prefix = first("x-forwarded-prefix").map(|prefix| prefix.trim_end_matches('/'));
        let prefix = prefix.filter(|prefix| is_prefix(prefix)).map(str::to_owned);
        Self { scheme, host, prefix }
    }
}

/// Whether a text is the begin of a path: `/a/b`.
fn is_prefix(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !["", ".", ".."].contains(&part) && part.bytes().all(is_inside)
    };
    let parts = text.strip_prefix('/').map(|text| text.split('/'));
    text.len() <= 200 && parts.is_some_and(|mut parts| parts.all(is_part))
}

/// The pairs of the first element of `Forwarded`, names in lower case.
fn first_pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in text.chars() {
        let last = pairs.last_mut().expect("it begins with one, and none is taken out");
        match character {
            _ if is_escaped => {
                last.push(character);
                is_escaped = false;
            }
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => break,
            ';' if !is_quoted => pairs.push(String::new()),
            _ => last.push(character),
        }
    }
    let pairs = pairs.iter().filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &'static str)]) -> Forwarded {
        let pair = |&(name, value): &(&'static str, &'static str)| {
            (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        Forwarded::read(&pairs.iter().map(pair).collect())
    }

    fn told(scheme: Option<&'static str>, host: Option<&str>, prefix: Option<&str>) -> Forwarded {
        Forwarded { scheme, host: host.map(str::to_owned), prefix: prefix.map(str::to_owned) }
    }

    #[test]
    fn the_first_proxy_says_what_the_client_asked() {
        let rfc = read(&[(
            "forwarded",
            "for=\"[2001:db8::1]:4711\";Proto=HTTPS;host=\"maps.example:8443\", for=10.0.0.1;proto=http",
        )]);
        assert_eq!(rfc, told(Some("https"), Some("maps.example:8443"), None));
        let usual = read(&[
            ("x-forwarded-proto", "https, http"),
            ("x-forwarded-host", "maps.example, inner"),
            ("x-forwarded-prefix", "/poverty/"),
        ]);
        assert_eq!(usual, told(Some("https"), Some("maps.example"), Some("/poverty")));
        let both = read(&[("forwarded", "proto=https"), ("x-forwarded-proto", "http")]);
        assert_eq!(both, told(Some("https"), None, None));
    }

    #[test]
    fn what_is_no_host_scheme_or_path_is_passed_over() {
        for (name, value) in [
            ("forwarded", "host=\"a\\\"><script>\""),
            ("forwarded", "proto"),
            ("x-forwarded-host", "a b"),
            ("x-forwarded-host", "me@maps.example"),
            ("x-forwarded-host", "maps.example:port"),
            ("x-forwarded-host", "[::1"),
            ("x-forwarded-proto", "javascript"),
            ("x-forwarded-prefix", "//evil.example"),
            ("x-forwarded-prefix", "/a/../b"),
            ("x-forwarded-prefix", "poverty"),
            ("x-forwarded-prefix", "/"),
        ] {
            assert_eq!(read(&[(name, value)]), Forwarded::default(), "{name}: {value}");
        }
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_as_it_does() {
        let network = |address: &str, bits| Proxies(vec![(address.parse().unwrap(), bits)]);
        let holds = |proxies: &Proxies, address: &str| proxies.holds(address.parse().unwrap());
        let ten = network("10.20.0.0", 16);
        assert!(holds(&ten, "10.20.255.1") && holds(&ten, "::ffff:10.20.0.9"));
        assert!(!holds(&ten, "10.21.0.0") && !holds(&ten, "::1"));
        let all = network("::", 0);
        assert!(holds(&all, "2001:db8::1") && !holds(&all, "10.0.0.1"));
        let one = network("2001:db8::1", 128);
        assert!(holds(&one, "2001:db8::1") && !holds(&one, "2001:db8::2"));
        assert!(!Proxies::default().holds("127.0.0.1".parse().unwrap()));
    }
}

//! The client to which connections, requests and work are counted.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::Request;
use axum::http::{HeaderMap, header};

use super::connection::Peer;
use super::reached::{Proxies, split_port};

/// Whether clients on this machine are counted as others are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loopback {
    /// They are not: they are a proxy, or the operator's own programs.
    #[default]
    Free,
    Counted,
}

/// A client: an address, or in IPv6 its network of 64 bits, because a client has a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClientKey(IpAddr);

tokio::task_local! {
    /// The client whose request a task answers.
    pub(super) static ASKER: Option<ClientKey>;
}

/// The client whose request this task answers; `None` where it is not counted.
pub(super) fn asker() -> Option<ClientKey> {
    ASKER.try_with(|client| *client).ok().flatten()
}

/// By what clients are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting<'a> {
    pub proxies: &'a Proxies,
    pub loopback: Loopback,
}

impl Counting<'_> {
    /// To whom a connection is counted; `None` where it is a proxy's, which has those of many clients.
    pub fn of_connection(self, peer: IpAddr) -> Option<ClientKey> {
        let is_counted = self.loopback == Loopback::Counted && peer.to_canonical().is_loopback();
        if self.proxies.holds(peer) && !is_counted {
            return None;
        }
        self.key(peer)
    }

    /// To whom a request is counted: to its sender, or behind a trusted proxy to the client that the proxy names.
    pub fn of_request(self, request: &Request) -> Option<ClientKey> {
        let peer = request.extensions().get::<Peer>()?.address.ip();
        if !self.proxies.holds(peer) {
            return self.key(peer);
        }
        // A proxy adds its own client at the end; what stands before the first who is no proxy may be made up.
        let mut addresses = forwarded(request.headers()).into_iter().rev();
        match addresses.find(|address| !address.is_some_and(|it| self.proxies.holds(it))) {
            Some(address) => self.key(address?),
            None => self.of_connection(peer),
        }
    }

    fn key(self, client: IpAddr) -> Option<ClientKey> {
        match client.to_canonical() {
            address if address.is_loopback() && self.loopback == Loopback::Free => None,
            IpAddr::V4(address) => Some(ClientKey(address.into())),
            IpAddr::V6(address) if address.is_loopback() => Some(ClientKey(address.into())),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Some(ClientKey(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()))
            }
        }
    }
}

/// The addresses that proxies added, the last one last: of `Forwarded` (RFC 7239), or else `X-Forwarded-For`. `None`
/// stands for one that is not told.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let elements = |name: &header::HeaderName| -> Vec<String> {
        let texts = headers.get_all(name).into_iter().filter_map(|text| text.to_str().ok());
        texts.flat_map(|text| text.split(',')).map(|text| text.trim().to_owned()).collect()
    };
    let named = elements(&header::FORWARDED);
    if named.is_empty() {
        let usual = elements(&header::HeaderName::from_static("x-forwarded-for"));
        return usual.iter().map(|text| node(text)).collect();
    }
    let client = |element: &String| {
        let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let pair = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        pair.and_then(|(_, text)| node(text.trim()))
    };
    named.iter().map(client).collect()
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::1` or `"[2001:db8::1]:4711"`.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let (name, _) = split_port(text);
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    inner.unwrap_or(name).parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn proxies() -> Proxies {
        Proxies(vec![("127.0.0.0".parse().unwrap(), 8), ("10.20.0.0".parse().unwrap(), 16)])
    }

    fn client(loopback: Loopback, peer: &str, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = Peer { address: format!("{peer}:5000").parse().unwrap() };
        let request = request.extension(peer).body(Body::empty()).unwrap();
        let counting = Counting { proxies: &proxies(), loopback };
        counting.of_request(&request).map(|client| client.0.to_string())
    }

    #[test]
    fn a_request_is_counted_to_its_sender_whatever_that_one_says() {
        let says = [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.2")];
        let of = |peer| client(Loopback::Free, peer, &says);
        assert_eq!(of("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(of("[::ffff:192.0.2.7]").as_deref(), Some("192.0.2.7"));
        assert_eq!(of("[2001:db8:1:2:3::4]").as_deref(), Some("2001:db8:1:2::"));
    }

    #[test]
    fn behind_a_proxy_the_last_who_is_no_proxy_is_the_client() {
        let of = |headers: &[(&str, &str)]| client(Loopback::Free, "10.20.0.1", headers);
        for headers in [
            [("x-forwarded-for", "192.0.2.7")],
            [("x-forwarded-for", "198.51.100.1, 192.0.2.7, 10.20.3.4")],
            [("x-forwarded-for", "made up, 192.0.2.7:4711")],
            [("forwarded", "for=198.51.100.1;proto=https, For=\"192.0.2.7:80\";host=a")],
        ] {
            assert_eq!(of(&headers).as_deref(), Some("192.0.2.7"), "{headers:?}");
        }
        let six = of(&[("forwarded", "for=\"[2001:db8:1:2:3::4]:4711\"")]);
        assert_eq!(six.as_deref(), Some("2001:db8:1:2::"));
        // Two lines are one list.
        let lines = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "192.0.2.7")];
        assert_eq!(of(&lines).as_deref(), Some("192.0.2.7"));
        assert_eq!(of(&[("x-forwarded-for", "192.0.2.7, unknown")]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn this_machine_is_counted_where_that_is_asked_for() {
        for peer in ["127.0.0.2", "[::1]"] {
            assert_eq!(client(Loopback::Free, peer, &[]), None);
            let counted = client(Loopback::Counted, peer, &[]).unwrap();
            assert_eq!(counted, peer.trim_matches(['[', ']']));
        }
        let named = client(Loopback::Counted, "127.0.0.1", &[("x-forwarded-for", "192.0.2.7")]);
        assert_eq!(named.as_deref(), Some("192.0.2.7"));
    }
}

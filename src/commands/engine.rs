//! Where a build's plan runs: `--engine`.

use std::fmt;
use std::str::FromStr;

/// What runs a build's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// This process.
    Local,
    /// The cluster of a scheduler at `host:port`.
    Ballista(String),
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no engine; say local, or ballista://host:port for a cluster")]
pub struct UnknownEngine(String);

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(text: &str) -> Result<Self, UnknownEngine> {
        if text == "local" {
            return Ok(Self::Local);
        }
        let address = text.strip_prefix("ballista://").map(|rest| rest.trim_end_matches('/'));
        match address.and_then(host_and_port) {
            Some((host, port)) => Ok(Self::Ballista(format!("{host}:{port}"))),
            None => Err(UnknownEngine(text.to_owned())),
        }
    }
}

/// The host and the port of an address `host:port`; an IPv6 host stands in brackets.
pub fn host_and_port(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let is_plain = |text: &str| !text.is_empty() && !text.contains([':', '/', '@', ' ', '[', ']']);
    let is_bracketed = |text: &str| {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
    };
    let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
    (is_plain(host) || is_bracketed(host)).then_some((host, port))
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Ballista(address) => write!(f, "ballista://{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_local_or_a_schedulers_address() {
        assert_eq!("local".parse::<Engine>().unwrap(), Engine::Local);
        for address in ["host:50050", "10.0.0.1:1", "[::1]:50050"] {
            let engine: Engine = format!("ballista://{address}/").parse().unwrap();
            assert_eq!(engine, Engine::Ballista(address.to_owned()));
            assert_eq!(engine.to_string(), format!("ballista://{address}"));
        }
        for text in
            ["", "cluster", "ballista://", "ballista://h", "ballista://h:0", "ballista://a/b:1"]
        {
            assert!(text.parse::<Engine>().is_err(), "{text}");
        }
    }
}

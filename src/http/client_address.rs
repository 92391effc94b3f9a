//! The address of the client, behind proxies that are trusted to name it.
//!
//! Each proxy appends the address it was reached from, so the entries are read from the right:
//! those of trusted proxies are skipped, and the first other one is the client. What stands to its
//! left was written by the client and means nothing.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Returns the address of the client that reached the server from `peer`.
///
/// `X-Forwarded-For` counts before `Forwarded` (RFC 7239). An entry that is no address, such as
/// `unknown`, ends the search at the proxy that wrote it.
pub fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let mut client = peer.to_canonical();
    if !is_trusted(client) {
        return client;
    }
    for named in hops(headers).iter().rev() {
        let Some(address) = named.as_deref().and_then(parse_node) else {
            return client;
        };
        client = address.to_canonical();
        if !is_trusted(client) {
            return client;
        }
    }
    client
}

/// Returns what each proxy said, in the order of the headers; `None` for one that named nobody.
fn hops(headers: &HeaderMap) -> Vec<Option<String>> {
    let lines = |name: HeaderName| {
        let all = headers.get_all(name).into_iter();
        all.map(|line| line.to_str().unwrap_or_default().to_owned())
    };
    if headers.contains_key(X_FORWARDED_FOR) {
        let entries = lines(X_FORWARDED_FOR).flat_map(|line| {
            let entries = line.split(',').map(|entry| Some(entry.trim().to_owned()));
            entries.collect::<Vec<_>>()
        });
        return entries.collect();
    }
    lines(header::FORWARDED)
        .flat_map(|line| {
            let elements = split_outside_quotes(&line, ',');
            elements
                .iter()
                .map(|one| forwarded_for(one))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Returns the node of the parameter `for` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<String> {
    split_outside_quotes(element, ';').iter().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let is_for = name.trim().eq_ignore_ascii_case("for");
        is_for.then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<String> {
    let mut quoted = false;
    let parts = text.split(|letter: char| {
        quoted ^= letter == '"';
        letter == separator && !quoted
    });
    parts.map(str::to_owned).collect()
}

/// Parses an address with or without port and brackets.
fn parse_node(node: &str) -> Option<IpAddr> {
    let plain = node.parse().ok();
    let with_port = || node.parse::<SocketAddr>().ok().map(|node| node.ip());
    let in_brackets = || node.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(peer: &str, given: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let is_trusted = |address: IpAddr| address.to_string().starts_with("10.");
        client_address(peer.parse().unwrap(), &headers, is_trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        const XFF: &str = "x-forwarded-for";
        const FORWARDED: &str = "forwarded";
        for (peer, headers, expected) in [
            ("192.0.2.1", &[][..], "192.0.2.1"),
            ("192.0.2.1", &[(XFF, "203.0.113.9")], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[(XFF, "203.0.113.9")], "203.0.113.9"),
            ("::ffff:10.0.0.1", &[(XFF, "203.0.113.9")], "203.0.113.9"),
            (
                "10.0.0.1",
                &[(XFF, "1.1.1.1, 203.0.113.9, 10.0.0.2")],
                "203.0.113.9",
            ),
            (
                "10.0.0.1",
                &[(XFF, "1.1.1.1"), (XFF, "203.0.113.9")],
                "203.0.113.9",
            ),
            ("10.0.0.1", &[(XFF, "203.0.113.9:4711")], "203.0.113.9"),
            (
                "10.0.0.1",
                &[(XFF, "1.1.1.1, unknown, 10.0.0.2")],
                "10.0.0.2",
            ),
            ("10.0.0.1", &[(XFF, "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
            ("10.0.0.1", &[(XFF, "")], "10.0.0.1"),
            (
                "10.0.0.1",
                &[(FORWARDED, "for=203.0.113.9;proto=http")],
                "203.0.113.9",
            ),
            (
                "10.0.0.1",
                &[(
                    FORWARDED,
                    "for=1.1.1.1, Proto=https; For=\"[2001:db8::17]:4711\", for=10.0.0.2",
                )],
                "2001:db8::17",
            ),
            (
                "10.0.0.1",
                &[(FORWARDED, "for=1.1.1.1, for=_hidden")],
                "10.0.0.1",
            ),
            (
                "10.0.0.1",
                &[(FORWARDED, "for=1.1.1.1, by=203.0.113.9")],
                "10.0.0.1",
            ),
            (
                "10.0.0.1",
                &[(FORWARDED, "for=\"1.1.1.1, for=9.9.9.9")],
                "10.0.0.1",
            ),
            (
                "10.0.0.1",
                &[(FORWARDED, "for=1.1.1.1"), (XFF, "203.0.113.9")],
                "203.0.113.9",
            ),
        ] {
            assert_eq!(client(peer, headers), expected, "{peer} {headers:?}");
        }
    }
}

//! Addresses and networks of clients, as sign-ins are counted by.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns the client that an address stands for: an IPv4 address, or an IPv6 network of 64 bits,
/// of which one client has all addresses. Any other text stands for itself.
pub fn client(address: &str) -> String {
    match parse(address) {
        Some(IpAddr::V6(v6)) => masked(v6, 64).to_string(),
        Some(v4) => v4.to_string(),
        None => address.to_owned(),
    }
}

/// Returns the network of an address: 24 bits of an IPv4 address, 48 of an IPv6 address, which are
/// what one subscriber or building has. Any other text stands for itself.
pub fn network(address: &str) -> String {
    match parse(address) {
        Some(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            Ipv4Addr::new(a, b, c, 0).to_string()
        }
        Some(IpAddr::V6(v6)) => masked(v6, 48).to_string(),
        None => address.to_owned(),
    }
}

fn parse(address: &str) -> Option<IpAddr> {
    let found: IpAddr = address.parse().ok()?;
    Some(found.to_canonical())
}

fn masked(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_clients_and_networks() {
        for (address, of_client, of_network) in [
            ("10.1.2.3", "10.1.2.3", "10.1.2.0"),
            ("::ffff:10.1.2.3", "10.1.2.3", "10.1.2.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::"),
            ("-", "-", "-"),
        ] {
            assert_eq!(client(address), of_client);
            assert_eq!(network(address), of_network);
        }
    }
}

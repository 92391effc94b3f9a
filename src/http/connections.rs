//! Limits on open connections, in all and from one address.
//!
//! A connection costs a file descriptor. Without limits, somebody who opens connections and sends
//! nothing keeps everybody else out.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use lectern_config::Config;

/// Descriptors for files: the store, blobs, the search index, packs.
const RESERVED: u64 = 256;
/// The most connections unless the settings say otherwise.
const MOST: u64 = 50_000;
/// The share of all connections that one address may have, unless the settings say otherwise.
const SHARE: usize = 4;

/// The open connections.
#[derive(Debug)]
pub struct Connections {
    descriptors: u64,
    most: usize,
    most_of_address: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Connections {
    /// Raises the limit of file descriptors as far as the system allows, and takes the limits from
    /// the settings.
    pub fn new(config: &Config) -> Self {
        let descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|cause| {
            tracing::warn!(%cause, "The limit of file descriptors cannot be raised");
            MOST
        });
        let left = descriptors.saturating_sub(RESERVED).clamp(16, MOST);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let most = config.http.connections.unwrap_or(left).max(1);
        let of_address = match config.public_url {
            // All connections come from the proxy.
            Some(_) => most,
            None => most / SHARE,
        };
        let of_address = config.http.connections_per_address.unwrap_or(of_address);
        Self {
            descriptors,
            most,
            most_of_address: of_address.max(1),
            open: Mutex::default(),
        }
    }

    /// Counts a connection; `None` if there are too many.
    pub fn admit(self: &Arc<Self>, stream: TcpStream, from: IpAddr) -> Option<CountedStream> {
        let network = network(from);
        let mut open = self.lock();
        let all: usize = open.values().sum();
        let same = open.entry(network).or_default();
        if all >= self.most || *same >= self.most_of_address {
            metrics::counter!("lectern_http_turned_away_total").increment(1);
            return None;
        }
        *same += 1;
        metrics::gauge!("lectern_http_connections").increment(1);
        let connections = Arc::clone(self);
        Some(CountedStream {
            stream,
            _place: Place {
                connections,
                network,
            },
        })
    }

    /// Returns the limits and how much of them is used, for operators.
    pub fn describe(&self) -> String {
        let open: usize = self.lock().values().sum();
        format!(
            "connections: {open} of {}\nfile descriptors: {}\n",
            self.most, self.descriptors
        )
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what counts as one address: of IPv6, everybody has a whole /64 (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits((v6.to_bits() >> 64) << 64)),
        v4 => v4,
    }
}

/// The place of one connection.
#[derive(Debug)]
struct Place {
    connections: Arc<Connections>,
    network: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(same) = open.get_mut(&self.network) {
            *same -= 1;
            if *same == 0 {
                open.remove(&self.network);
            }
        }
        metrics::gauge!("lectern_http_connections").decrement(1);
    }
}

/// A connection that counts until it is closed, also as a WebSocket.
#[derive(Debug)]
pub struct CountedStream {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_household_count_together() {
        let same = |a: &str, b: &str| network(a.parse().unwrap()) == network(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}

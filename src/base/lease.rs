//! Leases: whether open connections may go on.

use std::future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use tokio::sync::watch;

/// Permission for open connections to go on, until the session or token that they were opened with
/// ends. All connections of one session or token share it.
#[derive(Debug, Clone)]
pub struct Lease(Arc<Shared>);

/// A lease that its holder does not keep alive.
#[derive(Debug, Clone)]
pub struct WeakLease(Weak<Shared>);

#[derive(Debug)]
struct Shared {
    ended: watch::Sender<bool>,
    /// Repeats `ended`, so that every message can check it without a lock.
    has_ended: AtomicBool,
    used: AtomicBool,
}

impl Default for Lease {
    fn default() -> Self {
        Self(Arc::new(Shared {
            ended: watch::Sender::new(false),
            has_ended: AtomicBool::new(false),
            used: AtomicBool::new(false),
        }))
    }
}

impl Lease {
    /// Ends it for good.
    pub fn end(&self) {
        self.0.has_ended.store(true, Ordering::SeqCst);
        self.0.ended.send_replace(true);
    }

    /// Returns whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.0.has_ended.load(Ordering::SeqCst)
    }

    /// Returns a future that is ready once the lease has ended. It does not keep the lease alive;
    /// when nobody holds it any more, the future is never ready.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ended = self.0.ended.subscribe();
        async move {
            if ended.wait_for(|ended| *ended).await.is_err() {
                future::pending::<()>().await;
            }
        }
    }

    /// Returns a future that is ready once the lease has ended or nobody holds it any more. It does
    /// not keep the lease alive.
    pub fn over(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ended = self.0.ended.subscribe();
        async move {
            let _ = ended.wait_for(|ended| *ended).await;
        }
    }

    /// Records that the person did something over a connection.
    pub fn record_use(&self) {
        if !self.0.used.load(Ordering::Relaxed) {
            self.0.used.store(true, Ordering::Relaxed);
        }
    }

    /// Returns whether it was used since the last call.
    pub fn take_use(&self) -> bool {
        self.0.used.swap(false, Ordering::Relaxed)
    }

    /// Returns a reference that does not keep it alive.
    pub fn downgrade(&self) -> WeakLease {
        WeakLease(Arc::downgrade(&self.0))
    }
}

impl WeakLease {
    /// Returns the lease, if a connection still holds it.
    pub fn upgrade(&self) -> Option<Lease> {
        self.0.upgrade().map(Lease)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_holder_learns_of_the_end() {
        let lease = Lease::default();
        let (other, ended) = (lease.clone(), lease.ended());
        lease.end();
        assert!(other.has_ended());
        ended.await;
        other.ended().await;
    }

    #[tokio::test]
    async fn a_lease_that_nobody_holds_is_over() {
        let lease = Lease::default();
        let (weak, over, ended) = (lease.downgrade(), lease.over(), lease.ended());
        drop(lease);
        over.await;
        assert!(weak.upgrade().is_none());
        tokio::select! {
            biased;
            () = ended => panic!("it was dropped, not ended"),
            () = future::ready(()) => {}
        }
    }

    #[test]
    fn a_use_is_counted_once() {
        let lease = Lease::default();
        lease.record_use();
        assert!(lease.take_use());
        assert!(!lease.take_use());
    }
}

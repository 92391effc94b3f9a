//! Tickets for sockets of clients that can send neither a cookie nor a header: one use, one
//! article, one minute.

use lectern_base::{ArticleId, Timestamp};

use super::ticket_store::OpenTicket;
use super::{Caller, Identity, IdentityError};

/// A newly issued ticket.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The secret; it works once.
    pub ticket: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Identity {
    /// Issues a ticket with which the caller can open the socket of `article`.
    ///
    /// # Errors
    /// [`IdentityError::Throttled`] when too many tickets are open.
    pub async fn make_ticket(
        &self,
        caller: &Caller,
        article: ArticleId,
    ) -> Result<Ticket, IdentityError> {
        let (ticket, expires_at) = self.tickets.issue(caller, article, self.now())?;
        Ok(Ticket { ticket, expires_at })
    }

    /// Redeems a ticket; returns who opens the socket, and of which article. A ticket is worth
    /// nothing once the session or token that issued it has ended.
    pub async fn redeem_ticket(&self, ticket: &str) -> Option<(Caller, ArticleId)> {
        let ticket: OpenTicket = self.tickets.redeem(ticket, self.now())?;
        let credential = ticket.credential?;
        if !self.is_valid(credential).await {
            return None;
        }
        let caller = self.active_caller(ticket.person, ticket.via).await?;
        Some((caller.with_credential(credential), ticket.article))
    }
}

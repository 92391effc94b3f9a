//! What follows when editing sessions end and rights change.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{broadcast, watch};

use lectern_base::{ArticleId, PersonId, Subject};
use lectern_identity::{Caller, Person, Place, Steward};
use lectern_journal::{Actor, AuditEvent};
use lectern_live::{Close, Rights, RoomEvent};
use lectern_module::{Module, ModuleChange};
use lectern_revision::Reason;
use lectern_store::Batch;

use super::{App, AppError};

/// Saves a revision whenever a session ends and writes down what was refused, until the house
/// stops; what the rooms told before that is still dealt with.
pub(super) async fn hear_rooms(
    app: Arc<App>,
    mut events: UnboundedReceiver<RoomEvent>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let event = tokio::select! {
            biased;
            event = events.recv() => event,
            () = told(&mut stop) => return,
        };
        match event {
            Some(event) => app.deal_with(event).await,
            None => return,
        }
    }
}

/// Waits until the house stops.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Looks at open sockets again whenever somebody's rights change.
pub(super) async fn hear_changes(
    app: Arc<App>,
    mut changes: broadcast::Receiver<PersonId>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let changed = tokio::select! {
            changed = changes.recv() => changed,
            () = told(&mut stop) => return,
        };
        let done = match changed {
            Ok(person) => app.apply_rights(person).await,
            Err(RecvError::Lagged(_)) => app.apply_all_rights().await,
            Err(RecvError::Closed) => return,
        };
        if let Err(cause) = done {
            tracing::error!(%cause, "Open sockets could not be looked at again");
        }
    }
}

impl App {
    async fn deal_with(&self, event: RoomEvent) {
        let done = match &event {
            RoomEvent::SessionEnded { article, .. } => self.save_session(*article).await,
            RoomEvent::Quarantined { article, what } => self.note_damage(*article, what).await,
            RoomEvent::Refused {
                article,
                person,
                why,
            } => self.note_refusal(*article, *person, why).await,
        };
        if let Err(cause) = done {
            tracing::error!(%cause, ?event, "What a room told could not be written down");
        }
    }

    /// Saves what an editing session left behind; nothing when nothing changed.
    async fn save_session(&self, id: ArticleId) -> Result<(), AppError> {
        if let Some(article) = self.articles.get(id).await? {
            self.revisions
                .save(&article, Reason::SessionEnd, None, None)
                .await?;
        }
        Ok(())
    }

    async fn note_damage(&self, article: ArticleId, what: &[String]) -> Result<(), AppError> {
        let subject = Subject::article(article);
        let deed = AuditEvent::new(Actor::System, "draft.set_aside", subject).to(json!(what));
        self.journal.record(Batch::new(), vec![deed]).await?;
        Ok(())
    }

    async fn note_refusal(
        &self,
        article: ArticleId,
        person: PersonId,
        why: &str,
    ) -> Result<(), AppError> {
        let deed = AuditEvent::new(person, "edit.refused", Subject::article(article)).because(why);
        self.journal.record(Batch::new(), vec![deed]).await?;
        Ok(())
    }

    /// Changes what a module says of itself, and what its members may do from then on.
    pub async fn change_module(
        &self,
        steward: &Steward,
        change: ModuleChange,
    ) -> Result<Module, AppError> {
        let module = self.modules.update(steward, change).await?;
        self.apply_all_rights().await?;
        Ok(module)
    }

    async fn apply_all_rights(&self) -> Result<(), AppError> {
        for person in self.identity.everybody().await? {
            self.apply_rights(person.id).await?;
        }
        Ok(())
    }

    /// Brings the sockets of a person in line with what the person may do now.
    async fn apply_rights(&self, id: PersonId) -> Result<(), AppError> {
        let person = self.identity.person(id).await?;
        let may_come = |person: &Person| person.active && !self.identity.must_change(person);
        if !person.as_ref().is_some_and(may_come) {
            self.rooms.close_person(id, Close::not_signed_in());
            return Ok(());
        }
        for module in self.modules.all().await? {
            let place = module.place();
            let caller = self.identity.rights_now(id, &place).await;
            let rights = caller.map_or(Rights::Read, |caller| rights_in(&caller, &place));
            for article in &module.order {
                if rights == Rights::Read {
                    let close = Close::forbidden("You may no longer write in this module.");
                    self.rooms.close_in(*article, id, close);
                } else {
                    self.rooms.set_rights(*article, id, rights);
                }
            }
        }
        Ok(())
    }
}

/// What somebody may do with the drafts of a place.
pub fn rights_in(caller: &Caller, place: &Place) -> Rights {
    if caller.author(place).is_ok() {
        Rights::Write
    } else if caller.editor(place).is_ok() {
        Rights::Suggest
    } else {
        Rights::Read
    }
}

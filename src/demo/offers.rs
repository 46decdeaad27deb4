//! The other two decisions of a front page: which sections stand first, and which newsletter is offered. The page does
//! without them when their loops are absent or slow.

use tokio::time::timeout;

use super::{
    Demo, Inner,
    articles::Section,
    banners::{Banner, banner},
    client::{RankBody, SlotsAnswer},
    desks::{Desk, sections_body},
    front_page::{LeadError, PATIENCE},
    moves::Seen,
    personas::Persona,
    visits::Visit,
};
use crate::terms::{EventId, LoopId};

/// The sections in the order of this event: three that were ranked, then the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionOrder {
    pub event_id: EventId,
    pub loop_id: LoopId,
    pub ranked: Vec<Section>,
}

/// The newsletter of this event.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedBanner {
    pub event_id: EventId,
    pub loop_id: LoopId,
    pub banner: &'static Banner,
    pub probability: f64,
}

impl Demo {
    /// Asks both, at the same time. What is not answered soon is left out.
    pub async fn rank_offers(&self, persona: &Persona) -> (Option<SectionOrder>, Option<OfferedBanner>) {
        let (sections, banner) = tokio::join!(
            timeout(PATIENCE, self.inner.order_sections(persona)),
            timeout(PATIENCE, self.inner.offer_banner(persona)),
        );
        (sections.ok().flatten(), banner.ok().flatten())
    }

    /// The visitor opened a story of `section`: the reward for the place that it stood at, and none for the others.
    pub async fn reward_sections(&self, event_id: &EventId, section: Section) -> Result<(), LeadError> {
        let _place = self.inner.place()?;
        let visit = self.inner.visit(event_id)?;
        let connection = self.inner.connected(visit.desk)?;
        self.inner.claim(event_id)?;
        let of_slot = |(slot, chosen): (&(&str, Section), &String)| {
            let is_opened = chosen == section.as_str();
            (slot.0.to_owned(), f64::from(u8::from(is_opened)))
        };
        let rewards: Vec<_> = super::desks::SECTION_SLOTS.iter().zip(&visit.chosen).map(of_slot).collect();
        let sent = connection.customer(&self.inner.client).reward_slots(event_id.as_str(), &rewards).await;
        self.inner.settle(event_id, sent)
    }
}

impl Inner {
    async fn order_sections(&self, persona: &Persona) -> Option<SectionOrder> {
        let _place = self.place().ok()?;
        let connection = self.desk(Desk::Sections)?;
        let context = persona.context();
        let asked = connection.customer(&self.client).rank_slots(&sections_body(&context)).await;
        let answer = asked.inspect_err(|error| self.note_extra_failure(Desk::Sections, error)).ok()?;
        let event_id = EventId::try_from(answer.event_id.clone()).ok()?;
        let ranked = sections_of(&answer);
        let visit = Visit {
            desk: Desk::Sections,
            context,
            chosen: ranked.iter().map(|section| section.as_str().to_owned()).collect(),
            seen: Seen { event_id: answer.event_id, probabilities: Vec::new() },
            probability_since: None,
            is_deferred: false,
            is_rewarded: false,
        };
        self.visits().remember(event_id.clone(), visit);
        Some(SectionOrder { event_id, loop_id: connection.loop_id.clone(), ranked })
    }

    async fn offer_banner(&self, persona: &Persona) -> Option<OfferedBanner> {
        let _place = self.place().ok()?;
        let connection = self.desk(Desk::Banner)?;
        let context = persona.context();
        let body = RankBody { context_features: &context, defer_activation: false };
        let asked = connection.customer(&self.client).rank(&body, false).await;
        let answer = asked.inspect_err(|error| self.note_extra_failure(Desk::Banner, error)).ok()?;
        // An offer that somebody defined in the dashboard has no text here.
        let banner = banner(&answer.reward_action_id)?;
        let event_id = EventId::try_from(answer.event_id.clone()).ok()?;
        let probability = Seen::of(&answer).probability(banner.id)?;
        self.remember(&event_id, Desk::Banner, context, &answer, false);
        Some(OfferedBanner { event_id, loop_id: connection.loop_id.clone(), banner, probability })
    }
}

/// The sections that were chosen, in the order of the slots.
pub(super) fn sections_of(answer: &SlotsAnswer) -> Vec<Section> {
    let of_slot = |(id, _): &(&str, Section)| answer.slots.iter().find(|slot| slot.id == *id);
    let filled = super::desks::SECTION_SLOTS.iter().filter_map(of_slot);
    filled.filter_map(|slot| Section::parse(&slot.reward_action_id)).collect()
}

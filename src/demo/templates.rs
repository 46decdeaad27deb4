//! Kinds of decisions that a new loop can begin with: actions, settings that suit them, and made-up visitors whose taste
//! is known, so that a newcomer sees learning before the own application is connected.

use serde_json::Value;

/// A decision to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    pub slug: &'static str,
    pub name: &'static str,
    /// What it decides, in a sentence.
    pub sentence: &'static str,
    /// What the loop is called unless its maker says otherwise.
    pub loop_name: &'static str,
    /// Until when a reward counts, as an ISO 8601 duration.
    pub wait: &'static str,
    /// What a reward is.
    pub reward: &'static str,
    pub actions: &'static [TemplateAction],
    pub visitors: &'static [Visitors],
}

/// One thing that can be shown.
#[derive(Debug, Clone, Copy)]
pub struct TemplateAction {
    pub id: &'static str,
    pub title: &'static str,
    /// Its features: a JSON object.
    pub features: &'static str,
}

/// People of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Visitors {
    /// What is known of them: a JSON object.
    pub context: &'static str,
    /// In percent: how often such a visitor takes each action, in the order of the actions.
    pub taste: &'static [u8],
}

impl TemplateAction {
    /// Its features as a Rank and the loop's own actions have them.
    pub fn features(&self) -> Vec<Value> {
        vec![serde_json::from_str(self.features).expect("every template's features are JSON")]
    }
}

impl Visitors {
    /// The context of their Ranks.
    pub fn context(&self) -> Vec<Value> {
        vec![serde_json::from_str(self.context).expect("every template's contexts are JSON")]
    }

    fn share(percent: u8) -> f64 {
        f64::from(percent) / 100.0
    }

    /// How probable it is that such a visitor takes the action at this place.
    pub fn probability(&self, action_idx: usize) -> f64 {
        self.taste.get(action_idx).copied().map_or(0.0, Self::share)
    }

    /// What they would take if each was shown what suits them best.
    pub fn best(&self) -> f64 {
        self.taste.iter().copied().max().map_or(0.0, Self::share)
    }

    /// What they would take if every action was shown equally often.
    pub fn even(&self) -> f64 {
        self.taste.iter().copied().map(Self::share).sum::<f64>() / self.taste.len().max(1) as f64
    }
}

impl Template {
    /// The mean reward of an even draw and of the best choice for everybody, known because the visitors are made up.
    pub fn bounds(&self) -> (f64, f64) {
        let mean =
            |of: fn(&Visitors) -> f64| self.visitors.iter().map(of).sum::<f64>() / self.visitors.len().max(1) as f64;
        (mean(Visitors::even), mean(Visitors::best))
    }
}

/// All of them, in the order in which they are offered.
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

/// The template of this name.
pub fn template(slug: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.slug == slug)
}

/// The template that a loop with these actions was made from, if any: all of its actions are still there.
pub fn template_of<'a>(action_ids: impl Iterator<Item = &'a str> + Clone) -> Option<&'static Template> {
    let has = |action: &TemplateAction| action_ids.clone().any(|id| id == action.id);
    TEMPLATES.iter().find(|template| template.actions.iter().all(has))
}

const fn action(id: &'static str, title: &'static str, features: &'static str) -> TemplateAction {
    TemplateAction { id, title, features }
}

const fn visitors(context: &'static str, taste: &'static [u8]) -> Visitors {
    Visitors { context, taste }
}

static TEMPLATES: [Template; 5] = [
    Template {
        slug: "news",
        name: "News front page",
        sentence: "Which story leads for this reader.",
        loop_name: "News front page",
        wait: "PT10M",
        reward: "1 when the reader opens the story, 0 when they do not.",
        actions: &[
            action("match-report", "The late winner", r#"{"section": "sport", "length": "short"}"#),
            action("markets", "Markets this morning", r#"{"section": "business", "length": "short"}"#),
            action("long-read", "The bridge over two rivers", r#"{"section": "culture", "length": "long"}"#),
            action("gadget-test", "Eight phones compared", r#"{"section": "technology", "length": "long"}"#),
            action("city-council", "What the council decided", r#"{"section": "local", "length": "short"}"#),
        ],
        visitors: &[
            visitors(r#"{"device": "phone", "daypart": "morning"}"#, &[14, 38, 4, 8, 22]),
            visitors(r#"{"device": "phone", "daypart": "evening"}"#, &[42, 6, 12, 14, 10]),
            visitors(r#"{"device": "computer", "daypart": "midday"}"#, &[12, 24, 8, 36, 14]),
            visitors(r#"{"device": "tablet", "daypart": "evening"}"#, &[16, 4, 44, 12, 8]),
        ],
    },
    Template {
        slug: "banner",
        name: "Banner",
        sentence: "Which offer stands on top of the page.",
        loop_name: "Banner",
        wait: "PT10M",
        reward: "1 when the banner is clicked, 0 when it is not.",
        actions: &[
            action("free-shipping", "Free shipping this week", r#"{"kind": "shipping", "discount": 0}"#),
            action("ten-percent", "10 % off your first order", r#"{"kind": "discount", "discount": 10}"#),
            action("new-season", "The new season is here", r#"{"kind": "collection", "discount": 0}"#),
            action("loyalty", "Double points for members", r#"{"kind": "loyalty", "discount": 0}"#),
        ],
        visitors: &[
            visitors(r#"{"customer": "new", "device": "phone"}"#, &[16, 34, 10, 2]),
            visitors(r#"{"customer": "new", "device": "computer"}"#, &[12, 28, 16, 2]),
            visitors(r#"{"customer": "returning", "device": "phone"}"#, &[30, 8, 14, 12]),
            visitors(r#"{"customer": "member", "device": "computer"}"#, &[10, 6, 18, 36]),
        ],
    },
    Template {
        slug: "onboarding",
        name: "Onboarding card",
        sentence: "Which first step a new user is shown.",
        loop_name: "Onboarding card",
        wait: "PT1H",
        reward: "1 when the step is finished, 0 when it is not.",
        actions: &[
            action("take-tour", "Take the tour", r#"{"effort": "low", "topic": "basics"}"#),
            action("import-data", "Import your data", r#"{"effort": "high", "topic": "data"}"#),
            action("invite-team", "Invite your team", r#"{"effort": "low", "topic": "people"}"#),
            action("call-the-api", "Make your first call", r#"{"effort": "high", "topic": "code"}"#),
        ],
        visitors: &[
            visitors(r#"{"role": "developer", "company": "small"}"#, &[12, 24, 8, 56]),
            visitors(r#"{"role": "developer", "company": "large"}"#, &[16, 20, 14, 44]),
            visitors(r#"{"role": "manager", "company": "small"}"#, &[34, 14, 48, 2]),
            visitors(r#"{"role": "analyst", "company": "large"}"#, &[26, 52, 12, 10]),
        ],
    },
    Template {
        slug: "notification",
        name: "Notification time",
        sentence: "When in the day somebody is reminded.",
        loop_name: "Notification time",
        wait: "PT1H",
        reward: "1 when the notification is opened, 0 when it is not.",
        actions: &[
            action("morning", "At 8 in the morning", r#"{"hour": "8", "part": "morning"}"#),
            action("midday", "At half past 12", r#"{"hour": "12", "part": "midday"}"#),
            action("evening", "At 7 in the evening", r#"{"hour": "19", "part": "evening"}"#),
            action("night", "At 10 at night", r#"{"hour": "22", "part": "night"}"#),
        ],
        visitors: &[
            visitors(r#"{"usuallyActive": "morning", "day": "weekday"}"#, &[46, 14, 16, 4]),
            visitors(r#"{"usuallyActive": "evening", "day": "weekday"}"#, &[8, 12, 44, 20]),
            visitors(r#"{"usuallyActive": "night", "day": "weekday"}"#, &[2, 10, 22, 48]),
            visitors(r#"{"usuallyActive": "evening", "day": "weekend"}"#, &[10, 40, 26, 14]),
        ],
    },
    Template {
        slug: "checkout",
        name: "Checkout look",
        sentence: "How the last page before a purchase is laid out.",
        loop_name: "Checkout look",
        wait: "P1D",
        reward: "1 when the purchase is finished, 0 when it is not.",
        actions: &[
            action("one-page", "Everything on one page", r#"{"steps": "one", "account": "optional"}"#),
            action("three-steps", "Address, payment, review", r#"{"steps": "three", "account": "optional"}"#),
            action("express", "Pay with one tap", r#"{"steps": "one", "account": "wallet"}"#),
            action("sign-in-first", "Sign in, then pay", r#"{"steps": "two", "account": "required"}"#),
        ],
        visitors: &[
            visitors(r#"{"device": "phone", "basket": "small", "customer": "guest"}"#, &[36, 18, 58, 8]),
            visitors(r#"{"device": "phone", "basket": "large", "customer": "member"}"#, &[34, 30, 28, 54]),
            visitors(r#"{"device": "computer", "basket": "large", "customer": "guest"}"#, &[30, 52, 22, 14]),
            visitors(r#"{"device": "computer", "basket": "small", "customer": "member"}"#, &[56, 30, 34, 40]),
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_template_is_whole_and_has_something_to_learn() {
        let mut slugs = HashSet::new();
        for template in templates() {
            assert!(slugs.insert(template.slug), "{}", template.slug);
            let ids: HashSet<_> = template.actions.iter().map(|action| action.id).collect();
            assert_eq!(ids.len(), template.actions.len(), "{}", template.slug);
            let mut favourites = HashSet::new();
            for visitors in template.visitors {
                assert_eq!(visitors.taste.len(), template.actions.len(), "{}", visitors.context);
                assert!(visitors.context()[0].is_object());
                favourites.insert((0..visitors.taste.len()).max_by_key(|idx| visitors.taste[*idx]));
            }
            assert!(template.actions.iter().all(|action| action.features()[0].is_object()));
            let (even, best) = template.bounds();
            assert!(favourites.len() > 1 && best > 1.5 * even, "{}: {even} {best}", template.slug);
        }
    }

    #[test]
    fn a_loop_is_recognized_by_its_actions() {
        for known in templates() {
            let ids = known.actions.iter().map(|action| action.id).chain(["one-more"]);
            assert_eq!(template_of(ids).map(|found| found.slug), Some(known.slug));
            assert!(template_of(known.actions.iter().skip(1).map(|action| action.id)).is_none());
        }
        assert!(template_of([].into_iter()).is_none());
        assert!(template("news").is_some() && template("none").is_none());
    }
}

//! Why a front page is as it is, in words and percent.

use crate::{
    demo::{self, Lead, Persona, Reason},
    web::demo::{Choice, ReasonLine, StoryRank, Strip, StripLine, Why},
};

/// Stories that the strip names.
const N_NAMED: usize = 4;
/// A move of less than this is none: chance between two learning steps.
const LEAST_MOVE: f64 = 0.01;

/// Why the front page is as it is; `event_path` is for those who may see it.
pub fn why(lead: &Lead, event_path: Option<String>) -> Why {
    let all = lead.stories.iter().flat_map(|story| &story.reasons);
    let strongest = all.map(|reason| reason.score.abs()).fold(0.0, f64::max);
    Why {
        event_id: lead.event_id.to_string(),
        chosen: lead.chosen.clone(),
        choice: match lead.choice {
            demo::Choice::NothingLearned => Choice::NothingLearned,
            demo::Choice::Learned => Choice::Learned,
            demo::Choice::Explored => Choice::Explored,
        },
        model_version: lead.model_version,
        stories: lead.stories.iter().map(|story| story_rank(story, strongest)).collect(),
        event_path,
    }
}

fn story_rank(story: &demo::RankedStory, strongest: f64) -> StoryRank {
    StoryRank {
        slug: story.id.clone(),
        headline: headline(&story.id),
        percent: story.probability * 100.0,
        percent_text: format!("{:.1} %", story.probability * 100.0),
        reasons: story.reasons.iter().map(|reason| reason_line(reason, strongest)).collect(),
    }
}

fn reason_line(reason: &Reason, strongest: f64) -> ReasonLine {
    ReasonLine {
        words: in_words(&reason.feature),
        score: format!("{:+.2}", reason.score).replace('-', "−"),
        is_for: reason.score >= 0.0,
        bar_percent: if strongest > 0.0 { reason.score.abs() / strongest * 100.0 } else { 0.0 },
    }
}

/// The headline of a story, or the id of what is none.
pub fn headline(slug: &str) -> String {
    demo::article(slug).map_or_else(|| slug.to_owned(), |article| article.headline.clone())
}

/// `reader.daypart=morning × story.section=business` as "in the morning, a business story".
fn in_words(feature: &str) -> String {
    if feature == demo::REST {
        return "many smaller reasons together".to_owned();
    }
    let parts: Vec<String> = feature.split(" × ").map(part_in_words).collect();
    parts.join(" · ")
}

fn part_in_words(part: &str) -> String {
    let bare = part.rsplit_once('.').map_or(part, |(_, bare)| bare);
    if part.starts_with("interests.") {
        return format!("interested in {bare}");
    }
    match bare.split_once('=') {
        Some(("device", device)) => format!("on a {device}"),
        Some(("daypart", daypart @ ("night" | "midday"))) => format!("at {daypart}"),
        Some(("daypart", daypart)) => format!("in the {daypart}"),
        Some(("week", "weekend")) => "at the weekend".to_owned(),
        Some(("week", _)) => "on a weekday".to_owned(),
        Some(("section", section)) => format!("{section} pages"),
        Some(("tone", tone)) => format!("{tone} tone"),
        Some(("length", length)) => format!("{length} read"),
        Some(("format", "interview")) => "an interview".to_owned(),
        Some(("format", format)) => format!("a {format}"),
        Some(("action", _)) => "this very story".to_owned(),
        Some((name, value)) => format!("{name} is {value}"),
        None if bare == "always" || bare == "constant" => "for everybody".to_owned(),
        None => bare.to_owned(),
    }
}

/// What is likeliest to lead by now, and how that moved; `past_path` is the earlier event for those who may see it.
pub fn strip(lead: &Lead, persona: &Persona, past_path: Option<String>) -> Strip {
    let mut stories: Vec<_> = lead.stories.iter().collect();
    stories.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let before = |id: &str| lead.past.as_ref().and_then(|past| past.seen.probability(id));
    let line = |story: &&demo::RankedStory| {
        let moved = before(&story.id).map(|before| story.probability - before).filter(|by| by.abs() >= LEAST_MOVE);
        StripLine {
            headline: headline(&story.id),
            is_chosen: story.id == lead.chosen,
            percent: story.probability * 100.0,
            percent_text: share(story.probability),
            moved: moved.map(|by| format!("{:+.0}", by * 100.0).replace('-', "−")),
            is_up: moved.is_some_and(|by| by > 0.0),
        }
    };
    let (named, others) = stories.split_at(stories.len().min(N_NAMED));
    let rest: f64 = others.iter().map(|story| story.probability).sum();
    let since = lead.past.as_ref().map(|past| match past.seconds_ago {
        Some(seconds) => format!("Moves in points, against {seconds} seconds ago"),
        None => "Moves in points, against before you read".to_owned(),
    });
    Strip {
        title: match persona.is_yourself() {
            true => "Likeliest to lead for you now".to_owned(),
            false => format!("Likeliest to lead for {} now", first_name(persona.name)),
        },
        lines: named.iter().map(line).collect(),
        rest: (!others.is_empty()).then(|| format!("{} others share {}", others.len(), share(rest))),
        since_path: past_path.filter(|_| since.is_some()),
        since,
    }
}

/// "Mara" of "Mara, early commuter".
pub fn first_name(name: &str) -> &str {
    name.split_once(',').map_or(name, |(first, _)| first)
}

/// A share for people: "82 %", "under 1 %".
pub fn share(share: f64) -> String {
    match share * 100.0 {
        percent if percent < 0.95 && percent > 0.0 => "under 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_become_words_that_a_reader_understands() {
        assert_eq!(in_words("reader.daypart=morning × story.section=business"), "in the morning · business pages");
        assert_eq!(in_words("interests.sport × action=the-longest-relay"), "interested in sport · this very story");
        assert_eq!(in_words("always"), "for everybody");
        assert_eq!(in_words("everything else"), "many smaller reasons together");
    }

    #[test]
    fn a_small_share_is_not_rounded_to_nothing() {
        assert_eq!((share(0.0004).as_str(), share(0.816).as_str(), share(0.0).as_str()), ("under 1 %", "82 %", "0 %"));
    }
}

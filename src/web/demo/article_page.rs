//! An article. When the front page offered it, reading it is answered with one reward: how far it was read.

use std::time::Duration;

use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    data::{ArticleData, PAPER, section_name},
    doors::{SaveOpening, load_article, save_reading, save_section_opening},
    drawer::forget_errors,
    frame::{NewsFrame, front_path},
    story::{Byline, Offer, Picture, StoryCard},
};
use crate::web::components::Loaded;

const TICK: Duration = Duration::from_millis(500);
/// Nobody reads a whole story faster than this, however fast they scroll.
const FASTEST_READ: Duration = Duration::from_secs(20);

/// `/news/article/:slug`
#[component]
pub fn ArticlePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    let reader = Memo::new(move |_| query.read().get("reader").unwrap_or_default());
    let event = Memo::new(move |_| query.read().get("event"));
    let has_led = Memo::new(move |_| query.read().get("led").is_none_or(|led| led == "1"));
    let sections = Memo::new(move |_| query.read().get("sections"));
    let page = Resource::new_blocking(move || slug.get(), load_article);
    let answer = move || {
        event.get().map(|event_id| {
            let back = format!("{}&after={event_id}", front_path(&reader.get()));
            view! { <Answer event_id=event_id slug=slug.get() has_led=has_led.get() back=back/> }
        })
    };
    Effect::new(move |_| {
        if let Some(event_id) = sections.get() {
            spawn_local(forget_errors(save_section_opening(event_id, slug.get_untracked())));
        }
    });
    view! {
        <NewsFrame reader=reader after=event>
            <Loaded resource=page view=move |data| article(data, reader.get_untracked())/>
            {answer}
        </NewsFrame>
    }
}

fn article(data: ArticleData, reader: String) -> AnyView {
    let story = data.story.clone();
    let section = section_name(&story.section).unwrap_or_default();
    let section_path = format!("/news/section/{}?reader={reader}", story.section);
    let offer = Offer { reader, ..Offer::default() };
    let more = data.more.into_iter().map(|story| view! { <StoryCard story=story offer=offer.clone()/> }).collect_view();
    let paragraphs = data.paragraphs.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
    view! {
        <Title text=format!("{} · {PAPER}", story.headline)/>
        <article class="news-article">
            <header>
                <p class=format!("news-kicker news-kicker--{}", story.section)><a href=section_path>{section}</a></p>
                <h1>{story.headline.clone()}</h1>
                <p class="news-article__standfirst">{story.standfirst.clone()}</p>
                <Byline story=story.clone()/>
            </header>
            <Picture story=story is_first=true/>
            <div class="news-article__text">{paragraphs}</div>
            <ul class="news-tags" aria-label="Topics">
                {data.tags.into_iter().map(|tag| view! { <li>{tag}</li> }).collect_view()}
            </ul>
        </article>
        <h2 class="news-rule">{format!("More {section}")}</h2>
        <div class="news-cards">{more}</div>
    }
    .into_any()
}

/// Says while the story is read what that is worth so far, and sends it once: on leaving, or when it can have been read
/// whole.
#[component]
fn Answer(event_id: String, slug: String, has_led: bool, back: String) -> impl IntoView {
    let sent = RwSignal::new(None::<Option<f64>>);
    let reading = RwSignal::new(Reading::default());
    let without_script = picture_that_answers(&event_id, &slug);
    let answer = move || {
        // Untracked: when the page is being left, nothing is there any more that could show it.
        let Some(share) = reading.try_update_untracked(Reading::finish).flatten() else { return };
        let (event_id, slug) = (event_id.clone(), slug.clone());
        spawn_local(async move {
            if let Ok(value) = save_reading(event_id, slug, share).await {
                // The page may have been left in the meantime.
                let _is_gone = sent.try_set(Some(value));
            }
        });
    };
    watch_reading(reading, answer);
    let told = move || {
        let is_begun = reading.with(|reading| reading.n_ticks > 0);
        is_begun.then(|| meter(reading, sent.get(), has_led, back.clone()))
    };
    view! { <noscript inner_html=without_script></noscript>{told} }.into_any()
}

/// The strip at the foot of the window.
fn meter(reading: RwSignal<Reading>, sent: Option<Option<f64>>, has_led: bool, back: String) -> AnyView {
    let worth = move || reading.with(Reading::worth);
    let text = match (sent, has_led) {
        (Some(Some(value)), true) => format!("Sent to the loop as a reward of {value:.2}."),
        (Some(Some(value)), false) => format!("You chose another story than the lead, so the lead got {value:.2}."),
        (Some(None), _) => "This front page has been answered already.".to_owned(),
        (None, true) => format!("Your reading is worth {:.2} so far. It is sent when you leave.", worth()),
        (None, false) => "This story did not lead. When you leave, the one that did gets a reward of 0.00.".to_owned(),
    };
    let share = if has_led { worth() * 100.0 } else { 0.0 };
    let way = sent.map(|_| view! { " " <a href=back>"What became of it"</a> });
    view! {
        <div class="news-answer">
            <span class="news-answer__bar" style=format!("--share:{share:.0}%") aria-hidden="true"></span>
            // Read out once it is sent, and not twice a second.
            <p role=sent.map(|_| "status")>{text} {way}</p>
        </div>
    }
    .into_any()
}

/// What browsers without script fetch: opening the story is all that they can tell. As text, because a picture that a
/// script puts into `noscript` is fetched all the same; and nothing for an address that somebody has tampered with.
fn picture_that_answers(event_id: &str, slug: &str) -> String {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_plain(event_id) || !is_plain(slug) {
        return String::new();
    }
    let path = <SaveOpening as ServerFn>::PATH;
    format!(r#"<img src="{path}?event_id={event_id}&amp;slug={slug}" alt="" width="1" height="1">"#)
}

/// Counts while the story is before the reader's eyes.
fn watch_reading(reading: RwSignal<Reading>, answer: impl Fn() + Clone + Send + Sync + 'static) {
    let on_tick = answer.clone();
    let tick = move || {
        if document().hidden() || reading.with_untracked(|reading| reading.is_sent) {
            return;
        }
        reading.update(|reading| reading.look(share_scrolled()));
        if reading.with_untracked(Reading::is_complete) {
            on_tick();
        }
    };
    Effect::new(move |_| {
        let interval = set_interval_with_handle(tick.clone(), TICK);
        let (on_hide, on_unload, on_end) = (answer.clone(), answer.clone(), answer.clone());
        let unload = window_event_listener(ev::pagehide, move |_| on_unload());
        let hide = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() {
                on_hide();
            }
        });
        on_cleanup(move || {
            if let Ok(handle) = interval {
                handle.clear();
            }
            unload.remove();
            hide.remove();
            // Leaving for another page of the paper does not unload anything. Here and not beside the effect: the
            // server cleans up too, after each page that it made, and nobody has read anything there.
            on_end();
        });
    });
}

/// How far the page has been scrolled, 0 to 1; a page that fits the window is seen whole.
fn share_scrolled() -> f64 {
    let number = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (seen, scrolled) = (number(window().inner_height()), window().scroll_y().unwrap_or(0.0));
    let height = document().document_element().map_or(0, |root| root.scroll_height());
    let hidden = f64::from(height) - seen;
    if hidden <= 1.0 { 1.0 } else { (scrolled / hidden).clamp(0.0, 1.0) }
}

/// One reader's reading of one story.
#[derive(Debug, Clone, Default)]
struct Reading {
    n_ticks: u32,
    deepest: f64,
    is_sent: bool,
}

impl Reading {
    fn look(&mut self, share_scrolled: f64) {
        self.n_ticks = self.n_ticks.saturating_add(1);
        self.deepest = self.deepest.max(share_scrolled);
    }

    /// The deepest scroll, but no faster than the fastest read.
    fn share_read(&self) -> f64 {
        let time = f64::from(self.n_ticks) * TICK.as_secs_f64() / FASTEST_READ.as_secs_f64();
        self.deepest.min(time)
    }

    /// The reward that it is worth, by the rule of the newsroom: opening counts 0.4, reading the rest.
    fn worth(&self) -> f64 {
        0.4 + 0.6 * self.share_read()
    }

    /// Whether waiting longer could not say more.
    fn is_complete(&self) -> bool {
        !self.is_sent && self.share_read() >= 1.0
    }

    /// The share to send, the first time.
    fn finish(&mut self) -> Option<f64> {
        let is_first = !std::mem::replace(&mut self.is_sent, true);
        is_first.then(|| self.share_read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolling_to_the_end_at_once_is_not_reading() {
        let mut reading = Reading::default();
        reading.look(1.0);
        assert!(reading.share_read() < 0.1 && !reading.is_complete());
        for _ in 0..40 {
            reading.look(0.2);
        }
        assert!((reading.share_read() - 1.0).abs() < 1e-9 && reading.is_complete());
    }

    #[test]
    fn an_address_that_was_tampered_with_puts_nothing_into_the_page() {
        assert!(picture_that_answers("0275-jBJ", "a-story").contains("event_id=0275-jBJ&amp;slug=a-story"));
        assert_eq!(picture_that_answers("\"><script>", "a-story"), "");
    }

    #[test]
    fn a_reading_is_sent_once() {
        let mut reading = Reading::default();
        assert_eq!(reading.finish(), Some(0.0));
        assert_eq!(reading.finish(), None);
    }
}

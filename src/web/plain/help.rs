//! `/help`: the words of the dashboard, the first steps, and the keys. In the same place on every page.

use leptos::prelude::*;

use crate::web::{
    components::{MAIN_LINKS, TopBar},
    palette::shortcut_list,
    roles::role_table,
};

/// The words of the product, each in a sentence.
const WORDS: [(&str, &str, &str); 14] = [
    (
        "loop",
        "Loop",
        "One decision that is learned: which story leads, which banner shows. It has its own keys, settings and model.",
    ),
    (
        "rank",
        "Rank",
        "A call that asks which action to show in this context. The answer names one, chosen with a known probability.",
    ),
    ("reward", "Reward", "A call that says later how well it went: a number from −1 to 1."),
    ("context", "Context", "What is known at that moment: the daypart, the device, what the person read before."),
    (
        "action",
        "Action",
        "One of the things that can be shown. It is described by features, so that what is learned about one helps others.",
    ),
    ("policy", "Learned policy", "What the loop would choose from what it has learned so far."),
    (
        "exploration",
        "Exploration",
        "The share of calls in which something else than the best known action may be shown. Without it nothing new is learned. With rankloop’s own learner it is a limit: it explores less once little is left to learn.",
    ),
    (
        "baseline",
        "Baseline",
        "Your own order: the first action of each call. What the policy earns is compared with it.",
    ),
    (
        "interval",
        "± and interval",
        "The range that holds the true value in 95 of 100 such measurements. Two figures whose ranges overlap widely may be equal.",
    ),
    (
        "wait",
        "Reward wait time",
        "How long after a Rank its reward may come. What comes later is counted as late and not learned.",
    ),
    ("default", "Default reward", "What an event counts as when no reward came in time."),
    ("apprentice", "Apprentice mode", "Your own choice is always answered while the model learns to imitate it."),
    (
        "learned",
        "Learned, expired, dropped",
        "Where an event ends: its reward was learned; no reward came and the default was learned; or it was never activated and is left out.",
    ),
    (
        "relearning",
        "Relearning",
        "Training a new model from the events that are kept, after a change to what a reward means. The old model answers until the new one is ready.",
    ),
];

/// The page.
pub fn help() -> AnyView {
    let word = |(id, word, meaning): (&'static str, &'static str, &'static str)| {
        view! { <div class="glossary__word" id=id><dt>{word}</dt><dd>{meaning}</dd></div> }
    };
    view! {
        <TopBar home=("/loops", "rankloop, all loops") links=MAIN_LINKS.to_vec()/>
        <main id="main" class="page page--text">
            <header class="page-header">
                <div>
                    <h1>"Help"</h1>
                    <p class="page-header__sentence">"The first steps, the words on these pages, and the keys."</p>
                </div>
            </header>
            <section class="card">
                <h2>"First steps"</h2>
                <ol class="stack stack--tight">
                    <li>"Make a "<a href="/loops/new">"new loop"</a>" and store its two keys."</li>
                    <li>"Send a Rank with the context and a few actions, show the one that is answered, and keep its event id."</li>
                    <li>"When you know how it went, send a Reward to that event id."</li>
                    <li>"Watch the overview. Some hundred rewarded events are enough to see a difference that is large."</li>
                </ol>
                <p><a href="/loops?getting-started">"Show the list of first steps again"</a></p>
                <p class="muted">
                    "The page Keys of a loop has these calls ready to copy. Every client of Azure Personalizer works as well. All calls are described at "
                    <a href="/api/openapi.json">"/api/openapi.json"</a>"."
                </p>
            </section>
            <section class="card" id="words">
                <h2>"Words"</h2>
                <dl class="glossary">{WORDS.map(word).into_iter().collect_view()}</dl>
            </section>
            <section class="card" id="roles">
                <h2>"Roles"</h2>
                <p class="muted">"What people may do, and programs with a management token. A key of a loop opens the calls of that loop and nothing else."</p>
                {role_table()}
            </section>
            <section class="card" id="keys">
                <h2>"Keys"</h2>
                <p class="muted">"Two keys are pressed one after the other. Single keys can be turned off: press ? on a page of the dashboard, or choose Keyboard shortcuts in the menu of your account."</p>
                {shortcut_list()}
            </section>
        </main>
    }
    .into_any()
}

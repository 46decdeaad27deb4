//! The start page: what rankloop is, and the two doors.

use leptos::prelude::*;
use leptos_meta::Title;

use super::components::{Icon, IconName, ThemeSwitch, TopBar};

/// `/`
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <Title text=""/>
        <TopBar home=("/", "rankloop") before=view! { <ThemeSwitch/> }.into_any()>
            <a class="button" href="/loops">"Dashboard"</a>
        </TopBar>
        <main id="main" class="home">
            <h1>"Choose what each person sees. Learn from what they do."</h1>
            <p class="home__lead">
                "rankloop is the open, self-hosted successor of Azure AI Personalizer. "
                "Your application asks it to rank a few actions for the moment at hand, and later says how well the choice went. "
                "From every such pair it learns, at once, which action suits which context, and it shows you what it learned."
            </p>
            <p class="row">
                <a class="button button--primary button--large" href="/news">
                    "See the demo newspaper" <Icon name=IconName::ArrowRight/>
                </a>
                <a class="button button--large" href="/loops">"Open the dashboard"</a>
            </p>
            <ol class="steps">
                <li><h2>"Rank"</h2><p>"Send the context and the actions; get one back, chosen with a known probability."</p></li>
                <li><h2>"Reward"</h2><p>"Say what came of it: a click, a minute of reading, a sale. A number from −1 to 1."</p></li>
                <li><h2>"Watch"</h2><p>"See what the learned policy earns beside your own order and beside chance."</p></li>
            </ol>
        </main>
    }
}

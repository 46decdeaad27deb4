//! The document around every page, and which page answers which path.

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use super::{
    browser_half::BrowserHalf,
    components::{NotFoundPage, Toasts, provide_theme, provide_toasts},
    dashboard::{DashboardFrame, loop_frame::LoopFrame},
    lazy_pages::{
        ActionsRoute, ArticleRoute, AuditRoute, CoffeeRoute, EvaluationRoute, EvaluationsRoute, EventRoute,
        EventsRoute, ExperimentsRoute, FeaturesRoute, FrontRoute, HealthRoute, HomeRoute, KeysRoute, LoopsRoute,
        ModelsRoute, NewLoopRoute, OverviewRoute, PeopleRoute, PlaygroundRoute, SectionRoute, SettingsRoute,
        SignInRoute, WelcomeRoute,
    },
};

/// Sets the theme that this person chose before anything is painted; without a choice the system decides in CSS.
pub(super) const THEME_SCRIPT: &str = "try{var t=localStorage.getItem('rankloop-theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}";

/// Tells the server the time zone that this browser lives in, so that its times are those of the clock on the wall.
const ZONE_SCRIPT: &str = "try{var z=Intl.DateTimeFormat().resolvedOptions().timeZone;if(z)document.cookie='tz='+encodeURIComponent(z)+';path=/;max-age=31536000;samesite=lax'}catch(e){}";

/// Asked for beside the style sheet instead of after it, so that text hardly ever changes its looks.
pub(super) const FONT: &str = "/fonts/inter-latin.woff2";

/// The HTML document that the server sends.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content="rankloop: the open, self-hosted successor of Azure AI Personalizer."/>
                <script nonce=use_nonce() inner_html=THEME_SCRIPT></script>
                <script nonce=use_nonce() inner_html=ZONE_SCRIPT></script>
                <link rel="preload" href=FONT r#as="font" type="font/woff2" crossorigin="anonymous"/>
                <HashedStylesheet id="leptos" options=options.clone()/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icon-180.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <AutoReload options=options.clone()/>
                // What is to be seen comes first; until then, plain links and forms work as without script.
                <BrowserHalf options=options.clone()/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The whole app.
///
/// Pages of the dashboard are rendered whole before the first byte goes out (`SsrMode::Async`): they can be read
/// without script, and a redirect to the sign-in page is a real one.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    provide_theme();
    let title = |text: String| if text.is_empty() { "rankloop".to_owned() } else { format!("{text} · rankloop") };
    view! {
        <Title formatter=title text=""/>
        <Router>
            <a class="skip-link" href="#main">"Skip to content"</a>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view={Lazy::<HomeRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view={Lazy::<SignInRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/welcome/:token") view={Lazy::<WelcomeRoute>::new()} ssr=SsrMode::Async/>
                // One frame around all of them, so that it stays when somebody goes from one to the other.
                <ParentRoute path=path!("") view=DashboardFrame ssr=SsrMode::Async>
                    <Route path=path!("loops") view={Lazy::<LoopsRoute>::new()}/>
                    <Route path=path!("loops/new") view={Lazy::<NewLoopRoute>::new()}/>
                    <ParentRoute path=path!("loops/:id") view=LoopFrame>
                        <Route path=path!("") view={Lazy::<OverviewRoute>::new()}/>
                        <Route path=path!("events") view={Lazy::<EventsRoute>::new()}/>
                        <Route path=path!("events/:event_id") view={Lazy::<EventRoute>::new()}/>
                        <Route path=path!("playground") view={Lazy::<PlaygroundRoute>::new()}/>
                        <Route path=path!("evaluations") view={Lazy::<EvaluationsRoute>::new()}/>
                        <Route path=path!("evaluations/:evaluation_id") view={Lazy::<EvaluationRoute>::new()}/>
                        <Route path=path!("experiments") view={Lazy::<ExperimentsRoute>::new()}/>
                        <Route path=path!("models") view={Lazy::<ModelsRoute>::new()}/>
                        <Route path=path!("actions") view={Lazy::<ActionsRoute>::new()}/>
                        <Route path=path!("features") view={Lazy::<FeaturesRoute>::new()}/>
                        <Route path=path!("settings") view={Lazy::<SettingsRoute>::new()}/>
                        <Route path=path!("keys") view={Lazy::<KeysRoute>::new()}/>
                    </ParentRoute>
                    <Route path=path!("people") view={Lazy::<PeopleRoute>::new()}/>
                    <Route path=path!("audit") view={Lazy::<AuditRoute>::new()}/>
                    <Route path=path!("server") view={Lazy::<HealthRoute>::new()}/>
                </ParentRoute>
                <Route path=path!("/news") view={Lazy::<FrontRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/news/coffee") view={Lazy::<CoffeeRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/news/section/:section") view={Lazy::<SectionRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/news/article/:slug") view={Lazy::<ArticleRoute>::new()} ssr=SsrMode::Async/>
            </Routes>
            <Toasts/>
        </Router>
    }
}

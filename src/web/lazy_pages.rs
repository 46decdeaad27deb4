//! Pages whose browser half is downloaded when they are opened. What all of them share is in the first file.
//!
//! Pages that lie near each other in use make one part, because what two parts have in common becomes files of its own,
//! and there are as many kinds of that as there are pairs and triples of parts.

use leptos::{lazy, prelude::*};
use leptos_router::LazyRoute;

use super::{
    dashboard::{
        actions::ActionsPage,
        administration::{AuditPage, HealthPage, PeoplePage},
        evaluations::{EvaluationPage, EvaluationsPage},
        event::EventPage,
        events::EventsPage,
        experiments::ExperimentsPage,
        features::FeaturesPage,
        keys::KeysPage,
        loops::LoopsPage,
        models::ModelsPage,
        new_loop::NewLoopPage,
        overview::OverviewPage,
        playground::PlaygroundPage,
        settings::SettingsPage,
        sign_in::SignInPage,
        welcome::WelcomePage,
    },
    demo::{ArticlePage, CoffeePage, FrontPage, SectionPage},
    home::HomePage,
};

/// Makes one part of several pages, and a route of each.
macro_rules! parts {
    ($($(#[$about:meta])* $part:ident $download:ident $pages:ident { $($route:ident => $page:ident),* $(,)? })*) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, Copy)]
            #[allow(clippy::enum_variant_names, reason = "they are the names of the components")]
            enum $pages {
                $($page),*
            }

            #[lazy]
            fn $part(page: $pages) -> AnyView {
                match page {
                    $($pages::$page => view! { <$page/> }.into_any()),*
                }
            }

            $(
                #[doc = concat!("The route of `", stringify!($page), "`.")]
                #[derive(Debug)]
                pub struct $route;

                impl LazyRoute for $route {
                    fn data() -> Self {
                        Self
                    }

                    async fn view(_this: Self) -> AnyView {
                        #[cfg(not(target_arch = "wasm32"))]
                        super::browser_half::name(stringify!($part));
                        $part($pages::$page).await
                    }

                    /// The router takes over a page that is there: its part has to be, too.
                    async fn preload() {
                        #[cfg(target_arch = "wasm32")]
                        {
                            $download().await;
                            super::browser_half::next_task().await;
                        }
                    }
                }
            )*
        )*
    };
}

parts! {
    /// What a reader sees.
    newspaper __preload_newspaper NewspaperPages {
        FrontRoute => FrontPage, SectionRoute => SectionPage, ArticleRoute => ArticlePage, CoffeeRoute => CoffeePage,
    }
    /// What one comes in and connects by.
    entrance __preload_entrance EntrancePages {
        HomeRoute => HomePage, SignInRoute => SignInPage, WelcomeRoute => WelcomePage, LoopsRoute => LoopsPage,
        NewLoopRoute => NewLoopPage, KeysRoute => KeysPage,
    }
    /// How a loop is doing.
    watching __preload_watching WatchingPages {
        OverviewRoute => OverviewPage,
    }
    /// What came in, one by one.
    following __preload_following FollowingPages {
        EventsRoute => EventsPage, EventRoute => EventPage,
    }
    /// What a loop chooses from, and by.
    offering __preload_offering OfferingPages {
        ActionsRoute => ActionsPage, FeaturesRoute => FeaturesPage,
    }
    /// How it chooses.
    changing __preload_changing ChangingPages {
        SettingsRoute => SettingsPage,
    }
    /// What those who run the server look at.
    administration __preload_administration AdministrationPages {
        PeopleRoute => PeoplePage, AuditRoute => AuditPage, HealthRoute => HealthPage,
    }
    /// What is tried before anything is changed.
    trying __preload_trying TryingPages {
        PlaygroundRoute => PlaygroundPage, EvaluationsRoute => EvaluationsPage, EvaluationRoute => EvaluationPage,
        ModelsRoute => ModelsPage, ExperimentsRoute => ExperimentsPage,
    }
}

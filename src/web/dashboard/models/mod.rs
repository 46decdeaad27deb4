//! Which model ranks, since when and why; what is inside it; and those that were kept, to go back to.

mod calls;
mod inside;
mod kept;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::{
    calls::{BeginAnew, ForgetModel, KeepModel, ModelsView, RestoreModel, load_models},
    inside::{Inside, Moments},
    kept::{Dangerous, KeepForm, KeptModels},
};
use super::current_loop_id;
use crate::{
    reports,
    web::components::{FormError, Loaded, PageHeader, Stat, TimeText, show_toast},
};

/// What can be done to models.
#[derive(Clone, Copy)]
struct ModelCalls {
    keep: ServerAction<KeepModel>,
    restore: ServerAction<RestoreModel>,
    forget: ServerAction<ForgetModel>,
    reset: ServerAction<BeginAnew>,
}

impl ModelCalls {
    fn n_done(self) -> usize {
        self.keep.version().get()
            + self.restore.version().get()
            + self.forget.version().get()
            + self.reset.version().get()
    }

    fn tell(self) {
        let told = |value: Option<Result<(), crate::web::PageError>>, words: &'static str| {
            if matches!(value, Some(Ok(()))) {
                show_toast(words);
            }
        };
        Effect::new(move |_| told(self.keep.value().get(), "Kept."));
        Effect::new(move |_| told(self.restore.value().get(), "The next Rank uses it. The model before was kept."));
        Effect::new(move |_| told(self.forget.value().get(), "Removed."));
        Effect::new(move |_| told(self.reset.value().get(), "The model began anew. The one before was kept."));
    }

    fn refused(self) -> Option<String> {
        let found = [self.restore.value().get(), self.forget.value().get()];
        found.into_iter().flatten().find_map(|result| result.err().map(|error| error.to_string()))
    }
}

/// `/loops/:id/models`
#[component]
pub fn ModelsPage() -> impl IntoView {
    let id = current_loop_id();
    let calls = ModelCalls {
        keep: ServerAction::new(),
        restore: ServerAction::new(),
        forget: ServerAction::new(),
        reset: ServerAction::new(),
    };
    calls.tell();
    let models = Resource::new(move || (id.get(), calls.n_done()), |(id, _)| load_models(id));
    view! {
        <Title text="Models"/>
        <Loaded resource=models lines=8 view=move |view| view! { <Models view=view id=id calls=calls/> }/>
    }
}

#[component]
fn Models(view: ModelsView, id: Memo<String>, calls: ModelCalls) -> impl IntoView {
    let ModelsView { page, name, may_edit } = view;
    let query = use_query_map();
    let problem = move || calls.refused().or_else(|| query.read().get("problem"));
    let done = move || query.read().get("done").map(|words| view! { <p class="notice" role="status">{words}</p> });
    let base = format!("/loops/{}/models", id.get_untracked());
    let export = format!("{base}/present.zip");
    let sentence = page.sentence.clone();
    let (trust, parts, moments) = (page.trust.clone(), page.parts.clone(), page.moments.clone());
    let (kept, limits, arguments) = (page.kept.clone(), page.limits.clone(), page.arguments.clone());
    view! {
        <PageHeader title="Models" sentence=sentence>
            <a class="button" rel="external" download="" href=export>"Export, signed"</a>
        </PageHeader>
        <FormError message=Signal::derive(problem)/>
        {done}
        <Present page=page/>
        <Inside trust=trust parts=parts arguments=arguments/>
        {may_edit.then(|| view! { <KeepForm id=id calls=calls limits=limits/> })}
        <KeptModels kept=kept id=id calls=calls may_edit=may_edit base=base.clone()/>
        <Moments moments=moments/>
        {may_edit.then(|| view! { <Dangerous id=id name=name calls=calls base=base/> })}
    }
    .into_any()
}

/// The figures of the model that ranks.
#[component]
fn Present(page: reports::ModelsPage) -> impl IntoView {
    let alarms = page.alarms.clone().map(|alarms| {
        let note = page.last_alarm.clone().map_or_else(
            || "It has not noticed any change of the world.".to_owned(),
            |at| format!("It last noticed that rewards fell behind what it predicted {}.", at.relative),
        );
        view! { <Stat label="Alarms" value=alarms note=note/> }
    });
    let explored = page.explored.clone().map(|explored| {
        view! { <Stat label="Explored lately" value=explored note="Share of recent decisions, the past fading over 200 of them."/> }
    });
    let relearning = page.relearning_percent.map(|percent| {
        view! { <p class="notice" role="status">"A new model is being trained from the log: "{percent}" % done. This one ranks meanwhile."</p> }
    });
    view! {
        {relearning}
        <section class="card model-now">
            <div class="stats">
                <Stat label="Version" value=page.version note="Counts every learning step, and every model that took another's place."/>
                <Stat label="Learned from" value=page.n_learned unit="decisions"/>
                <Stat label="Size in memory" value=page.size/>
                {alarms}
                {explored}
            </div>
            <p>
                {page.origin}
                {page.origin_at.map(|at| view! { " "<span class="muted"><TimeText moment=at exact=true/></span> })}
                {page.origin_by.map(|by| view! { <span class="muted">" by "{by}</span> })}
                {page.changed.map(|at| view! { <span class="muted">" It last changed "<TimeText moment=at/>"."</span> })}
            </p>
        </section>
    }
    .into_any()
}

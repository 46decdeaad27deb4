//! `model`: a model as a readable table, at the machine itself.

use std::{fs, path::Path};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};

use super::{
    config::DataOptions,
    model_table::{Subject, table},
    telemetry,
};
use crate::{
    bandit::{ActionInput, Names, Policy, slot_context},
    clock::Clock,
    log::{Fact, Ranked},
    loops::model_archive::unpack_of_any_signer,
    store::{LoopRow, Store},
    terms::{Configuration, LoopId},
    trainer::replay,
};

/// How a zip begins.
const ZIP_MAGIC: &[u8; 2] = b"PK";
/// How many of a loop's newest Ranks are looked at for names.
const N_LOOKED_AT: i64 = 1_000;

/// Looking at models.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Print models as tables: what they learned, which learners they trust, what they keep in memory, which actions,
    /// features and weights matter most.
    ///
    /// Works while the server runs, and changes nothing. A model keeps hashes instead of names. For a loop, its newest
    /// events say what they stand for; for a file, those of the loop in --names-from.
    Show(ModelShow),
}

/// What to show.
#[derive(Debug, Args)]
pub struct ModelShow {
    /// Files of exported models (bare, or in their signed zip), and ids or names of loops.
    #[arg(required = true, value_name = "FILE_OR_LOOP")]
    pub models: Vec<String>,

    /// For files: the loop whose events say what features and actions are called.
    #[arg(long, value_name = "NAME_OR_ID")]
    pub names_from: Option<String>,

    /// How many actions, features and weights are listed, most important first.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,

    #[command(flatten)]
    pub data: DataOptions,
}

/// Prints what was asked for.
pub async fn run(command: ModelCommand) -> anyhow::Result<()> {
    telemetry::start();
    let ModelCommand::Show(options) = command;
    print!("{}", shown(&options).await?);
    Ok(())
}

/// The tables of all models, with an empty line between.
async fn shown(options: &ModelShow) -> anyhow::Result<String> {
    let needs_data = options.names_from.is_some() || options.models.iter().any(|model| !Path::new(model).is_file());
    let store = if needs_data { Some(open(options).await?) } else { None };
    let mut tables = Vec::with_capacity(options.models.len());
    for model in &options.models {
        tables.push(shown_one(model, options, store.as_ref()).await?);
    }
    if let Some(store) = store {
        store.close().await;
    }
    Ok(tables.join("\n"))
}

/// Looking makes nothing, so a folder without data is an error and not an empty database.
async fn open(options: &ModelShow) -> anyhow::Result<Store> {
    let file = options.data.url();
    if let Some(file) = file.strip_prefix("sqlite:").filter(|file| !Path::new(file).is_file()) {
        match options.models.iter().find(|model| !Path::new(model).is_file()) {
            Some(model) => {
                bail!("{model} is no file, and there are no data with a loop of that name: {file} is missing")
            }
            None => bail!("there are no data to take names from: {file} is missing"),
        }
    }
    options.data.open().await
}

async fn shown_one(model: &str, options: &ModelShow, store: Option<&Store>) -> anyhow::Result<String> {
    let path = Path::new(model);
    if path.is_file() {
        let policy = read(path)?;
        let names = match (store, &options.names_from) {
            (Some(store), Some(named)) => names(store, &find(store, named).await?.id, &policy).await?,
            _ => Names::default(),
        };
        // A file does not say how much its loop may explore.
        let exploration = Configuration::default().exploration_percentage;
        let subject = Subject { title: format!("The model in {model}"), cap: None, names };
        return Ok(table(&subject, &policy, exploration, options.top));
    }
    let store = store.context("the data are opened wherever a loop is named")?;
    let row = find(store, model).await?;
    let fold =
        replay(store, &row.id).await.with_context(|| format!("the log of the loop {} cannot be read", row.name))?;
    let exploration = fold.cell().in_force().configuration.exploration_at(Clock::System.now_us());
    let learned = fold.cell().learned().policy.clone();
    let names = names(store, &row.id, &learned).await?;
    let subject =
        Subject { title: format!("The model of the loop {} ({})", row.name, row.id), cap: Some(exploration), names };
    Ok(table(&subject, &learned, exploration, options.top))
}

/// A model as somebody exported it. Whose signature is on it makes no difference to whoever only looks.
fn read(path: &Path) -> anyhow::Result<Policy> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let bytes = if bytes.starts_with(ZIP_MAGIC) {
        let unpacked = unpack_of_any_signer(&bytes);
        unpacked.with_context(|| format!("the archive {} cannot be used", path.display()))?.0
    } else {
        bytes
    };
    Policy::from_any_bytes(&bytes).with_context(|| format!("{} holds no model", path.display()))
}

async fn find(store: &Store, name_or_id: &str) -> anyhow::Result<LoopRow> {
    let mut loops = store.loops().await.context("the loops cannot be read")?;
    if let Some(at) = loops.iter().position(|row| row.id.as_str() == name_or_id) {
        return Ok(loops.swap_remove(at));
    }
    loops.retain(|row| row.name == name_or_id);
    ensure!(loops.len() < 2, "several loops are called {name_or_id}; name the one by its id");
    loops.pop().with_context(|| format!("{name_or_id} is no file, and no loop is called so"))
}

/// What the newest events of a loop say of a model's hashes. An event that cannot be read says nothing.
async fn names(store: &Store, id: &LoopId, policy: &Policy) -> anyhow::Result<Names> {
    let newest = store.latest_of_kind(id, Fact::RANKED, i64::MAX, N_LOOKED_AT).await;
    let mut names = Names::default();
    for stored in newest.context("the newest events cannot be read")? {
        if let Ok(Fact::Ranked(ranked)) = Fact::from_body(stored.seq, stored.kind, &stored.body) {
            let _: Option<()> = meet(&mut names, policy, &ranked);
        }
    }
    Ok(names)
}

fn meet(names: &mut Names, policy: &Policy, ranked: &Ranked) -> Option<()> {
    let features = ranked.features().ok()?;
    let actions = features.actions.iter();
    let inputs: Vec<_> =
        actions.map(|action| ActionInput { id: action.id.as_str(), features: &action.features }).collect();
    for (slot_idx, slot) in ranked.slots.iter().enumerate() {
        let own = features.slots.get(slot_idx).map_or(&[][..], |slot| &slot.features);
        let context = slot_context(&features.context_features, slot.slot_id.as_ref(), own);
        names.meet(policy, &context, &inputs).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        clock::{Clock, ManualClock},
        loops::{self, LiveLoop, Loops, LoopsOptions, NewLoop, RankRequest, RankableAction, TrustedSigners},
        server::config::{Command, Config},
        store::Durability,
        terms::Author,
    };

    async fn told(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
        let data_dir = folder.to_str().expect("a plain path");
        let line = ["rankloop", "model", "show", "--data-dir", data_dir, "--database-url", ""];
        let config = Config::try_parse_from(line.iter().chain(arguments))?;
        let Command::Model(ModelCommand::Show(options)) = config.command else { panic!("another command") };
        shown(&options).await
    }

    fn request(event_id: String, device: &str) -> RankRequest<'static> {
        let object = |value: Value| value.as_object().expect("an object").clone().into();
        let action = |id: &str| RankableAction::new(id.parse().expect("an id"), vec![object(json!({ "topic": id }))]);
        let sent = ["news", "sport"].map(|id| json!({ "id": id, "features": [{ "topic": id }] }));
        let body = json!({
            "eventId": event_id,
            "contextFeatures": [{ "device": device }],
            "actions": sent,
        });
        RankRequest {
            body: body.to_string().into(),
            context: vec![object(json!({ "device": device }))],
            actions: Some(vec![action("news"), action("sport")]),
            excluded: Vec::new(),
            event_id: Some(event_id.parse().expect("an id")),
            is_deferred: false,
            came_with: None,
            is_explained: false,
        }
    }

    async fn play(live: &LiveLoop, n_events: usize) {
        for n in 0..n_events {
            let device = ["mobile", "desktop"][n % 2];
            let ranking = loops::rank(live, request(format!("e{n}"), device)).await.expect("a ranking");
            let is_right = (ranking.reward_action_id.as_str() == "sport") == (n % 2 == 0);
            let value = if is_right { 1.0 } else { 0.0 };
            loops::reward(live, ranking.event_id, value).await.expect("accepted");
        }
    }

    /// A folder with the data of a loop called coffee, an export of its model, and the same signed.
    async fn house(arguments: Option<&str>) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("rankloop.db").display());
        let store = Store::open(&url).await.expect("a store");
        store.migrate().await.expect("a schema");
        let options = LoopsOptions {
            durability: Durability::Relaxed,
            n_queued: 1_000,
            n_actions_most: 50,
            trusted_signers: TrustedSigners::default(),
            learners: Default::default(),
        };
        let clock = Clock::Manual(ManualClock::at(1_767_225_600_000_000));
        let loops = Loops::open(store.clone(), clock, options).await.expect("loops");
        let new = NewLoop::new("coffee".to_owned(), Configuration::default(), arguments, false);
        let live = loops.create(new, &Author::server("test")).await.expect("a loop").live;
        play(&live, 60).await;
        let signed = live.export_signed_model().await.expect("signed").bytes;
        fs::write(folder.path().join("coffee.zip"), signed).expect("written");
        fs::write(folder.path().join("coffee.model"), live.export_model().await.expect("a model").bytes)
            .expect("written");
        let id = live.id().to_string();
        loops.shut_down().await;
        store.close().await;
        (folder, id)
    }

    fn has_all(text: &str, parts: &[&str]) {
        parts.iter().for_each(|part| assert!(text.contains(part), "no {part:?} in:\n{text}"));
    }

    #[tokio::test]
    async fn a_loops_model_is_shown_by_name_or_id_with_the_names_of_its_newest_events() {
        let (folder, id) = house(None).await;
        let text = told(folder.path(), &["coffee"]).await.expect("a table");
        has_all(
            &text,
            &[
                &format!("The model of the loop coffee ({id})"),
                "rankloop's own learner, auto",
                "learned      60 events",
                "rewards      from 0 to 1, ",
                "the cap of 20.0 % ",
                "alarms       0; the present world is 60 events old",
                "network-contest ",
                "  window ",
                "Actions by how often they were chosen: 2\n",
                "  action=sport\n",
                "Features of contexts by how often they came: 2\n",
                "          30  device=mobile\n",
                "Largest linear weights",
                "device=mobile × action=sport",
            ],
        );
        assert!(!text.contains('#'), "{text}");
        assert_eq!(told(folder.path(), &[&id]).await.expect("a table"), text);
    }

    #[tokio::test]
    async fn a_file_is_shown_bare_or_signed_and_takes_its_names_from_a_loop_if_asked() {
        let (folder, _) = house(None).await;
        let [bare, signed] = ["coffee.model", "coffee.zip"].map(|name| folder.path().join(name).display().to_string());
        let nowhere = folder.path().join("nowhere");
        let text = told(&nowhere, &[&bare, &signed]).await.expect("tables");
        let (of_bare, of_signed) = text.split_once(&format!("\nThe model in {signed}")).expect("two tables");
        assert_eq!(of_bare.split_once('\n').expect("lines").1, of_signed.split_once('\n').expect("lines").1);
        has_all(of_bare, &["60 events", "Trust", "Memory: ", "  #"]);
        assert!(!text.contains("action=sport") && !text.contains("cap of") && !nowhere.exists());
        let named = told(folder.path(), &["--names-from", "coffee", "--top", "1", &bare]).await.expect("a table");
        has_all(&named, &["  device=desktop\n", "           1 more", "action="]);
    }

    #[tokio::test]
    async fn a_model_of_other_arguments_shows_them_and_its_weights() {
        let (folder, _) = house(Some("--cb_explore_adf --cb_type dm -q :: -b 12")).await;
        let text = told(folder.path(), &["coffee"]).await.expect("a table");
        has_all(
            &text,
            &["arguments    --cb_explore_adf --cb_type dm -q :: -b 12", "learned      60 events", "  weights "],
        );
        has_all(&text, &["Memory: 64.00 KiB", "device=mobile × topic=sport"]);
        assert!(!text.contains("Trust") && !text.contains("alarms"), "{text}");
    }

    #[tokio::test]
    async fn what_cannot_be_shown_is_refused_in_words_and_nothing_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = told(folder.path(), &["coffee"]).await.expect_err("there is nothing").to_string();
        assert!(refused.contains("coffee is no file") && refused.contains("rankloop.db is missing"), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
        let file = folder.path().join("text");
        fs::write(&file, "no model").expect("written");
        let refused = told(folder.path(), &[file.to_str().expect("a path")]).await.expect_err("no model").to_string();
        assert!(refused.contains("text holds no model"), "{refused}");
        assert!(told(folder.path(), &[]).await.is_err());
        let (house, _) = house(None).await;
        let refused = told(house.path(), &["tea"]).await.expect_err("no such loop").to_string();
        assert!(refused.contains("no loop is called so"), "{refused}");
    }
}

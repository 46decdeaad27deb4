//! The one real export that is public, read back from its weights.

use serde_json::{Value, json};

use super::{ActionInput, Example, JsonObject, Policy};
use crate::{bandit::hash, terms::ExplorationShare};

const ARGUMENTS: &str = " --cb_adf --cb_explore_adf --cb_type mtr --csoaa_ldf multiline --csoaa_rank --epsilon \
                         0.200000002980232 --learning_rate 0.00100000004749745 --power_t 0 --quadratic ::";

/// The file as the service would have written it: the header of its other exports, which keep what learning needs, and
/// these weights. Only they are public, so their G and N stand at nothing.
fn file() -> Vec<u8> {
    let mut file = [6u32.to_le_bytes().as_slice(), b"9.1.0\0"].concat();
    let mut checksum = 0;
    let mut put = |file: &mut Vec<u8>, piece: &[u8]| {
        checksum = hash::murmur3(piece, checksum);
        file.extend_from_slice(piece);
    };
    put(&mut file, &1u32.to_le_bytes());
    put(&mut file, b"\0");
    put(&mut file, b"m");
    put(&mut file, &(-1.0f32).to_le_bytes());
    put(&mut file, &0.0f32.to_le_bytes());
    for number in [18u32, 0, 0, 0, ARGUMENTS.len() as u32 + 1] {
        put(&mut file, &number.to_le_bytes());
    }
    put(&mut file, &[ARGUMENTS.as_bytes(), b"\0"].concat());
    file.extend(4u32.to_le_bytes());
    file.extend(checksum.to_le_bytes());
    file.extend(4_719u64.to_le_bytes());
    file.extend(23_595u64.to_le_bytes());
    file.push(1);
    // Up to the labels, what follows them, and no l1 or l2.
    file.extend([0; 4 + 8 + 3 * 8 + 4]);
    file.extend((-1.0f32).to_le_bytes());
    file.extend([0; 4 + 3 * 8 + 2 * 8 + 3 * 8]);
    file.extend(0.0f64.to_le_bytes());
    file.extend(1.0f64.to_le_bytes());
    for line in include_str!("quickstart.csv").lines().filter(|line| !line.starts_with('#')) {
        let (index, weight) = line.split_once(',').expect("an index and a weight");
        file.extend(index.parse::<u32>().expect("an index").to_le_bytes());
        file.extend(weight.parse::<f32>().expect("a weight").to_le_bytes());
        file.extend([0; 8]);
    }
    file
}

fn objects(values: &[Value]) -> Vec<JsonObject> {
    values.iter().map(|value| value.as_object().expect("an object").clone()).collect()
}

fn actions() -> Vec<(&'static str, Vec<JsonObject>)> {
    let action = |id, company: &str, attributes: Value, diet: [bool; 6]| {
        let [vegan, low_carb, high_protein, vegetarian, low_fat, low_sodium] = diet;
        let diet = json!({
            "vegan": vegan, "low_carb": low_carb, "high_protein": high_protein,
            "vegetarian": vegetarian, "low_fat": low_fat, "low_sodium": low_sodium,
        });
        let features =
            json!({"brand_info": {"company": company}, "attributes": attributes, "dietary_attributes": diet});
        (id, objects(&[features]))
    };
    let attributes = |qty: u32, category: &str, price: u32| json!({"qty": qty, "category": category, "price": price});
    vec![
        action(
            "pasta",
            "pasta_inc",
            json!({"qty": 1, "cuisine": "italian", "price": 12}),
            [false, false, false, false, true, true],
        ),
        action("bbq", "ambisco", attributes(2, "bbq", 20), [false, true, true, false, false, false]),
        action("bao", "bao_and_co", attributes(4, "chinese", 8), [false, true, true, false, true, false]),
        action("hummus", "garbanzo_inc", attributes(1, "breakfast", 5), [true, false, true, true, false, false]),
        action("veg_platter", "farm_fresh", attributes(1, "produce", 7), [true, true, false, true, true, true]),
    ]
}

fn context(diet: &str, price: &str, browser: &str, [location, time, application]: [&str; 3]) -> Vec<JsonObject> {
    objects(&[
        json!({"dietary_preferences": diet, "avg_order_price": price, "browser_type": browser}),
        json!({"location": location}),
        json!({"time_of_day": time}),
        json!({"application_type": application}),
    ])
}

#[test]
fn a_real_export_expects_here_what_it_expected_there() {
    let policy = Policy::from_any_bytes(&file()).expect("a model");
    assert_eq!(policy.n_learned(), 4_719);
    let settings = policy.settings();
    assert_eq!(settings.arguments(), Some("--cb_explore_adf --cb_type mtr --epsilon 0.2 -l 0.001 --power_t 0 -q ::"));
    let contexts = [
        context("low_carb", "0-20", "edge", ["west", "morning", "edge"]),
        context("low_carb", "0-20", "edge", ["midwest", "evening", "mobile_app"]),
        context("low_sodium", "201+", "safari", ["east", "afternoon", "safari"]),
        context("{'vegetarian', 'vegan'}", "21-50", "edge", ["west", "morning", "edge_mobile"]),
    ];
    // What Vowpal Wabbit was seen to expect of each action with the exported model.
    let costs = [
        [-0.551_784, -0.057_381, -0.081_759, -0.036_017, -0.110_267],
        [-0.551_033, -0.056_814, -0.080_834, -0.035_632, -0.109_475],
        [-0.526_143, -0.050_118, -0.073_079, -0.029_223, -0.099_446],
        [-0.551_459, -0.056_457, -0.081, -0.035_609, -0.109_52],
    ];
    let actions = actions();
    let inputs: Vec<ActionInput<'_>> = actions.iter().map(|(id, features)| ActionInput { id, features }).collect();
    for (context, costs) in contexts.iter().zip(costs) {
        let example = Example::new(context, &inputs).expect("good features");
        for (score, cost) in policy.scores(&example).iter().zip(costs) {
            assert!((score + cost).abs() < 1e-4, "{score} is not {}", -cost);
        }
        let share = ExplorationShare::try_from(0.2).expect("a share");
        let pmf = policy.pmf(&example, &[true; 5], share);
        let recorded = [0.84, 0.04, 0.04, 0.04, 0.04];
        assert!(pmf.as_slice().iter().zip(recorded).all(|(one, other)| (one - other).abs() < 1e-6), "{pmf:?}");
    }
}

/// An untrained model as the service answered it: 364 bytes. Its checksum is a fact that no code of ours made.
#[test]
fn the_header_has_the_checksum_that_the_service_wrote() {
    let file = file();
    let at = 6 + 4 + 5 + 1 + 8 + 16 + 4 + ARGUMENTS.len() + 1;
    let mut untrained = file[..at + 8 + 16 + 1 + 128].to_vec();
    // The labels of nothing seen, in the header and in the state, and no event.
    untrained[16..24].fill(0);
    untrained[at + 4..at + 8].copy_from_slice(&0x9755_7575u32.to_le_bytes());
    untrained[at + 8..at + 24].fill(0);
    untrained[at + 25..].fill(0);
    let n = untrained.len();
    untrained[n - 8..].copy_from_slice(&1.0f64.to_le_bytes());
    assert_eq!(n, 364);
    let policy = Policy::from_any_bytes(&untrained).expect("the service's own checksum");
    assert_eq!(policy.n_learned(), 0);
    assert_eq!(Policy::new(policy.settings().clone()).to_bytes(), policy.to_bytes());
}

//! The arguments in a Vowpal Wabbit model as somebody would have sent them.

use super::vowpal_wabbit::IMPLIED;

/// What a model's arguments say.
#[derive(Debug)]
pub(in crate::bandit) struct OfModel {
    /// What to learn and explore by; may still hold what is refused.
    pub arguments: String,
    /// `--random_seed`, which in a model is where the generator stands.
    pub random_state: u64,
    /// `--l1_state`.
    pub gravity: Option<f64>,
    /// `--l2_state`.
    pub contraction: Option<f64>,
}

/// Leaves out what other arguments imply, takes out what is state and not setting, shortens names, and writes numbers
/// as they were before they went through 32 bits. `bits` stand in the header and not among the arguments.
pub(in crate::bandit) fn of_model(text: &str, bits: u32) -> OfModel {
    let mut read = OfModel { arguments: String::new(), random_state: 0, gravity: None, contraction: None };
    let is_multi_slot = text.split_whitespace().any(|word| word == "--ccb_explore_adf");
    let mut has_bits = false;
    let mut kept: Vec<String> = Vec::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "--csoaa_ldf" => drop(words.next()),
            "--random_seed" => read.random_state = value(words.next()).unwrap_or(0),
            "--l1_state" => read.gravity = value(words.next()),
            "--l2_state" => read.contraction = value(words.next()),
            "--cb_explore_adf" if is_multi_slot => {}
            word if IMPLIED.contains(&word) => {}
            "--quadratic" => kept.push("-q".to_owned()),
            "--learning_rate" => kept.push("-l".to_owned()),
            "--bit_precision" | "-b" => {
                has_bits = true;
                kept.push("-b".to_owned());
            }
            word => kept.push(as_sent(word)),
        }
    }
    if bits != super::DEFAULT_BITS && !has_bits {
        kept.push(format!("-b {bits}"));
    }
    read.arguments = kept.join(" ");
    read
}

fn value<T: std::str::FromStr>(word: Option<&str>) -> Option<T> {
    word.and_then(|word| word.parse().ok())
}

/// 0.200000002980232 is what 32 bits make of 0.2.
fn as_sent(word: &str) -> String {
    match word.parse::<f32>() {
        Ok(number) if word.contains('.') && number.is_finite() => number.to_string(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_back_as_they_were_sent() {
        let written = " --cb_adf --cb_explore_adf --cb_type mtr --csoaa_ldf multiline --csoaa_rank --epsilon \
                       0.200000002980232 --learning_rate 0.00100000004749745 --power_t 0 --quadratic ::";
        let of_model = of_model(written, 18);
        assert_eq!(of_model.arguments, "--cb_explore_adf --cb_type mtr --epsilon 0.2 -l 0.001 --power_t 0 -q ::");
        assert_eq!((of_model.random_state, of_model.gravity), (0, None));
    }

    #[test]
    fn state_is_taken_out_of_the_arguments() {
        let written = "--bag 3 --cb_adf --cb_explore_adf --ccb_explore_adf --cb_sample --l1_state 0.25 --random_seed \
                       17756388673505506488";
        let of_model = of_model(written, 20);
        assert_eq!(of_model.arguments, "--bag 3 --ccb_explore_adf -b 20");
        assert_eq!((of_model.random_state, of_model.gravity), (17_756_388_673_505_506_488, Some(0.25)));
    }
}

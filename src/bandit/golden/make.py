"""Makes the figures that tests compare with: what Vowpal Wabbit answers to the same events and arguments.

    python3 -m venv venv && venv/bin/pip install vowpalwabbit==9.11.* && venv/bin/python make.py

Writes, beside itself: events.jsonl (made up here), probabilities.txt (per line arguments, then the distributions before
some of the events, each event learned after it was predicted) and models/ (a model after 20 events, and in
models/probabilities.txt the distributions before the next ones).
"""

import json
import pathlib
import random

import vowpalwabbit

HERE = pathlib.Path(__file__).parent
N_EVENTS = 48
N_BEFORE_MODEL = 20

ARGUMENTS = """\
--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::
--cb_explore_adf --epsilon 0.2 --first_only -q Fi
--cb_explore_adf --squarecb -q ::
--cb_explore_adf --squarecb --power_t 0 -l 0.01 -q ::
--cb_explore_adf --squarecb --gamma_scale 30 --gamma_exponent 0.3 -q jF --cubic FFi
--cb_explore_adf --squarecb --noconstant --ignore F -q ij -q ww
--cb_explore_adf --squarecb --keep Fi -q Fi
--cb_explore_adf --squarecb --ignore_linear F -q Fi
--cb_explore_adf --squarecb --interactions FFij --cubic j:F
--cb_explore_adf --squarecb --l1 1e-4 -q Fi
--cb_explore_adf --squarecb --l2 1e-3 -q Fi
--cb_explore_adf --squarecb --initial_t 5 -q Fi
--cb_explore_adf --squarecb --power_t 0.3 -l 2 -q Fi
--cb_explore_adf --squarecb --coin -q Fi
--cb_explore_adf --squarecb --marginal i -q Fi
--cb_explore_adf --squarecb --marginal i --decay 0.01 --initial_numerator 0 -q Fj -l 1 --power_t 0
--cb_explore_adf --squarecb -q Fi -b 10
--cb_explore_adf --softmax --lambda 5 -q Fi --cb_type mtr
--cb_explore_adf --softmax --lambda 5 -q Fi --cb_type ips
--cb_explore_adf --softmax --lambda 5 -q Fi --cb_type dr
--cb_explore_adf --softmax --lambda 5 -q Fi --cb_type dm
--cb_explore_adf --softmax --lambda 5 -q Fi --cb_type dr --epsilon 0.3
--cb_explore_adf --softmax --lambda 5 -q Fi --clip_p 0.3
--cb_explore_adf --softmax --lambda 5 -q Fi --coin --cb_type dr
--cb_explore_adf --softmax --lambda 5 -q Fi --power_t 0 -l 0.01 --cb_type ips --l1 1e-5
--cb_explore_adf --first 20 -q Fi --epsilon 0.1
--cb_explore_adf --bag 5 -q Fi --greedify --epsilon 0.1
--cb_explore_adf --bag 3 -q Fi --cb_type dr
--cb_explore_adf --bag 4 -q Fi --coin --random_seed 42
--cb_explore_adf --cover 3 -q Fi
--cb_explore_adf --cover 3 -q Fi --epsilon 0.1 --cb_type dr
--cb_explore_adf --cover 3 -q Fi --epsilon 0.1 --cb_type ips
--cb_explore_adf --cover 4 -q Fi --psi 0.1 --nounif
--cb_explore_adf --regcb -q Fi --mellowness 0.01 --cb_min_cost -1 --cb_max_cost 0
--cb_explore_adf --regcb --regcbopt -q Fi --mellowness 0.01 --cb_min_cost -1 --cb_max_cost 0
""".splitlines()

# Without what Vowpal Wabbit does not keep in a model: --l1, --l2, --initial_t, sizes of all models but the first.
MODELS = {
    "default": "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q :: -b 10",
    "square_cb": "--cb_explore_adf --squarecb -q Fi -b 10",
    "weights_alone": "--cb_explore_adf --squarecb -q Fi -b 10 --predict_only_model",
    "coin": "--cb_explore_adf --squarecb --coin -q Fi -b 10",
    "marginal": "--cb_explore_adf --squarecb --marginal i -q Fj -b 10",
    "ips": "--cb_explore_adf --softmax --lambda 5 --epsilon 0.1 --cb_type ips -b 10",
    "first": "--cb_explore_adf --first 23 --epsilon 0.1 -q Fi -b 10",
    "cover": "--cb_explore_adf --cover 2 --epsilon 0.1 --cb_type ips -b 10",
    "reg_cb": "--cb_explore_adf --regcb --mellowness 0.01 --cb_min_cost -1 --cb_max_cost 0 -q Fi -b 10",
    "bag": "--cb_explore_adf --bag 2 --epsilon 0.1 -b 10",
}


def events():
    random.seed(11)
    for _ in range(N_EVENTS):
        context = [
            {
                "user": random.choice(["ann", "bob", "cyn"]),
                "age": round(random.uniform(18, 70), 1),
                "weather": {"sky": random.choice(["sun", "rain"]), "temp": random.randint(-5, 30)},
            },
            {"hour": random.choice(["am", "pm"])},
        ]
        n_actions = random.randint(2, 5)
        topics = ["news", "sport", "art", "tech", "food"]
        actions = [
            {"id": f"act{n}", "features": [{"topic": topics[n], "price": n * 1.5 + 0.5, "tags": {"hot": n % 2 == 0}}]}
            for n in range(n_actions)
        ]
        chosen = random.randrange(n_actions)
        best = (["ann", "bob", "cyn"].index(context[0]["user"]) + (context[1]["hour"] == "pm")) % n_actions
        yield {
            "context": context,
            "actions": actions,
            "chosen": chosen,
            "probability": round(random.uniform(0.1, 0.9), 3),
            "reward": round((chosen == best) + random.uniform(-0.2, 0.2), 3),
        }


def as_dsjson(event):
    chosen, probability = event["chosen"], event["probability"]
    multi = [{"i": {"constant": 1, "id": one["id"]}, "j": one["features"]} for one in event["actions"]]
    order = [chosen] + [n for n in range(len(multi)) if n != chosen]
    rest = (1 - probability) / (len(multi) - 1)
    return json.dumps({
        "_label_cost": -event["reward"],
        "_label_probability": probability,
        "_label_Action": chosen + 1,
        "_labelIndex": chosen,
        "EventId": "x",
        "a": [n + 1 for n in order],
        "c": {"FromUrl": event["context"], "_multi": multi},
        "p": [probability] + [rest] * (len(multi) - 1),
    })


def live(workspace, events):
    """The distribution before each event."""
    for event in events:
        example = workspace.parse(as_dsjson(event))
        pmf = workspace.predict(example)
        workspace.finish_example(example)
        # RegCB gives each of equally good actions a one.
        yield [probability / sum(pmf) for probability in pmf]
        example = workspace.parse(as_dsjson(event))
        workspace.learn(example)
        workspace.finish_example(example)


def line(name, pmfs):
    return name + " | " + " ; ".join(" ".join(f"{probability:.6f}" for probability in pmf) for pmf in pmfs)


def main():
    all_events = list(events())
    (HERE / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in all_events))
    lines = []
    for arguments in ARGUMENTS:
        workspace = vowpalwabbit.Workspace(arguments + " --quiet --dsjson")
        pmfs = list(live(workspace, all_events))
        lines.append(line(arguments, pmfs[5::6]))
    (HERE / "probabilities.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for name, arguments in MODELS.items():
        path = HERE / "models" / f"{name}.vw"
        workspace = vowpalwabbit.Workspace(arguments + " --quiet --dsjson")
        list(live(workspace, all_events[:N_BEFORE_MODEL]))
        workspace.save(str(path))
        workspace.finish()
        workspace = vowpalwabbit.Workspace(f"-i {path} --quiet --dsjson")
        lines.append(line(name, live(workspace, all_events[N_BEFORE_MODEL : N_BEFORE_MODEL + 8])))
    (HERE / "models" / "probabilities.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

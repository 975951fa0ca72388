//! The Lesson pane: one step at a time, with what is asked, what is still missing, and hints that unfold.

use super::on;
use super::prose::{outcome, prose};
use crate::dom::window;
use crate::lesson::taught::Taught;
use crate::lesson::workshop;
use crate::session::Session;
use crate::state::{Change, Dialog};
use lesson::Verdict;
use lesson::judge::Decision;
use lesson::prediction::{Ask, Prediction, Stop};
use lesson::question::{Feedback, Kind};
use markup::html;
use netlab::topology::NodeId;
use std::rc::Rc;
use texts::t;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

/// The pane. What is done in it is done to the lesson that is open then.
pub fn lesson_pane(session: &Session, taught: &Rc<Taught>) -> Html {
    let lesson = taught.lesson();
    let number = taught.step();
    let step = &lesson.steps[number];
    let text =
        |key: &str| taught.prose(key).map(|blocks| prose(taught, &step.id, &blocks)).unwrap_or_default();
    let count = lesson.steps.len();
    let is_last = number + 1 == count;
    let open: Vec<_> = (0..count).filter(|&step| !taught.is_step_done(step)).collect();
    let is_done = !open.contains(&number);
    let done = (0..=number).filter(|step| !open.contains(step)).count();
    let asks = !(step.goals.is_empty() && step.questions.is_empty() && step.predictions.is_empty());
    let go = |to: usize| {
        let taught = taught.clone();
        on(session, move |session| {
            taught.go_to(session, to);
            crate::dom::focus_when_rendered("lesson-step");
        })
    };
    let hints = (1..=step.hints).map(|hint| {
        let key = format!("step.{}.hint{hint}", step.id);
        html! {
            <details key={key.clone()} class="hint-box">
                <summary>{ t!("Hint {hint}") }</summary>
                { taught.prose(&key).map(|blocks| prose(taught, &format!("{}-{hint}", step.id), &blocks)).unwrap_or_default() }
            </details>
        }
    });
    html! {
        <div class="lesson">
            <p class="lesson-where">
                <strong>{ taught.line("title") }</strong>
                <span>{ t!("Step {} of {count}", number + 1) }</span>
            </p>
            <progress class="lesson-bar" max={count.to_string()} value={done.to_string()}
                aria-label={t!("Steps of the lesson")} />
            <section key={step.id.clone()} class="lesson-step" aria-labelledby="lesson-step">
                <h2 id="lesson-step" tabindex="-1">{ taught.line(&format!("step.{}.title", step.id)) }</h2>
                { text(&format!("step.{}.text", step.id)) }
                { for step.predictions.iter().map(|&number| prediction(session, taught, number)) }
                { for step.questions.iter().map(|&number| question(session, taught, number)) }
                { goals(session, taught, &step.goals) }
                { for hints }
            </section>
            if is_last && taught.is_done() {
                { end(session, taught) }
            } else if is_last && is_done && !open.is_empty() {
                <p role="status">{ t!("Almost done. These steps are still open:") }</p>
                <p class="actions">
                    { for open.iter().map(|&step| html! {
                        <button key={step} type="button" class="button" onclick={go(step)}>
                            { taught.line(&format!("step.{}.title", lesson.steps[step].id)) }
                        </button>
                    }) }
                </p>
            }
            <p class="actions lesson-steps">
                if number > 0 {
                    <button type="button" class="button" onclick={go(number - 1)}>{ t!("Back") }</button>
                }
                if !is_last {
                    <button type="button" class={if is_done { "button primary" } else { "button" }} onclick={go(number + 1)}>
                        { if is_done || !asks { t!("Next") } else { t!("Skip this step") } }
                    </button>
                }
            </p>
            <p class="actions lesson-more">
                <button type="button" class="button quiet" onclick={{
                    let taught = taught.clone();
                    on(session, move |session| taught.again(session))
                }}>{ t!("Begin the network again") }</button>
                <button type="button" class="button quiet"
                    onclick={on(session, |session| session.change(Change::Open(Dialog::Course(None))))}>{ t!("All lessons") }</button>
                if taught.is_draft() {
                    <button type="button" class="button" onclick={{
                        let taught = taught.clone();
                        on(session, move |session| {
                            taught.end(session);
                            workshop::open_kept(session);
                        })
                    }}>{ t!("Back to the workshop") }</button>
                }
                <button type="button" class="button quiet" onclick={{
                    let taught = taught.clone();
                    on(session, move |session| taught.end(session))
                }}>{ t!("End the lesson") }</button>
            </p>
        </div>
    }
}

/// What is chosen or typed in a form.
fn given(event: &SubmitEvent) -> Vec<String> {
    let form: Element = event.target_unchecked_into();
    let mut given = Vec::new();
    if let Ok(inputs) = form.query_selector_all("input:checked, input[type=text]") {
        for number in 0..inputs.length() {
            let input = inputs.item(number).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
            given.extend(input.map(|input| input.value()).filter(|value| !value.trim().is_empty()));
        }
    }
    given
}

fn submit(session: &Session, act: impl Fn(&Session, Vec<String>) + 'static) -> Callback<SubmitEvent> {
    let session = session.clone();
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        act(&session, given(&event));
    })
}

/// Choices of which one or several can be marked. What was given is only their beginning: while time passes, the pane is rendered
/// again, and what a learner has marked since stays.
fn choices(name: &str, several: bool, all: &[(String, String)], marked: &[String]) -> Html {
    let kind = if several { "checkbox" } else { "radio" };
    let one = |(value, label): &(String, String)| {
        let is_marked = marked.contains(value);
        html! {
            <label key={value.clone()} class="choice">
                <input type={kind} name={name.to_owned()} value={value.clone()} ~defaultChecked={is_marked} />
                <span>{ label }</span>
            </label>
        }
    };
    html! { <>{ for all.iter().map(one) }</> }
}

fn question(session: &Session, taught: &Rc<Taught>, number: usize) -> Html {
    let question = &taught.lesson().questions[number];
    let key = format!("question.{}", question.id);
    let answered = taught.judge().answered(number).cloned();
    let given: &[String] = answered.as_ref().map_or(&[], |(given, _)| given);
    let form = match &question.kind {
        Kind::Choice { choices: all, right } => {
            let label = |choice: &String| (choice.clone(), taught.line(&format!("{key}.{choice}")));
            choices(&key, right.len() > 1, &all.iter().map(label).collect::<Vec<_>>(), given)
        }
        Kind::Number { .. } | Kind::Text { .. } => field(&taught.line(&key), given),
    };
    let said = answered.as_ref().map(|(_, feedback)| {
        let (is_right, keys) = match feedback {
            Feedback::Right => (true, [None, Some(format!("{key}.right"))]),
            Feedback::Wrong(why) => {
                (false, [why.as_ref().map(|why| format!("{key}.why.{why}")), Some(format!("{key}.wrong"))])
            }
        };
        let blocks = keys.into_iter().flatten().find_map(|key| taught.prose(&key));
        html! {
            <div class="said" role="status">
                { outcome(is_right) }
                { blocks.map(|blocks| prose(taught, &key, &blocks)).unwrap_or_default() }
            </div>
        }
    });
    let taught_too = taught.clone();
    html! {
        <form key={key.clone()} class="ask" onsubmit={submit(session, move |session, given| {
            if !given.is_empty() {
                taught_too.answer(session, number, given);
            }
        })}>
            <fieldset>
                <legend>{ taught.prose(&key).map(|blocks| prose(taught, &key, &blocks)).unwrap_or_default() }</legend>
                { form }
            </fieldset>
            <button type="submit" class="button">{ t!("Check") }</button>
            { said.unwrap_or_default() }
        </form>
    }
}

fn field(label: &str, given: &[String]) -> Html {
    html! {
        <input type="text" class="answer" aria-label={label.to_owned()} maxlength="100" autocomplete="off" spellcheck="false"
            ~defaultValue={given.first().cloned().unwrap_or_default()} />
    }
}

/// What may be marked: ids with what they are called; none: something is typed.
fn marks(taught: &Taught, prediction: &Prediction) -> (Vec<(String, String)>, bool) {
    let scenario = &taught.lesson().scenario;
    let name = |node: NodeId| scenario.ids.get(node.index()).cloned().unwrap_or_default();
    match (&prediction.ask, &prediction.stop) {
        (Ask::Ports, Stop::Arrives { at, .. }) => {
            let links = scenario.topology.links.iter().filter(|link| link.ends.contains(at));
            let others = links.map(|link| link.ends[usize::from(link.ends[0] == *at)]);
            (others.map(|node| (name(node), t!("to {}", name(node)))).collect(), true)
        }
        (Ask::NextHop, Stop::Arrives { at, .. }) => {
            let others = scenario.topology.node_ids().filter(|node| node != at);
            (others.map(|node| (name(node), name(node))).collect(), false)
        }
        _ => (prediction.choices.iter().map(|choice| (choice.clone(), choice.clone())).collect(), false),
    }
}

fn prediction(session: &Session, taught: &Rc<Taught>, number: usize) -> Html {
    let prediction = &taught.lesson().predictions[number];
    let key = format!("prediction.{}", prediction.id);
    let judge = taught.judge();
    let asked = taught.prose(&key).map(|blocks| prose(taught, &key, &blocks)).unwrap_or_default();
    let list = |given: &[String]| if given.is_empty() { t!("none").to_owned() } else { given.join(", ") };
    let below = match judge.decision(number) {
        Decision::Waiting => {
            html! { <p class="hint">{ t!("Time stops when it is your turn.") }</p> }
        }
        Decision::Open { predicted: Some(predicted), .. } => {
            html! { <p class="hint">{ t!("You say: {}. Press play to see.", list(predicted)) }</p> }
        }
        Decision::Open { predicted: None, .. } => {
            let (all, several) = marks(taught, prediction);
            let taught = taught.clone();
            html! {
                <form class="turn" onsubmit={submit(session, move |session, given| {
                    // No port at all is an answer, too.
                    if several || !given.is_empty() {
                        taught.predict(session, number, given);
                    }
                })}>
                    <p role="status"><strong>{ t!("Your turn: time stands still.") }</strong></p>
                    <fieldset>
                        <legend class="visually-hidden">{ t!("Your prediction") }</legend>
                        if all.is_empty() {
                            { field(t!("Your prediction"), &[]) }
                        } else {
                            { choices(&key, several, &all, &[]) }
                        }
                    </fieldset>
                    <button type="submit" class="button primary">{ t!("Predict and go on") }</button>
                </form>
            }
        }
        Decision::Fallen { predicted, .. } => {
            let is_right = judge.is_predicted(number).unwrap_or(false);
            let said = predicted.map(list);
            let more = taught.prose(&format!("{key}.{}", if is_right { "right" } else { "wrong" }));
            html! {
                <div class="said" role="status">
                    { outcome(is_right) }
                    <p>{ match said {
                        Some(said) => t!("You said: {said}. It was: {}.", judge.outcome(number)),
                        None => t!("It was: {}.", judge.outcome(number)),
                    } }</p>
                    { more.map(|blocks| prose(taught, &key, &blocks)).unwrap_or_default() }
                </div>
            }
        }
    };
    html! { <div key={key.clone()} class="ask prediction">{ asked }{ below }</div> }
}

fn goals(session: &Session, taught: &Rc<Taught>, goals: &[usize]) -> Html {
    let lesson = taught.lesson();
    let shown = goals.iter().filter(|&&goal| !lesson.goals[goal].hidden || taught.judge().status(goal).holds);
    let items: Vec<Html> = shown
        .map(|&number| {
            let (state, word, why, proof) = match taught.verdict(number) {
                Verdict::Fulfilled { proof, .. } => ("fulfilled", t!("Done"), None, proof),
                Verdict::NotYet(missing) => ("open", t!("To do"), Some(missing), None),
                Verdict::Failed { why, proof } => ("failed", t!("Missed"), Some(why), proof),
            };
            let show = proof.map(|proof| {
                let taught = taught.clone();
                html! {
                    <button type="button" class="button small" onclick={on(session, move |session| taught.show(session, proof))}>
                        { t!("Show") }
                    </button>
                }
            });
            html! {
                <li key={number} class={classes!("goal", state)}>
                    <span class="goal-state">{ word }</span>
                    <span class="goal-text">
                        { taught.line(&format!("goal.{}", lesson.goals[number].id)) }
                        if let Some(why) = why {
                            <span class="goal-why">{ lab::format::sentence(&why) }</span>
                        }
                    </span>
                    { show.unwrap_or_default() }
                </li>
            }
        })
        .collect();
    if items.is_empty() {
        return Html::default();
    }
    html! { <ul class="goals" aria-label={t!("Goals")}>{ for items }</ul> }
}

/// Why all this is so, and handing it in.
fn end(session: &Session, taught: &Rc<Taught>) -> Html {
    let why = taught.prose("why").map(|blocks| prose(taught, "why", &blocks)).unwrap_or_default();
    let altered = taught.altered(session);
    let rename = {
        let taught = taught.clone();
        Callback::from(move |event: InputEvent| {
            taught.set_name(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let copy = {
        let taught = taught.clone();
        on(session, move |session| {
            let hand_in = taught.hand_in(session);
            match hand_in.encode() {
                Ok(fragment) => {
                    let code = hand_in.code();
                    let address = window().location().href().unwrap_or_default();
                    let address = address.split('#').next().unwrap_or_default();
                    session.say(t!("Its code is {code}."));
                    session.copy(format!("{address}#{fragment}"));
                }
                Err(error) => session.say(lab::format::sentence(&error.to_string())),
            }
        })
    };
    html! {
        <section class="lesson-end" aria-labelledby="lesson-why">
            <h2 id="lesson-why">{ t!("Solved. Why is it so?") }</h2>
            { why }
            <h3>{ t!("Hand it in") }</h3>
            <p class="field">
                <label for="lesson-name">{ t!("Your name") }</label>
                <input id="lesson-name" type="text" maxlength="80" autocomplete="off" value={taught.name()} oninput={rename} />
            </p>
            if !altered.is_empty() {
                <p role="alert">{ t!("This cannot be graded, because the network is not the one of the lesson: {}. Begin it again.", altered.join("; ")) }</p>
            }
            <p class="actions"><button type="button" class="button primary" onclick={copy}>{ t!("Copy the link for your teacher") }</button></p>
            <p class="hint">{ t!("The link holds what you did. It is played again when it is graded, so that nothing has to be trusted.") }</p>
        </section>
    }
}

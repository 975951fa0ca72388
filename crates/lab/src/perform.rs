//! Performing commands: one function for each group, each an exhaustive match.

use crate::Lab;
use crate::command::Part;
use crate::command::{Act, Clock, Command, Look, Refusal};
use crate::deed::Deed;
use crate::edit::EditError;
use crate::results;
use crate::speed::Speed;
use crate::topology::LiveTopology;
use crate::travel::Travel;
use netlab::Duration;
use netlab::run::RunSpec;
use texts::t;
use trace::selection::Selection;

impl Lab {
    /// Does what a person asked for. The error is one that they can do something about.
    pub fn perform(&mut self, command: impl Into<Command>) -> Result<(), Refusal> {
        let revision = self.revision;
        let done = self.obey(command.into(), false);
        if self.revision != revision {
            self.watchable = Speed::watchable(LiveTopology::of(&self.world));
        }
        self.set_the_scene();
        done
    }

    /// `agreed`: the person has agreed that the network starts again for it.
    pub(crate) fn obey(&mut self, command: Command, agreed: bool) -> Result<(), Refusal> {
        match command {
            Command::Clock(command) => self.set_clock(command),
            Command::Look(command) => self.look_otherwise(command)?,
            Command::Act(command) => self.act(command, agreed)?,
            Command::Editor(command) => {
                let documents = self.parts.documents.ok_or(Refusal::Part(Part::Documents))?;
                (documents.edit)(self, command, agreed)?;
            }
            Command::Agreed(command) => self.obey(*command, true)?,
        }
        Ok(())
    }

    pub(crate) fn set_clock(&mut self, command: Clock) {
        match command {
            Clock::Pause => self.pause(),
            Clock::TogglePlay if self.playing => self.pause(),
            Clock::TogglePlay => self.play(),
            Clock::Travel(travel) => self.travel(travel),
            Clock::StepBy(steps) => self.steps = steps,
            Clock::Chapter(number) => self.go_to_chapter(number),
            Clock::Restart => self.restart(),
            Clock::SetSpeed(speed) => {
                self.auto_speed = false;
                self.speed = speed;
            }
            Clock::AutoSpeed => {
                self.auto_speed = true;
                self.choose_speed();
            }
            Clock::SkipQuiet(skip) => self.skip_quiet = skip,
        }
    }

    pub(crate) fn look_otherwise(&mut self, command: Look) -> Result<(), Refusal> {
        match command {
            Look::Zoom(window) => self.window = window,
            Look::Observe(observe) => {
                let instruments = self.parts.instruments.ok_or(Refusal::Part(Part::Instruments))?;
                (instruments.observe)(self, observe);
            }
            Look::Packet(number) => self.select_packet(number),
            Look::Select(selection) => {
                self.selection = selection;
                self.editing.group.clear();
            }
            Look::Branch(number) => self.return_to(number),
            Look::Compare(number) => {
                self.comparison = number.and_then(|number| (self.parts.instruments?.compare)(self, number));
            }
        }
        Ok(())
    }

    pub(crate) fn act(&mut self, command: Act, agreed: bool) -> Result<(), Refusal> {
        match command {
            Act::Start(spec) => self.start(*spec)?,
            Act::Do(action) => {
                let documents = self.parts.documents.ok_or(Refusal::Part(Part::Documents))?;
                (documents.act)(self, action, agreed)?;
            }
            Act::Type(typed) => {
                let programs = self.parts.programs.ok_or(Refusal::Part(Part::Programs))?;
                (programs.act)(self, typed)?;
            }
            Act::Open(scenario) => {
                // Undo returns to what was there before.
                self.editing.undo.push(&self.scenario, &scenario);
                self.begin(*scenario, self.sketch.opened + 1);
            }
        }
        Ok(())
    }

    pub(crate) fn pause(&mut self) {
        self.playing = false;
        (self.catch_up_to, self.chapter_to) = (None, None);
    }

    pub(crate) fn play(&mut self) {
        self.playing = true;
        (self.steps_to, self.step_from) = (None, None);
    }

    /// Starts a run at the playhead, and makes it part of the document.
    pub(crate) fn start(&mut self, spec: RunSpec) -> Result<(), Refusal> {
        if spec.from.index() >= self.whole().nodes.len() {
            return Err(EditError::NotYet.into());
        }
        self.playhead.finish_glide();
        let name = t!("{} from {}", results::title(&spec.kind), self.whole().node(spec.from).name);
        let forks = self.rewound;
        self.do_at_playhead(vec![Deed::Run(spec)], self.scenario.clone(), &name)?;
        if !forks {
            self.catch_up_to = None;
            self.play();
        }
        Ok(())
    }

    /// Looks at a packet of the list: of the network at the moment at which it is half on its way.
    pub(crate) fn select_packet(&mut self, number: usize) {
        let Some(&row) = self.packets.trace().row(number) else { return };
        if self.packets.opened().is_some() {
            self.packet = Some(number);
            self.selection = None;
            return;
        }
        let Some(transit) = self.world.history().transit(row.transit) else { return };
        let gone = transit.gone();
        let half = Duration::from_nanos((gone - transit.start.min(gone)).nanos() / 2);
        self.selection = Some(Selection::Frame(row.transit));
        self.travel(Travel::To(transit.start + half));
    }
}

//! What commands want of the DHCP client of their host: a lease, or that it is returned.

use host::program::{Poll, Program};
use host::system::System;
use services::dhcp::client::State;
use services::program::dhcp::DhcpClient;
use services::program::shared::{Shared, Wish};
use wire::{Duration, Instant};

/// How often it is looked whether the client is done.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// How long a lease is waited for (dhclient: a minute).
const PATIENCE: Duration = Duration::from_secs(60);

/// A wish to the client of the host. If none runs, a wish for a lease starts one, in this program.
pub(crate) struct Asking {
    wish: Wish,
    /// When the client was asked, and until when it is waited for.
    asked: Option<(Instant, Instant)>,
    own: Option<DhcpClient>,
}

/// What has become of a wish.
pub(crate) enum Outcome {
    /// It is fulfilled.
    Done,
    /// No server has answered, or there is no lease to return.
    Failed,
    /// The program is the client from now on, and polls like one.
    Client(Poll),
    /// Not yet.
    Wait(Instant),
}

impl Asking {
    pub fn new(wish: Wish) -> Self {
        Self { wish, asked: None, own: None }
    }

    pub fn poll(&mut self, system: &mut System<'_>) -> Outcome {
        if let Some(client) = &mut self.own {
            return Outcome::Client(client.poll(system));
        }
        let now = system.now();
        let running = &mut system.kept::<Shared>().dhcp;
        let Some((asked, until)) = self.asked else {
            return match (running.state, self.wish) {
                (None, Wish::Release) => Outcome::Failed,
                (None, Wish::Renew) => {
                    let client = self.own.insert(DhcpClient::new(None));
                    Outcome::Client(client.poll(system))
                }
                (Some(_), wish) => {
                    running.wish = Some(wish);
                    self.asked = Some((now, now + PATIENCE));
                    Outcome::Wait(now + LOOK_AGAIN)
                }
            };
        };
        let done = match self.wish {
            Wish::Release => running.state.is_none_or(|state| state == State::Off),
            Wish::Renew => {
                running.state == Some(State::Bound)
                    && running.lease.as_ref().is_some_and(|(_, granted)| *granted >= asked)
            }
        };
        match done && running.wish.is_none() {
            true => Outcome::Done,
            false if now >= until || running.state.is_none() => Outcome::Failed,
            false => Outcome::Wait(now + LOOK_AGAIN),
        }
    }

    pub fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.own.as_mut().map_or(host::program::INTERRUPTED, |client| client.interrupt(system))
    }
}

//! `dhclient`: an address by DHCP, or the end of one.

use crate::lease::{Asking, Outcome};
use host::program::{Poll, Program};
use host::system::System;
use services::program::shared::{Shared, Wish};
use shell::Hosts;
use shell::arguments::{Arguments, Word, Wrong, unknown};

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut wish) = (Arguments::new(words), Wish::Renew);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('r' | 'x') => wish = Wish::Release,
            Word::Short('v' | 'd' | '4' | '1') => {}
            Word::Operand(card) if card == "eth0" => {}
            other => return Err(unknown(&other)),
        }
    }
    Ok(Box::new(Dhclient { wish, asking: Asking::new(wish) }))
}

struct Dhclient {
    wish: Wish,
    asking: Asking,
}

impl Program for Dhclient {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        match self.asking.poll(system) {
            Outcome::Client(poll) => poll,
            Outcome::Wait(at) => Poll::Wait(Some(at)),
            Outcome::Done => {
                if self.wish == Wish::Renew
                    && let Some((lease, now)) = system.kept::<Shared>().dhcp.lease.clone()
                {
                    let left = (lease.until - now).nanos() / 1_000_000_000;
                    system.print(&format!("bound to {} from {} for {left} s\n", lease.address, lease.server));
                }
                Poll::Exit(0)
            }
            Outcome::Failed => {
                let text = match self.wish {
                    Wish::Renew => "No DHCPOFFERS received.\n",
                    Wish::Release => "dhclient: there is no lease to return\n",
                };
                system.print(text);
                Poll::Exit(2)
            }
        }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.asking.interrupt(system)
    }
}

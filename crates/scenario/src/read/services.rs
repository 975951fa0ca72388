//! The services of a host or router, and a host's addresses by DHCP.
//!
//! A host keeps the settings of its services as the text that the document has. What they say is read where it is needed: here, for
//! what is wrong with them, and when a service is started.

use super::{Reader, Sort};
use crate::json::{Shape, Value};
use smoltcp::wire::IpCidr;

impl<'a> Reader<'a> {
    /// The addresses of a host, and whether it asks a DHCP server for one.
    pub(super) fn host_addresses(&mut self, value: &Value<'a>, max: usize) -> Option<(Vec<IpCidr>, bool)> {
        let is_dhcp = |value: &Value<'a>| matches!(value.shape(), Ok(Shape::Text(text)) if text == "dhcp");
        if is_dhcp(value) {
            return Some((Vec::new(), true));
        }
        let (by_dhcp, own): (Vec<_>, Vec<_>) = self.list(value, max + 1)?.into_iter().partition(is_dhcp);
        Some((own.iter().filter_map(|address| self.cidr(address)).collect(), !by_dhcp.is_empty()))
    }

    /// The text of the services' settings; `None`: there are none.
    pub(super) fn services(&mut self, value: &Value<'a>, _of: Sort) -> Option<Option<Box<str>>> {
        #[cfg(feature = "services")]
        self.service_settings(value, _of)?;
        #[cfg(not(feature = "services"))]
        self.bare_object(value, "services", &[])?;
        let text = value.compact();
        Some((text != "{}").then(|| text.into()))
    }
}

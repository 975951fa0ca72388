//! The names that the DNS servers of a network have addresses for.

use super::settings::Settings;
use crate::Scenario;
use crate::read::service_settings::settings_of;
use services::dns::message::Data;
use wire::sorted::SortedSet;

/// The names that stand for hosts in the zones of this network's DNS servers, each once.
pub fn host_names(scenario: &Scenario) -> Vec<String> {
    let whole = scenario.whole();
    let mut names = SortedSet::new();
    for node in &whole.topology.nodes {
        let Settings { dns, .. } = settings_of(&node.kind);
        for record in dns.into_iter().flat_map(|dns| dns.records) {
            if matches!(record.data, Data::A(_) | Data::Aaaa(_) | Data::Cname(_)) {
                names.insert(record.name.to_string().trim_end_matches('.').to_owned());
            }
        }
    }
    names.into_iter().collect()
}

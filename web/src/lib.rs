//! Packetarium: the page.

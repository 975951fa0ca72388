//! What representative frames look like when they are explained.

use smoltcp::wire::ArpOperation;

use crate::{layers, samples, summary};
use samples::{A, B};

#[test]
fn the_packet_list_is_in_the_familiar_style() {
    let rows: String = samples::all()
        .into_iter()
        .map(|(_, frame)| {
            let row = summary(&frame);
            let (protocol, label) = (row.protocol, row.label);
            format!("{protocol:8} | {label:16} | {} | {} | {}\n", row.source, row.destination, row.info)
        })
        .collect();
    insta::assert_snapshot!(rows, @r#"
    ARP      | ARP who-has      | 02:50:00:00:00:01 | ff:ff:ff:ff:ff:ff | Who has 10.0.0.2? Tell 10.0.0.1
    ARP      | ARP reply        | 02:50:00:00:00:01 | 02:50:00:00:00:02 | 10.0.0.2 is at 02:50:00:00:00:01
    ARP      | ARP who-has      | 02:50:00:00:00:01 | ff:ff:ff:ff:ff:ff | Who has 10.0.0.1? (ARP Probe)
    ARP      | ARP who-has      | 02:50:00:00:00:01 | ff:ff:ff:ff:ff:ff | ARP Announcement for 10.0.0.1
    ICMP     | echo 1           | 10.0.0.1 | 10.0.0.2 | Echo (ping) request  id=0x1234, seq=1/256, ttl=64
    ICMP     | echo reply 1     | 10.0.0.1 | 10.0.0.2 | Echo (ping) reply    id=0x1234, seq=1/256, ttl=64
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Port unreachable)
    ICMP     | TTL exceeded     | 10.0.0.1 | 10.0.0.2 | Time-to-live exceeded (Time to live exceeded in transit)
    TCP      | SYN              | 10.0.0.1 | 10.0.0.2 | 49152 → 5001 [SYN] Seq=1000 Win=65535 Len=0 MSS=1460 WS=4 SACK_PERM
    TCP      | SYN-ACK          | 10.0.0.1 | 10.0.0.2 | 5001 → 49152 [SYN, ACK] Seq=4294967295 Ack=1001 Win=65535 Len=0 MSS=1460 WS=4 SACK_PERM TSval=11 TSecr=10
    TCP      | ACK              | 10.0.0.1 | 10.0.0.2 | 49152 → 5001 [ACK] Seq=1001 Ack=0 Win=65535 Len=0
    TCP      | ACK              | 10.0.0.1 | 10.0.0.2 | 49152 → 5001 [ACK] Seq=1001 Ack=0 Win=65535 Len=0 SLE=1460 SRE=2920 SLE=4380 SRE=5840
    TCP      | DATA 18          | 10.0.0.1 | 10.0.0.2 | 49152 → 5001 [PSH, ACK] Seq=1001 Ack=0 Win=65535 Len=18
    TCP      | FIN              | 10.0.0.1 | 10.0.0.2 | 49152 → 5001 [FIN, ACK] Seq=1001 Ack=0 Win=65535 Len=0
    TCP      | RST              | 10.0.0.1 | 10.0.0.2 | 49152 → 5001 [RST, ACK] Seq=1001 Ack=0 Win=65535 Len=0
    TCP      | DATA 18          | fe80::1 | fe80::2 | 49152 → 5001 [PSH, ACK] Seq=1001 Ack=0 Win=65535 Len=18
    UDP      | UDP 5            | 10.0.0.1 | 10.0.0.2 | 49153 → 7 Len=5
    UDP      | UDP 5            | 10.0.0.1 | 10.0.0.2 | 49154 → 12345 Len=5
    UDP      | UDP 5            | fe80::1 | fe80::2 | 49153 → 7 Len=5
    ICMPv6   | echo 1           | fe80::1 | fe80::2 | Echo (ping) request id=0x0007, seq=1, hop limit=64
    ICMPv6   | echo reply 1     | fe80::1 | fe80::2 | Echo (ping) reply id=0x0007, seq=1, hop limit=64
    ICMPv6   | too big          | fe80::1 | fe80::2 | Packet Too Big (MTU 1280)
    NDP      | NS               | fe80::1 | fe80::2 | Neighbor Solicitation for fe80::2 from 02:50:00:00:00:01
    NDP      | NA               | fe80::1 | fe80::2 | Neighbor Advertisement fe80::2 (sol, ovr) is at 02:50:00:00:00:02
    NDP      | RS               | fe80::1 | fe80::2 | Router Solicitation from 02:50:00:00:00:01
    NDP      | RA               | fe80::1 | fe80::2 | Router Advertisement from 02:50:00:00:00:01
    IPv4     | fragment 0       | 10.0.0.1 | 10.0.0.2 | Fragmented IP protocol (proto=UDP 17, off=0, ID=beef)
    IPv4     | fragment 1480    | 10.0.0.1 | 10.0.0.2 | Fragmented IP protocol (proto=UDP 17, off=1480, ID=beef)
    IPv6     | fragment 1448    | fe80::1 | fe80::2 | IPv6 fragment (off=1448 more=n ident=0x0000beef nxt=17)
    UDP      | UDP 5            | fe80::1 | fe80::2 | 49153 → 7 Len=5
    IPv4     | protocol 253     | 10.0.0.1 | 10.0.0.2 | Unknown (253)
    ARP      | ARP reply        | 02:50:00:00:00:01 | 02:50:00:00:00:02 | Gratuitous ARP for 10.0.0.1 (Reply)
    NDP      | redirect         | fe80::1 | fe80::2 | Redirect to fe80::1 for fe80::2
    TCP      | RST              | 10.0.0.1 | 10.0.0.2 | 49160 → 5001 [FIN, RST, PSH, ACK, URG, ECE, CWR, AE] Seq=1001 Ack=0 Win=65535 Urg=0 Len=0
    TCP      | TCP              | 10.0.0.1 | 10.0.0.2 | 49160 → 5001 [<None>] Seq=1001 Win=65535 Len=0
    TCP      | SYN              | 10.0.0.1 | 10.0.0.2 | 49161 → 5001 [SYN] Seq=1000 Win=65535 Len=0 MSS=1460 WS=4 SACK_PERM
    STP      | BPDU             | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | Conf. Root = 0/0/00:00:00:00:00:00  Cost = 0  Port = 0x0000
    UDP      | UDP 5            | 10.0.0.1 | 10.0.0.2 | 49153 → 7 Len=5
    Ethernet | raw 13           | 02:50:00:00:00:01 | 02:50:00:00:00:02 | Local Experimental Ethertype 1
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Network unreachable)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Host unreachable)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Protocol unreachable)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Port unreachable)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Fragmentation needed)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Source route failed)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Destination network unknown)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Destination host unknown)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Source host isolated)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Network administratively prohibited)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Host administratively prohibited)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Network unreachable for TOS)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Host unreachable for TOS)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Communication administratively filtered)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Host precedence violation)
    ICMP     | unreachable      | 10.0.0.1 | 10.0.0.2 | Destination unreachable (Precedence cutoff in effect)
    ICMP     | redirect         | 10.0.0.1 | 10.0.0.2 | Redirect             (Redirect for network)
    ICMP     | redirect         | 10.0.0.1 | 10.0.0.2 | Redirect             (Redirect for host)
    ICMP     | redirect         | 10.0.0.1 | 10.0.0.2 | Redirect             (Redirect for TOS and network)
    ICMP     | redirect         | 10.0.0.1 | 10.0.0.2 | Redirect             (Redirect for TOS and host)
    ICMP     | TTL exceeded     | 10.0.0.1 | 10.0.0.2 | Time-to-live exceeded (Time to live exceeded in transit)
    ICMP     | TTL exceeded     | 10.0.0.1 | 10.0.0.2 | Time-to-live exceeded (Fragment reassembly time exceeded)
    ICMP     | ICMP 12          | 10.0.0.1 | 10.0.0.2 | Parameter problem    (Pointer indicates the error)
    ICMP     | ICMP 4           | 10.0.0.1 | 10.0.0.2 | Source quench (flow control)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (no route to destination)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (Administratively prohibited)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (Beyond scope of source address)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (Address unreachable)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (Port unreachable)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (Source address failed ingress/egress policy)
    ICMPv6   | unreachable      | fe80::1 | fe80::2 | Destination Unreachable (Reject route to destination)
    ICMPv6   | TTL exceeded     | fe80::1 | fe80::2 | Time Exceeded (hop limit exceeded in transit)
    ICMPv6   | TTL exceeded     | fe80::1 | fe80::2 | Time Exceeded (fragment reassembly time exceeded)
    ICMPv6   | ICMPv6 4         | fe80::1 | fe80::2 | Parameter Problem (erroneous header field encountered)
    ICMPv6   | ICMPv6 4         | fe80::1 | fe80::2 | Parameter Problem (unrecognized Next Header type encountered)
    ICMPv6   | ICMPv6 4         | fe80::1 | fe80::2 | Parameter Problem (unrecognized IPv6 option encountered)
    IGMP     | IGMP query       | 10.0.0.1 | 10.0.0.2 | Membership Query
    IGMP     | IGMP query       | 10.0.0.1 | 10.0.0.2 | Membership Query, general
    IGMP     | IGMP query       | 10.0.0.1 | 10.0.0.2 | Membership Query, specific for group 239.1.2.3
    IGMP     | IGMP report      | 10.0.0.1 | 10.0.0.2 | Membership Report
    IGMP     | IGMP report      | 10.0.0.1 | 10.0.0.2 | Membership Report group 239.1.2.3
    IGMP     | IGMP leave       | 10.0.0.1 | 10.0.0.2 | Leave Group 239.1.2.3
    IGMP     | IGMP query       | 10.0.0.1 | 10.0.0.2 | Membership Query, general
    IGMP     | IGMP query       | 10.0.0.1 | 10.0.0.2 | Membership Query, specific for group 239.1.2.3, sources {10.0.0.9, 10.0.0.8}
    IGMP     | IGMP report      | 10.0.0.1 | 10.0.0.2 | Membership Report / Leave group 239.1.2.3 / Join group 239.1.2.3 for any sources / Leave group 239.1.2.3 / Join group 239.1.2.3 for any sources / Group 239.1.2.3, ALLOW_NEW_SOURCES but no source specified (?) / Group 239.1.2.3, BLOCK_OLD_SOURCES but no source specified (?)
    IGMP     | IGMP report      | 10.0.0.1 | 10.0.0.2 | Membership Report / Join group 239.1.2.3 for source {10.0.0.9} / Join group 239.1.2.3, for source not {10.0.0.9} / Join group 239.1.2.3 for source {10.0.0.9} / Join group 239.1.2.3, for source not {10.0.0.9} / Group 239.1.2.3, new source {10.0.0.9} / Group 239.1.2.3, block source {10.0.0.9}
    IGMP     | IGMP report      | 10.0.0.1 | 10.0.0.2 | Membership Report / Join group 239.1.2.3 for sources in {10.0.0.9, 10.0.0.8} / Join group 239.1.2.3, for sources not in {10.0.0.9, 10.0.0.8} / Join group 239.1.2.3 for sources in {10.0.0.9, 10.0.0.8} / Join group 239.1.2.3, for sources not in {10.0.0.9, 10.0.0.8} / Group 239.1.2.3, new sources {10.0.0.9, 10.0.0.8} / Group 239.1.2.3, block sources {10.0.0.9, 10.0.0.8}
    IGMP     | IGMP report      | 10.0.0.1 | 10.0.0.2 | Membership Report / Join group 239.1.2.3, for source not {10.0.0.9}
    ICMPv6   | MLD query        | fe80::1 | fe80::2 | Multicast Listener Query
    ICMPv6   | MLD query        | fe80::1 | fe80::2 | Multicast Listener Query
    ICMPv6   | MLD report       | fe80::1 | fe80::2 | Multicast Listener Report
    ICMPv6   | MLD done         | fe80::1 | fe80::2 | Multicast Listener Done
    ICMPv6   | MLD query        | fe80::1 | fe80::2 | Multicast Listener Query
    ICMPv6   | MLD report       | fe80::1 | fe80::2 | Multicast Listener Report Message v2
    STP      | BPDU             | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | Conf. Root = 32768/1/02:50:00:00:00:01  Cost = 4  Port = 0x8002
    STP      | BPDU             | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | Conf. TC + Root = 32768/1/02:50:00:00:00:01  Cost = 4  Port = 0x8002
    STP      | TCN BPDU         | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | Topology Change Notification
    STP      | RST BPDU         | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | RST. Root = 32768/1/02:50:00:00:00:01  Cost = 4  Port = 0x8002
    STP      | RST BPDU         | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | RST. TC + Root = 32768/1/02:50:00:00:00:01  Cost = 4  Port = 0x8002
    STP      | RST BPDU         | 02:50:00:00:00:01 | 01:80:c2:00:00:00 | MST. Root = 32768/1/02:50:00:00:00:01  Cost = 4  Port = 0x8002
    RIP      | RIP request      | 10.0.0.1 | 10.0.0.2 | Request
    RIP      | RIP response     | 10.0.0.1 | 10.0.0.2 | Response
    RIP      | RIP response     | 10.0.0.1 | 10.0.0.2 | Response
    RIP      | RIPng request    | fe80::1 | fe80::2 | Command Request, Version 1
    RIP      | RIPng response   | fe80::1 | fe80::2 | Command Response, Version 1
    DHCP     | DHCP Discover    | 10.0.0.1 | 10.0.0.2 | DHCP Discover - Transaction ID 0x3903f326
    DHCP     | DHCP Offer       | 10.0.0.1 | 10.0.0.2 | DHCP Offer    - Transaction ID 0x3903f326
    DHCP     | DHCP Request     | 10.0.0.1 | 10.0.0.2 | DHCP Request  - Transaction ID 0x3903f326
    DHCP     | DHCP Decline     | 10.0.0.1 | 10.0.0.2 | DHCP Decline  - Transaction ID 0x3903f326
    DHCP     | DHCP ACK         | 10.0.0.1 | 10.0.0.2 | DHCP ACK      - Transaction ID 0x3903f326
    DHCP     | DHCP NAK         | 10.0.0.1 | 10.0.0.2 | DHCP NAK      - Transaction ID 0x3903f326
    DHCP     | DHCP Release     | 10.0.0.1 | 10.0.0.2 | DHCP Release  - Transaction ID 0x3903f326
    DHCP     | DHCP Inform      | 10.0.0.1 | 10.0.0.2 | DHCP Inform   - Transaction ID 0x3903f326
    DHCP     | DHCP             | 10.0.0.1 | 10.0.0.2 | Boot Reply
    DNS      | DNS query A      | 10.0.0.1 | 10.0.0.2 | Standard query 0x0001 A www.example.com
    DNS      | DNS answer A     | 10.0.0.1 | 10.0.0.2 | Standard query response 0x0002 A www.example.com CNAME web.example.com A 93.184.216.34 NS ns.example.com OPT
    DNS      | DNS no such name | 10.0.0.1 | 10.0.0.2 | Standard query response 0x0003 No such name AAAA www.example.com SOA ns.example.com
    DNS      | DNS answer ANY   | 10.0.0.1 | 10.0.0.2 | Standard query response 0x0004 ANY example.com MX 10 mail.example.com TXT AAAA 2001:db8::1 PTR ptr.example.com Unknown (200) SRV 1 2 80 www.example.com
    DNS      | DNS error 2      | 10.0.0.1 | 10.0.0.2 | Standard query response 0x0006 Server failure A www.example.com
    DNS      | DNS query A      | 10.0.0.1 | 10.0.0.2 | Standard query 0x0005 A www.example.com
    MDNS     | DNS query PTR    | 10.0.0.1 | 10.0.0.2 | Standard query 0x0000 PTR _http._tcp.local, "QM" question A a.local, "QU" question
    MDNS     | DNS answer A     | 10.0.0.1 | 10.0.0.2 | Standard query response 0x0000 A, cache flush 10.0.0.2
    HTTP     | GET              | 10.0.0.1 | 10.0.0.2 | GET /index.html HTTP/1.1
    HTTP     | GET              | 10.0.0.1 | 10.0.0.2 | GET / HTTP/1.0
    HTTP     | HTTP 200         | 10.0.0.1 | 10.0.0.2 | HTTP/1.1 200 OK  (text/plain)
    HTTP     | HTTP 404         | 10.0.0.1 | 10.0.0.2 | HTTP/1.1 404 Not Found
    HTTP     | POST             | 10.0.0.1 | 10.0.0.2 | POST /a?b=c HTTP/1.1
    "#);
}

#[test]
fn an_arp_request() {
    insta::assert_snapshot!(layers(&samples::arp(ArpOperation::Request, A, B)), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → ff:ff:ff:ff:ff:ff, ARP
      Destination [0..6] ff:ff:ff:ff:ff:ff (broadcast)
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x0806 (ARP)
    ARP [14..42] Who has 10.0.0.2? Tell 10.0.0.1
      Hardware type [14..16] 1 (Ethernet)
      Protocol type [16..18] 0x0800 (IPv4)
      Hardware size [18..19] 6
      Protocol size [19..20] 4
      Operation [20..22] 1 (request)
      Sender link address [22..28] 02:50:00:00:00:01
      Sender address [28..32] 10.0.0.1
      Target link address [32..38] 00:00:00:00:00:00
      Target address [38..42] 10.0.0.2
    ");
}

#[test]
fn a_ping() {
    insta::assert_snapshot!(layers(&samples::echo(false)), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv4
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x0800 (IPv4)
    IPv4 [14..34] 10.0.0.1 → 10.0.0.2, ICMP, TTL 64
      Version [14..15] 4
      Header length [14..15] 20 bytes
      Type of service [15..16] 0x00
        Differentiated services [15..16] 0 (default)
        Congestion notification [15..16] 0 (sender does not take part)
      Total length [16..18] 36 bytes
      Identification [18..20] 0x0000
      Flags [20..21] 0x2 (don't fragment)
        Reserved [20..21] not set
        Don't fragment [20..21] set
        More fragments [20..21] not set
      Fragment offset [20..22] 0 (0 bytes)
      Time to live [22..23] 64
      Protocol [23..24] 1 (ICMP)
      Header checksum [24..26] 0x26d7 (correct)
      Source [26..30] 10.0.0.1
      Destination [30..34] 10.0.0.2
    ICMP [34..42] Echo (ping) request  id=0x1234, seq=1/256, ttl=64
      Type [34..35] 8 (Echo (ping) request)
      Code [35..36] 0
      Checksum [36..38] 0x5435 (correct)
      Identifier [38..40] 4660
      Sequence number [40..42] 1
    Payload [42..50] 8 bytes
      Data [42..50] 61 62 63 64 65 66 67 68
      Text [42..50] abcdefgh
    ");
}

#[test]
fn an_error_quotes_the_packet_it_is_about() {
    insta::assert_snapshot!(layers(&samples::port_unreachable()), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv4
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x0800 (IPv4)
    IPv4 [14..34] 10.0.0.1 → 10.0.0.2, ICMP, TTL 64
      Version [14..15] 4
      Header length [14..15] 20 bytes
      Type of service [15..16] 0x00
        Differentiated services [15..16] 0 (default)
        Congestion notification [15..16] 0 (sender does not take part)
      Total length [16..18] 61 bytes
      Identification [18..20] 0x0000
      Flags [20..21] 0x2 (don't fragment)
        Reserved [20..21] not set
        Don't fragment [20..21] set
        More fragments [20..21] not set
      Fragment offset [20..22] 0 (0 bytes)
      Time to live [22..23] 64
      Protocol [23..24] 1 (ICMP)
      Header checksum [24..26] 0x26be (correct)
      Source [26..30] 10.0.0.1
      Destination [30..34] 10.0.0.2
    ICMP [34..42] Destination unreachable (Port unreachable)
      Type [34..35] 3 (Destination unreachable)
      Code [35..36] 3 (Port unreachable)
      Checksum [36..38] 0x111e (correct)
      Unused [38..42] 00 00 00 00
    Quoted IPv4 [42..62] 10.0.0.1 → 10.0.0.2, UDP, TTL 64
      Version [42..43] 4
      Header length [42..43] 20 bytes
      Type of service [43..44] 0x00
        Differentiated services [43..44] 0 (default)
        Congestion notification [43..44] 0 (sender does not take part)
      Total length [44..46] 33 bytes
      Identification [46..48] 0x0000
      Flags [48..49] 0x2 (don't fragment)
        Reserved [48..49] not set
        Don't fragment [48..49] set
        More fragments [48..49] not set
      Fragment offset [48..50] 0 (0 bytes)
      Time to live [50..51] 64
      Protocol [51..52] 17 (UDP)
      Header checksum [52..54] 0x26ca (correct)
      Source [54..58] 10.0.0.1
      Destination [58..62] 10.0.0.2
    Quoted UDP [62..70] 49153 → 7 Len=5
      Source port [62..64] 49153
      Destination port [64..66] 7 (echo)
      Length [66..68] 13 bytes
      Checksum [68..70] 0xe7f6 (not verified: only the beginning is quoted)
    Payload [70..75] 5 bytes
      Data [70..75] 68 65 6c 6c 6f
      Text [70..75] hello
    ");
}

#[test]
fn a_syn_ack_with_its_options() {
    insta::assert_snapshot!(layers(&samples::tcp(samples::syn_ack())), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv4
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x0800 (IPv4)
    IPv4 [14..34] 10.0.0.1 → 10.0.0.2, TCP, TTL 64
      Version [14..15] 4
      Header length [14..15] 20 bytes
      Type of service [15..16] 0x00
        Differentiated services [15..16] 0 (default)
        Congestion notification [15..16] 0 (sender does not take part)
      Total length [16..18] 60 bytes
      Identification [18..20] 0x0000
      Flags [20..21] 0x2 (don't fragment)
        Reserved [20..21] not set
        Don't fragment [20..21] set
        More fragments [20..21] not set
      Fragment offset [20..22] 0 (0 bytes)
      Time to live [22..23] 64
      Protocol [23..24] 6 (TCP)
      Header checksum [24..26] 0x26ba (correct)
      Source [26..30] 10.0.0.1
      Destination [30..34] 10.0.0.2
    TCP [34..74] 5001 → 49152 [SYN, ACK] Seq=4294967295 Ack=1001 Win=65535 Len=0 MSS=1460 WS=4 SACK_PERM TSval=11 TSecr=10
      Source port [34..36] 5001 (iperf)
      Destination port [36..38] 49152
      Sequence number [38..42] 4294967295
      Acknowledgment number [42..46] 1001
      Header length [46..47] 40 bytes
      Flags [46..48] 0x012 (SYN, ACK)
        Reserved [46..47] 0
        Accurate ECN [46..47] not set
        Congestion window reduced [47..48] not set
        ECN echo [47..48] not set
        Urgent [47..48] not set
        Acknowledgment [47..48] set
        Push [47..48] not set
        Reset [47..48] not set
        Synchronize [47..48] set
        Finish [47..48] not set
      Window [48..50] 65535
      Checksum [50..52] 0x4682 (correct)
      Urgent pointer [52..54] 0
      Options [54..74] Maximum segment size, Window scale, SACK permitted, Timestamps, End of options
        Maximum segment size [54..58] 1460 bytes
          Kind [54..55] 2
          Length [55..56] 4 bytes
          Size [56..58] 1460 bytes
        Window scale [58..61] × 4
          Kind [58..59] 3
          Length [59..60] 3 bytes
          Shift [60..61] 2
        SACK permitted [61..63] yes
          Kind [61..62] 4
          Length [62..63] 2 bytes
        Timestamps [63..73] 11, echo 10
          Kind [63..64] 8
          Length [64..65] 10 bytes
          Value [65..69] 11
          Echo reply [69..73] 10
        End of options [73..74] 1 byte
    ");
}

#[test]
fn data_in_a_vlan() {
    insta::assert_snapshot!(layers(&samples::tagged(samples::tcp(samples::data()))), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, 802.1Q
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x8100 (802.1Q)
    802.1Q [14..18] VLAN 100, IPv4
      Priority [14..15] 3
      Drop eligible [14..15] not set
      VLAN [14..16] 100
      Type [16..18] 0x0800 (IPv4)
    IPv4 [18..38] 10.0.0.1 → 10.0.0.2, TCP, TTL 64
      Version [18..19] 4
      Header length [18..19] 20 bytes
      Type of service [19..20] 0x00
        Differentiated services [19..20] 0 (default)
        Congestion notification [19..20] 0 (sender does not take part)
      Total length [20..22] 58 bytes
      Identification [22..24] 0x0000
      Flags [24..25] 0x2 (don't fragment)
        Reserved [24..25] not set
        Don't fragment [24..25] set
        More fragments [24..25] not set
      Fragment offset [24..26] 0 (0 bytes)
      Time to live [26..27] 64
      Protocol [27..28] 6 (TCP)
      Header checksum [28..30] 0x26bc (correct)
      Source [30..34] 10.0.0.1
      Destination [34..38] 10.0.0.2
    TCP [38..58] 49152 → 5001 [PSH, ACK] Seq=1001 Ack=0 Win=65535 Len=18
      Source port [38..40] 49152
      Destination port [40..42] 5001 (iperf)
      Sequence number [42..46] 1001
      Acknowledgment number [46..50] 0
      Header length [50..51] 20 bytes
      Flags [50..52] 0x018 (PSH, ACK)
        Reserved [50..51] 0
        Accurate ECN [50..51] not set
        Congestion window reduced [51..52] not set
        ECN echo [51..52] not set
        Urgent [51..52] not set
        Acknowledgment [51..52] set
        Push [51..52] set
        Reset [51..52] not set
        Synchronize [51..52] not set
        Finish [51..52] not set
      Window [52..54] 65535
      Checksum [54..56] 0x8fbe (correct)
      Urgent pointer [56..58] 0
    Payload [58..76] 18 bytes
      Data [58..76] 65 69 67 68 74 65 65 6e 20 62 79 74 65 73 20 69 6e 2e
      Text [58..76] eighteen bytes in.
    ");
}

#[test]
fn udp_over_ipv6() {
    insta::assert_snapshot!(layers(&samples::udp6()), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv6
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x86dd (IPv6)
    IPv6 [14..54] fe80::1 → fe80::2, UDP, hop limit 64
      Version [14..15] 6
      Traffic class [14..16] 0x00
        Differentiated services [14..16] 0 (default)
        Congestion notification [14..16] 0 (sender does not take part)
      Flow label [15..18] 0x00000
      Payload length [18..20] 13 bytes
      Next header [20..21] 17 (UDP)
      Hop limit [21..22] 64
      Source [22..38] fe80::1
      Destination [38..54] fe80::2
    UDP [54..62] 49153 → 7 Len=5
      Source port [54..56] 49153
      Destination port [56..58] 7 (echo)
      Length [58..60] 13 bytes
      Checksum [60..62] 0xfef4 (correct)
    Payload [62..67] 5 bytes
      Data [62..67] 68 65 6c 6c 6f
      Text [62..67] hello
    ");
}

#[test]
fn a_neighbor_solicitation() {
    insta::assert_snapshot!(layers(&samples::neighbor_solicitation()), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv6
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x86dd (IPv6)
    IPv6 [14..54] fe80::1 → fe80::2, ICMPv6, hop limit 255
      Version [14..15] 6
      Traffic class [14..16] 0x00
        Differentiated services [14..16] 0 (default)
        Congestion notification [14..16] 0 (sender does not take part)
      Flow label [15..18] 0x00000
      Payload length [18..20] 32 bytes
      Next header [20..21] 58 (ICMPv6)
      Hop limit [21..22] 255
      Source [22..38] fe80::1
      Destination [38..54] fe80::2
    ICMPv6 [54..58] Neighbor Solicitation
      Type [54..55] 135 (Neighbor Solicitation)
      Code [55..56] 0
      Checksum [56..58] 0x79cb (correct)
    NDP [58..86] Neighbor Solicitation for fe80::2 from 02:50:00:00:00:01
      Unused [58..62] 00 00 00 00
      Target address [62..78] fe80::2
      Source link address [78..86] 02:50:00:00:00:01
        Type [78..79] 1 (source link-layer address)
        Length [79..80] 1 (8 bytes)
        Link address [80..86] 02:50:00:00:00:01
    ");
}

#[test]
fn a_router_advertisement() {
    insta::assert_snapshot!(layers(&samples::router_advertisement()), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv6
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x86dd (IPv6)
    IPv6 [14..54] fe80::1 → fe80::2, ICMPv6, hop limit 255
      Version [14..15] 6
      Traffic class [14..16] 0x00
        Differentiated services [14..16] 0 (default)
        Congestion notification [14..16] 0 (sender does not take part)
      Flow label [15..18] 0x00000
      Payload length [18..20] 64 bytes
      Next header [20..21] 58 (ICMPv6)
      Hop limit [21..22] 255
      Source [22..38] fe80::1
      Destination [38..54] fe80::2
    ICMPv6 [54..58] Router Advertisement
      Type [54..55] 134 (Router Advertisement)
      Code [55..56] 0
      Checksum [56..58] 0x27e2 (correct)
    NDP [58..118] Router Advertisement from 02:50:00:00:00:01
      Hop limit to use [58..59] 64
      Flags [59..60] 0x40
        Managed addresses [59..60] not set
        Other settings [59..60] set
      Router lifetime [60..62] 1800 s
      Reachable time [62..66] 0 ms
      Retransmission timer [66..70] 1000 ms
      Source link address [70..78] 02:50:00:00:00:01
        Type [70..71] 1 (source link-layer address)
        Length [71..72] 1 (8 bytes)
        Link address [72..78] 02:50:00:00:00:01
      MTU [78..86] 1500 bytes
        Type [78..79] 5 (mtu)
        Length [79..80] 1 (8 bytes)
        MTU [82..86] 1500 bytes
      Prefix [86..118] 2001:db8::/64
        Type [86..87] 3 (prefix information)
        Length [87..88] 4 (32 bytes)
        Prefix length [88..89] 64
        On link [89..90] set
        Autonomous [89..90] set
        Valid lifetime [90..94] 86400 s
        Preferred lifetime [94..98] 14400 s
        Prefix [102..118] 2001:db8::
    ");
}

#[test]
fn a_solicitation_that_passed_a_router() {
    insta::assert_snapshot!(layers(&samples::forwarded_neighbor_solicitation()), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv6
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x86dd (IPv6)
    IPv6 [14..54] fe80::1 → fe80::2, ICMPv6, hop limit 254
      Version [14..15] 6
      Traffic class [14..16] 0x00
        Differentiated services [14..16] 0 (default)
        Congestion notification [14..16] 0 (sender does not take part)
      Flow label [15..18] 0x00000
      Payload length [18..20] 24 bytes
      Next header [20..21] 58 (ICMPv6)
      Hop limit [21..22] 254
      Source [22..38] fe80::1
      Destination [38..54] fe80::2
    ICMPv6 [54..58] Neighbor Solicitation
      Type [54..55] 135 (Neighbor Solicitation)
      Code [55..56] 0
      Checksum [56..58] 0x7d25 (correct)
    NDP [58..78] Neighbor Solicitation for fe80::2
      ! Its hop limit is 254, not 255, so it may have come through a router: hosts ignore it (RFC 4861).
      Unused [58..62] 00 00 00 00
      Target address [62..78] fe80::2
    ");
}

#[test]
fn a_fragment_with_a_trailer() {
    insta::assert_snapshot!(layers(&[samples::fragment(1480, false), vec![0; 6]].concat()), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv4
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x0800 (IPv4)
    IPv4 [14..34] 10.0.0.1 → 10.0.0.2, UDP, TTL 64
      Version [14..15] 4
      Header length [14..15] 20 bytes
      Type of service [15..16] 0x00
        Differentiated services [15..16] 0 (default)
        Congestion notification [15..16] 0 (sender does not take part)
      Total length [16..18] 48 bytes
      Identification [18..20] 0xbeef
      Flags [20..21] 0x0
        Reserved [20..21] not set
        Don't fragment [20..21] not set
        More fragments [20..21] not set
      Fragment offset [20..22] 185 (1480 bytes)
      Time to live [22..23] 64
      Protocol [23..24] 17 (UDP)
      Header checksum [24..26] 0xa712 (correct)
      Source [26..30] 10.0.0.1
      Destination [30..34] 10.0.0.2
    Payload [34..62] 28 bytes from inside of a fragmented UDP message
      Data [34..62] 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78
      Text [34..62] xxxxxxxxxxxxxxxxxxxxxxxxxxxx
    Trailer [62..68] 6 bytes behind the IPv4 packet
      Data [62..68] 00 00 00 00 00 00
      Text [62..68] ······
    ");
}

#[test]
fn a_segment_cut_within_its_options() {
    insta::assert_snapshot!(layers(&samples::tcp(samples::syn_ack())[..60]), @r"
    Ethernet II [0..14] 02:50:00:00:00:01 → 02:50:00:00:00:02, IPv4
      Destination [0..6] 02:50:00:00:00:02
      Source [6..12] 02:50:00:00:00:01
      Type [12..14] 0x0800 (IPv4)
    IPv4 [14..34] 10.0.0.1 → 10.0.0.2, TCP, TTL 64
      Version [14..15] 4
      Header length [14..15] 20 bytes
      Type of service [15..16] 0x00
        Differentiated services [15..16] 0 (default)
        Congestion notification [15..16] 0 (sender does not take part)
      Total length [16..18] 60 bytes
        ! The frame has only 46 of them.
      Identification [18..20] 0x0000
      Flags [20..21] 0x2 (don't fragment)
        Reserved [20..21] not set
        Don't fragment [20..21] set
        More fragments [20..21] not set
      Fragment offset [20..22] 0 (0 bytes)
      Time to live [22..23] 64
      Protocol [23..24] 6 (TCP)
      Header checksum [24..26] 0x26ba (correct)
      Source [26..30] 10.0.0.1
      Destination [30..34] 10.0.0.2
    TCP [34..60] 5001 → 49152
      ! Cut short: 40 bytes belong here, the frame has 26.
      Source port [34..36] 5001 (iperf)
      Destination port [36..38] 49152
      Sequence number [38..42] 4294967295
      Acknowledgment number [42..46] 1001
      Header length [46..47] 40 bytes
      Flags [46..48] 0x012 (SYN, ACK)
        Reserved [46..47] 0
        Accurate ECN [46..47] not set
        Congestion window reduced [47..48] not set
        ECN echo [47..48] not set
        Urgent [47..48] not set
        Acknowledgment [47..48] set
        Push [47..48] not set
        Reset [47..48] not set
        Synchronize [47..48] set
        Finish [47..48] not set
      Window [48..50] 65535
      Checksum [50..52] 0x4682 (not verified: the end is missing)
      Urgent pointer [52..54] 0
      Options [54..60] Maximum segment size
        Maximum segment size [54..58] 1460 bytes
          Kind [54..55] 2
          Length [55..56] 4 bytes
          Size [56..58] 1460 bytes
    ");
}

#[test]
fn a_spanning_tree_message() {
    insta::assert_snapshot!(layers(&samples::by_hand::bpdu(2, 2, 0x3c, &[0])), @r"
    IEEE 802.3 [0..14] 02:50:00:00:00:01 → 01:80:c2:00:00:00, LLC
      Destination [0..6] 01:80:c2:00:00:00 (multicast)
      Source [6..12] 02:50:00:00:00:01
      Length [12..14] 39 bytes
    LLC [14..17] DSAP 0x42 (spanning tree), SSAP 0x42 (spanning tree)
      Destination service [14..15] 0x42 (spanning tree)
      Source service [15..16] 0x42 (spanning tree)
      Control [16..17] 0x03
    STP [17..53] RST. Root = 32768/1/02:50:00:00:00:01  Cost = 4  Port = 0x8002
      Protocol [17..19] 0x0000
      Version [19..20] 2 (rapid spanning tree)
      Type [20..21] 2 (rapid or multiple spanning tree)
      Flags [21..22] 0x3c (Forwarding, Learning)
        Topology change acknowledgment [21..22] not set
        Agreement [21..22] not set
        Forwarding [21..22] set
        Learning [21..22] set
        Port role [21..22] 3 (designated)
        Proposal [21..22] not set
        Topology change [21..22] not set
      Root [22..30] 32768 / 1 / 02:50:00:00:00:01
        Priority [22..23] 32768
        System ID extension [22..24] 1
        Address [24..30] 02:50:00:00:00:01
      Path cost to the root [30..34] 4
      Bridge [34..42] 36864 / 1 / 02:50:00:00:00:02
        Priority [34..35] 36864
        System ID extension [34..36] 1
        Address [36..42] 02:50:00:00:00:02
      Port [42..44] 0x8002
      Message age [44..46] 1.25 s
      Maximum age [46..48] 20 s
      Hello time [48..50] 2 s
      Forward delay [50..52] 15 s
      Version 1 length [52..53] 0
    ");
}

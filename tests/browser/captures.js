// Captures, written and parsed byte by byte, so that the page's own code does not check itself.

/** An Ethernet frame (IEEE 802.3): to, from, EtherType, payload. */
const ethernet = (to, from, type, payload) => Buffer.concat([mac(to), mac(from), u16(type), payload]);

const mac = (last) => (last === "all" ? Buffer.alloc(6, 0xff) : Buffer.from([2, 0, 0, 0, 0, last]));
const ip = (last) => Buffer.from([10, 0, 0, last]);
const u16 = (value) => Buffer.from([value >> 8, value & 0xff]);

/** An ARP request of 10.0.0.`from` for 10.0.0.`asked` (RFC 826). */
export const arpRequest = (from, asked) =>
  ethernet("all", from, 0x0806, Buffer.concat([Buffer.from([0, 1, 8, 0, 6, 4, 0, 1]), mac(from), ip(from), Buffer.alloc(6), ip(asked)]));

/** A UDP datagram (RFC 768) from 10.0.0.`from` to 10.0.0.`to`, without its optional checksum, in IPv4 (RFC 791). */
export function udp(from, to, ports, payload) {
  const datagram = Buffer.concat([...ports.map(u16), u16(8 + payload.length), u16(0), payload]);
  const header = Buffer.concat([Buffer.from([0x45, 0]), u16(20 + datagram.length), Buffer.from([0, 0, 0, 0, 64, 17, 0, 0]), ip(from), ip(to)]);
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  sum = (sum & 0xffff) + (sum >> 16);
  header.writeUInt16BE(~(sum + (sum >> 16)) & 0xffff, 10);
  return ethernet(to, from, 0x0800, Buffer.concat([header, datagram]));
}

/** A DNS query for a name's IPv4 address (RFC 1035). */
export function dnsQuery(from, to, id, name) {
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return udp(from, to, [40_000, 53], Buffer.concat([u16(id), u16(0x0100), u16(1), Buffer.alloc(6), ...labels, Buffer.from([0, 0, 1, 0, 1])]));
}

/** A classic pcap of packets a millisecond apart. */
export function pcap(frames) {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const records = frames.flatMap((frame, number) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(number / 1_000), 0);
    record.writeUInt32LE((number % 1_000) * 1_000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}

/** The types of the blocks of a pcapng; throws where a block's two lengths differ. */
export function blocks(file) {
  const types = [];
  for (let at = 0; at < file.length; ) {
    const [type, length] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    if (length % 4 !== 0 || file.readUInt32LE(at + length - 4) !== length) throw new Error(`the block at ${at} does not end as it begins`);
    types.push(type);
    at += length;
  }
  return types;
}

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const ENHANCED_PACKET = 6;

// The modules of a file that packed.rs has written. Never longer than a frame allows without a pause.
const unpack = async (file) => {
    let at = 0;
    const number = () => {
        let value = 0;
        for (let shift = 0; ; shift += 7) {
            const byte = file[at++];
            value |= (byte & 127) << shift;
            // Behind the end there is no byte.
            if (!(byte > 127)) return value;
        }
    };
    if (file.length < 8 || new DataView(file.buffer, file.byteOffset).getUint32(0) !== 0x0061736d) throw new Error("this is no wasm");
    // The preamble, and the id, length and name of the only section.
    at = 9;
    number();
    const name = number();
    at += name;
    const modules = Array.from({ length: number() }, () => new Uint8Array(number()));
    const places = Int32Array.from({ length: STREAMS }, number);
    places.forEach((length, stream) => {
        places[stream] = at;
        at += length;
    });
    if (at !== file.length) throw new Error("this wasm is cut off");
    // Which stream an instruction has its operand in; 255: more than one.
    const kinds = new Uint8Array(256);
    const kind = (from, to, stream) => kinds.fill(stream, from, to + 1);
    kind(0x02, 0x04, BLOCK);
    kind(0x0c, 0x0d, LABEL);
    kind(0x10, 0x10, CALL);
    kind(0x20, 0x22, LOCAL);
    kind(0x23, 0x26, OTHER);
    kind(0x28, 0x3e, OFFSET);
    kind(0x3f, 0x40, OTHER);
    kind(0x41, 0x41, SMALL);
    kind(0x42, 0x42, WIDE);
    kind(0xd0, 0xd0, OTHER);
    kind(0xd2, 0xd2, OTHER);
    for (const code of [0x0e, 0x11, 0x1c, 0x43, 0x44, 0xfc, 0xfd]) kinds[code] = 255;
    let out, end;
    const bytes = (stream, count) => {
        while (count--) out[end++] = file[places[stream]++];
    };
    const operand = (stream) => {
        let value = 0;
        for (let shift = 0; ; shift += 7) {
            const byte = (out[end++] = file[places[stream]++]);
            value |= (byte & 127) << shift;
            if (byte < 128) return value;
        }
    };
    // A length that is written when what it measures is there: five bytes, as long as a number may be (5.2.2).
    const room = () => (end += 5);
    const measure = (start) => {
        const length = end - start;
        for (let i = 0; i < 5; i++) out[start - 5 + i] = (length >>> (7 * i)) & 127 | (i < 4 ? 128 : 0);
    };
    const several = (code) => {
        if (code === 0x0e) for (let labels = operand(LABEL) + 1; labels--; ) operand(LABEL);
        else if (code === 0x11) operand(OTHER), operand(OTHER);
        else if (code === 0x1c) for (let types = operand(OTHER); types--; ) operand(OTHER);
        else if (code === 0x43) bytes(WIDE, 4);
        else if (code === 0x44) bytes(WIDE, 8);
        else if (code === 0xfc) {
            const which = operand(OTHER);
            if (which > 7) operand(OTHER);
            if (which > 7 && which < 15 && which % 2 === 0) operand(OTHER);
        } else {
            const which = operand(VECTOR);
            if (which < 12 || (which > 83 && which < 94)) {
                out[end++] = 0;
                operand(OFFSET);
            }
            if (which === 12 || which === 13) bytes(VECTOR, 16);
            else if ((which > 20 && which < 35) || (which > 83 && which < 92)) bytes(VECTOR, 1);
        }
    };
    // Variables of the function itself: it is slow until the browser has compiled it, and then most of the work is done.
    const body = (out, from, file, places, kinds) => {
        let to = from;
        let next = places[CODE];
        for (let depth = 1; depth; ) {
            const code = file[next++];
            if (code >= SHORT_LOCAL && code < LONG_CONST) {
                const access = (code - SHORT_LOCAL) / SHORT_LOCALS | 0;
                out[to++] = 0x20 + access;
                out[to++] = code - SHORT_LOCAL - access * SHORT_LOCALS;
                continue;
            }
            if (code >= LONG_CONST && code < 0xfc) {
                out[to++] = 0x41;
                const stream = CONST + code - LONG_CONST;
                let at = places[stream];
                for (let count = code - LONG_CONST + 2; count--; ) out[to++] = file[at++];
                places[stream] = at;
                continue;
            }
            out[to++] = code;
            if (code === 0x0b) depth--;
            const stream = kinds[code];
            if (stream === 0) continue;
            if (stream === 255) {
                end = to;
                several(code);
                to = end;
                continue;
            }
            if (stream === BLOCK) depth++;
            else if (stream === OFFSET) out[to++] = 0;
            let at = places[stream];
            let byte;
            do out[to++] = byte = file[at++];
            while (byte > 127);
            places[stream] = at;
        }
        places[CODE] = next;
        end = to;
    };
    let began = performance.now();
    for (out of modules) {
        end = 0;
        let checked = 0;
        bytes(REST, 8);
        while (end < out.length) {
            const section = file[places[REST]];
            bytes(REST, 1);
            if (section !== 10) {
                const length = operand(REST);
                bytes(REST, length);
                continue;
            }
            const code = room();
            for (let functions = operand(REST); functions--; ) {
                const start = room();
                for (let groups = operand(LOCALS); groups--; bytes(LOCALS, 1)) operand(LOCALS);
                body(out, end, file, places, kinds);
                measure(start);
                if (end < checked + CHECKED_BYTES) continue;
                checked = end;
                if (performance.now() - began < SLICE_MS) continue;
                await new Promise((resume) => setTimeout(resume));
                began = performance.now();
            }
            measure(code);
        }
    }
    return modules;
};

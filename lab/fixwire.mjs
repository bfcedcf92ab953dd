// FIX 4.4 as bytes: messages in and out. Written from the published specification (volume 1 and 2), apart from the product's own.

const SOH = '\u0001';
const DATA_AFTER = { 90: 91, 93: 89, 95: 96, 212: 213, 354: 355 };

export function sum(text) {
  let total = 0;
  for (let i = 0; i < text.length; i++) total = (total + text.charCodeAt(i)) % 256;
  return String(total).padStart(3, '0');
}

/** `fields` is a list of [tag, value] from MsgType (35) on. */
export function write(fields) {
  const body = fields.map(([tag, value]) => `${tag}=${value}${SOH}`).join('');
  const text = `8=FIX.4.4${SOH}9=${body.length}${SOH}${body}`;
  return Buffer.from(`${text}10=${sum(text)}${SOH}`, 'latin1');
}

/** Time as FIX writes it. */
export const timeText = (ms) => new Date(ms).toISOString().replace(/-/g, '').replace('T', '-').replace('Z', '');

/** Cuts what comes into messages: each a Map of its fields (the first of each tag). What is garbled is passed over and counted. */
export class Wire {
  #text = '';
  garbled = 0;

  *take(bytes) {
    this.#text += bytes.toString('latin1');
    for (;;) {
      const start = this.#text.indexOf('8=FIX.4.4\u00019=');
      if (start < 0) return;
      if (start > 0) {
        this.garbled++;
        this.#text = this.#text.slice(start);
      }
      const head = /^8=FIX\.4\.4\u00019=(\d{1,6})\u0001/.exec(this.#text);
      if (!head) {
        if (this.#text.length < 24) return;
        this.#skip();
        continue;
      }
      const end = head[0].length + Number(head[1]);
      if (this.#text.length < end + 7) return;
      const trailer = this.#text.slice(end, end + 7);
      if (trailer !== `10=${sum(this.#text.slice(0, end))}${SOH}`) {
        this.#skip();
        continue;
      }
      const fields = parse(this.#text.slice(head[0].length, end));
      this.#text = this.#text.slice(end + 7);
      yield fields;
    }
  }

  #skip() {
    this.garbled++;
    this.#text = this.#text.slice(1);
  }
}

function parse(body) {
  const fields = new Map();
  let dataTag = 0;
  let dataLength = 0;
  for (let at = 0; at < body.length; ) {
    const equals = body.indexOf('=', at);
    const tag = Number(body.slice(at, equals));
    const end = tag === dataTag ? equals + 1 + dataLength : body.indexOf(SOH, equals);
    const value = body.slice(equals + 1, end);
    if (!fields.has(tag)) fields.set(tag, value);
    [dataTag, dataLength] = DATA_AFTER[tag] ? [DATA_AFTER[tag], Number(value)] : [0, 0];
    at = end + 1;
  }
  return fields;
}

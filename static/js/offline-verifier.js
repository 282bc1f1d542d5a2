// The offline verifier. Finds the credential in a file, checks it against the keys and the dated lists in its page, and
// says what was found. Nothing is fetched; whatever comes from a file is only ever put on the page as text. It is long
// because the page is a single file that has nothing else to load.

const TRUST = JSON.parse(document.getElementById("trust").textContent);
const WORDS = JSON.parse(document.getElementById("words").textContent);
const MADE = Date.parse(TRUST.made_at);
const MOST_FILE = 20 * 1024 * 1024;
const MOST_CREDENTIAL = 512 * 1024;
const MOST_LIST = 16 * 1024; // bytes, a bit a certificate
const MOST_DEPTH = 40;
const MOST_ATTACHMENTS = 50;
const SUITE = "eddsa-jcs-2022";
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const LOCALES = { en: "en-GB" };

class Unreadable extends Error {}

// ---- Bytes and texts ----

function latin(bytes) {
  return new TextDecoder("latin1").decode(bytes); // one letter a byte, so that places in text and bytes are the same
}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable("file_none");
  }
}

// Unpacks in small steps, so that a bomb is noticed before it fills the memory.
async function unpack(bytes, format, most) {
  let at = 0;
  const steps = new ReadableStream({
    pull(control) {
      if (at >= bytes.length) control.close();
      else control.enqueue(bytes.slice(at, (at += 1024)));
    },
  });
  const reader = steps.pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new Unreadable("file_big");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function base58(text) {
  const letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let number = 0n;
  let zeros = 0;
  for (const letter of text) {
    const digit = letters.indexOf(letter);
    if (digit < 0) throw new Error("no base58");
    if (number === 0n && digit === 0) zeros += 1;
    number = number * 58n + BigInt(digit);
  }
  const bytes = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  return Uint8Array.from([...new Array(zeros).fill(0), ...bytes]);
}

function base64url(text) {
  if (!/^[\w-]*$/.test(text)) throw new Error("no base64url");
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

// ---- JSON ----

function parse(text) {
  if (text.length > MOST_CREDENTIAL) throw new Unreadable("file_none");
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > MOST_DEPTH) throw new Unreadable("file_deep");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable("file_json");
  }
}

// RFC 8785: keys by UTF-16 code units and numbers as JavaScript writes them; half a surrogate pair is no text.
function canonical(value) {
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new Error("lone surrogate");
    return JSON.stringify(value);
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error("no JSON number");
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part)).join(",")}]`;
  const pairs = Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`);
  return `{${pairs.join(",")}}`;
}

function list(value) {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objects(value) {
  return list(value).filter(isObject);
}

function isBadge(value) {
  return isObject(value) && list(value.type).includes("OpenBadgeCredential");
}

function idOf(value) {
  const id = isObject(value) ? value.id : value;
  return typeof id === "string" ? id : "";
}

function instant(value) {
  const at = typeof value === "string" && INSTANT.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

// ---- The credential in a file ----

async function read(file) {
  if (file.size > MOST_FILE) throw new Unreadable("file_big");
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (latin(bytes.subarray(0, 1024)).includes("%PDF-")) return { kind: "pdf", credential: await fromPdf(bytes) };
  if (PNG.every((byte, at) => bytes[at] === byte)) return { kind: "picture", credential: await fromPng(bytes) };
  if (bytes.length > MOST_CREDENTIAL * 4) throw new Unreadable("file_none");
  const text = utf8(bytes).trim();
  if (text.startsWith("<")) return { kind: "picture", credential: fromSvg(text) };
  if (!text.startsWith("{")) throw new Unreadable("file_none");
  return { kind: "json", credential: badge(text) };
}

function badge(text) {
  const value = parse(text);
  if (!isBadge(value)) throw new Unreadable("file_none");
  return value;
}

async function fromPdf(bytes) {
  const text = latin(bytes);
  const found = new Map();
  let seen = 0;
  for (const hit of text.matchAll(/\/EmbeddedFile(?![A-Za-z0-9])/g)) {
    if (++seen > MOST_ATTACHMENTS) throw new Unreadable("file_many");
    const credential = await attachment(bytes, text, hit.index);
    if (credential) found.set(canonical(credential), credential);
  }
  if (found.size === 0) throw new Unreadable("file_none");
  if (found.size > 1) throw new Unreadable("file_several");
  return [...found.values()][0];
}

// Returns the credential in the stream whose dictionary names the type at this place; null when there is none in it.
async function attachment(bytes, text, place) {
  const before = text.slice(Math.max(0, place - 4096), place);
  const after = text.slice(place, place + 4096);
  const begins = /stream\r?\n/.exec(after);
  if (!begins || !before.includes(" obj")) return null;
  const dictionary = before.slice(before.lastIndexOf(" obj")) + after.slice(0, begins.index);
  if (!/\/Type\s*\/EmbeddedFile/.test(dictionary)) return null;
  const filter = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(dictionary);
  const packed = filter && /^\[?\s*\/(FlateDecode|Fl)\s*\]?$/.test(filter[1]);
  if (filter && !packed && !/^\[\s*\]$/.test(filter[1])) return null;
  const start = place + begins.index + begins[0].length;
  for (const end of ends(text, dictionary, start)) {
    if (end - start > MOST_CREDENTIAL) continue;
    try {
      const raw = bytes.subarray(start, end);
      return badge(utf8(packed ? await unpack(raw, "deflate", MOST_CREDENTIAL) : raw).trim());
    } catch {
      // Another file than a credential, or not its end.
    }
  }
  return null;
}

// Where a stream may end: at its length where that is written beside it, else before the line end that closes it.
function ends(text, dictionary, start) {
  const length = /\/Length\s+(\d+)(?!\d)(?!\s+\d+\s+R)/.exec(dictionary);
  const told = length ? start + Number(length[1]) : NaN;
  if (/^\s*endstream/.test(text.slice(told, told + 16))) return [told];
  const close = text.indexOf("endstream", start);
  return close < 0 ? [] : [close, close - 1, close - 2];
}

async function fromPng(bytes) {
  const view = new DataView(bytes.buffer);
  const found = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const size = view.getUint32(at);
    const data = bytes.subarray(at + 8, at + 8 + size);
    if (at + 12 + size > bytes.length) break;
    if (latin(bytes.subarray(at + 4, at + 8)) === "iTXt" && latin(data.subarray(0, 20)) === "openbadgecredential\0") {
      found.push(data.subarray(20));
    }
    at += 12 + size;
  }
  if (found.length === 0) throw new Unreadable("file_none");
  if (found.length > 1) throw new Unreadable("file_several");
  const [chunk] = found;
  const language = chunk.indexOf(0, 2); // after the flag and the method of compression
  const keyword = chunk.indexOf(0, language + 1);
  if (chunk[0] > 1 || chunk[1] !== 0 || language < 0 || keyword < 0) throw new Unreadable("file_json");
  const raw = chunk.subarray(keyword + 1);
  if (raw.length > MOST_CREDENTIAL) throw new Unreadable("file_none");
  try {
    return badge(utf8(chunk[0] ? await unpack(raw, "deflate", MOST_CREDENTIAL) : raw).trim());
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable("file_json");
  }
}

function fromSvg(text) {
  const found = [...text.matchAll(/<openbadges:credential\b[^>]*>([^]*?)<\/openbadges:credential\s*>/g)];
  if (found.length === 0) throw new Unreadable("file_none");
  if (found.length > 1) throw new Unreadable("file_several");
  const inside = found[0][1].trim();
  const data = /^<!\[CDATA\[([^]*)\]\]>$/.exec(inside);
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return badge((data ? data[1] : inside.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name) => named[name])).trim());
}

// ---- The proof (W3C Data Integrity, eddsa-jcs-2022) ----

// Says whether the issuer signed: { fault, key, created }, with fault null when the signature holds.
async function signature(credential) {
  const proofs = objects(credential.proof).filter((proof) => proof.cryptosuite === SUITE);
  if (idOf(credential.issuer) !== TRUST.issuer) return { fault: "issuer" };
  if (proofs.length !== 1) return { fault: "none" };
  const [proof] = proofs;
  if (proof.type !== "DataIntegrityProof" || proof.proofPurpose !== "assertionMethod") return { fault: "none" };
  const key = TRUST.keys.find(({ id }) => id === proof.verificationMethod && id.startsWith(`${TRUST.issuer}#`));
  if (!key) return { fault: "unknown" };
  const created = instant(proof.created);
  const withdrawn = key.revoked_from === null ? null : Date.parse(key.revoked_from);
  if (withdrawn !== null && !(created !== null && created < withdrawn)) return { fault: "stolen", withdrawn };
  return { fault: (await holds(credential, proof, key)) ? null : "bad", created, withdrawn };
}

async function holds(credential, proof, key) {
  try {
    const { proofValue, ...options } = proof;
    const { proof: _proofs, ...unsigned } = credential;
    if (options["@context"] === undefined) options["@context"] = credential["@context"];
    if (canonical(options["@context"]) !== canonical(credential["@context"])) return false;
    if (typeof proofValue !== "string" || !/^z.{64,100}$/.test(proofValue)) return false;
    const point = base58(key.multikey.slice(1));
    if (key.multikey[0] !== "z" || point.length !== 34 || point[0] !== 0xed || point[1] !== 0x01) return false;
    const said = new Uint8Array([...(await sha256(canonical(options))), ...(await sha256(canonical(unsigned)))]);
    return await globalThis.ed25519.verifyAsync(base58(proofValue.slice(1)), said, point.subarray(2), { zip215: false });
  } catch {
    return false;
  }
}

async function sha256(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

// ---- The status as of the date of a list ----

let unpacked = null;

// Returns the newest signed list of each address, and the addresses whose lists are not signed.
function lists() {
  unpacked ??= Promise.all(TRUST.lists.map(readList)).then((all) => {
    const known = new Map();
    for (const one of all) {
      const other = known.get(one.id);
      if (!other || (one.bits && (!other.bits || one.at > other.at))) known.set(one.id, one);
    }
    return known;
  });
  return unpacked;
}

async function readList(credential) {
  const subject = objects(credential.credentialSubject)[0] || {};
  const id = idOf(credential);
  const { fault, created } = await signature(credential);
  const at = instant(credential.validFrom) ?? created ?? null;
  const encoded = subject.encodedList;
  const right = list(credential.type).includes("BitstringStatusListCredential") && subject.statusPurpose === "revocation";
  try {
    if (fault !== null || at === null || !right || encoded[0] !== "u") return { id, bits: null };
    const bits = await unpack(base64url(encoded.slice(1)), "gzip", MOST_LIST);
    return { id, bits, at, until: instant(credential.validUntil) };
  } catch {
    return { id, bits: null };
  }
}

// Says what the lists tell: { kind, at, until }, kind being a key of the texts without "status_".
async function status(credential, now) {
  const entries = objects(credential.credentialStatus);
  const known = await lists();
  const told = [];
  for (const entry of entries) {
    if (entry.type !== "BitstringStatusListEntry" || entry.statusPurpose !== "revocation") continue;
    const found = known.get(entry.statusListCredential);
    const index = /^\d{1,9}$/.test(String(entry.statusListIndex)) ? Number(entry.statusListIndex) : NaN;
    if (!found) told.push({ kind: "none" });
    else if (!found.bits) told.push({ kind: "unsigned" });
    else if (!(index < found.bits.length * 8)) told.push({ kind: "beyond", at: found.at });
    else if (found.bits[index >> 3] & (128 >> (index & 7))) told.push({ kind: "bad", at: found.at });
    else told.push({ kind: found.until !== null && found.until < now ? "old" : "good", at: found.at, until: found.until });
  }
  const order = ["bad", "unsigned", "beyond", "none", "old", "good"];
  return told.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0] || { kind: "none" };
}

// ---- The verdict ----
// Texts are named by their keys and filled in when they are shown, so that the language can change afterwards.

async function judge(file) {
  const clock = Date.now();
  const base = { file: file.name, now: Math.max(clock, MADE), clock };
  try {
    const { kind, credential } = await read(file);
    const signed = await signature(credential);
    return signed.fault === null ? await proven(base, kind, credential, signed) : refused(base, credential, signed);
  } catch (error) {
    const why = [error instanceof Unreadable ? error.message : "file_json"];
    return { ...base, sign: "no", title: ["no_file"], lines: [why, ["no_reliance_file"]], checks: [["bad", "File", why]] };
  }
}

function refused(base, credential, { fault, withdrawn }) {
  const issuer = objects(credential.issuer)[0] || {};
  const named = { claimed: plain(issuer.name) || "?", issuer: idOf(credential.issuer) || "?", trusted: TRUST.issuer };
  const { what, title, text } = {
    issuer: { what: "Key", title: "no_issuer", text: ["key_issuer", named] },
    unknown: { what: "Key", title: "no_key", text: ["key_unknown"] },
    stolen: { what: "Key", title: "no_theft", text: ["key_stolen", { date: withdrawn }] },
    none: { what: "Signature", title: "no_proof", text: ["signature_none"] },
    bad: { what: "Signature", title: "no_proof", text: ["signature_bad"] },
  }[fault];
  const checks = [
    ...(fault === "bad" ? [["good", "Key", ["key_good"]]] : []),
    ["bad", what, text],
    ...(what === "Key" ? [["may", "Signature", ["signature_unchecked"]]] : []),
    ["may", "Claims", ["claims_bad"]],
    ["may", "Status", ["status_unchecked"]],
  ];
  return { ...base, sign: "no", title: [title], lines: [text, ["no_reliance"]], checks };
}

async function proven(base, kind, credential, signed) {
  const state = await status(credential, base.now);
  const term = termOf(credential, base.now);
  const listed = { date: state.at, until: state.until };
  const theft = signed.withdrawn === null ? [] : [["key_doubtful", { date: signed.withdrawn }]];
  const known = state.kind === "good" || state.kind === "old";
  const checks = [
    theft.length ? ["may", "Key", theft[0]] : ["good", "Key", ["key_good"]],
    ["good", "Signature", ["signature_good"]],
    ["good", "Claims", ["claims_good"]],
    [{ good: "good", bad: "bad" }[state.kind] || "may", "Status", [`status_${state.kind}`, listed]],
    [term.kind === "good" || term.kind === "endless" ? "good" : "bad", "Dates", [`dates_${term.kind}`, term]],
    ...(base.clock < MADE ? [["may", "Clock", ["dates_clock", { date: MADE }]]] : []),
    ...(kind === "pdf" ? [["may", "Paper", ["paper_pdf"]]] : []),
    ...(kind === "picture" ? [["may", "Picture", ["picture"]]] : []),
  ];
  const courses = await coursesOf(credential);
  const told =
    state.kind === "bad"
      ? [courses.length ? "transcript_revoked" : "was_revoked", listed]
      : known
        ? [courses.length ? "transcript_signed" : "was_signed", listed]
        : [courses.length ? "transcript_signed_unknown" : "was_signed_unknown"];
  const ended = courses.filter((course) => course.ended).length;
  if (ended) checks.push(["bad", "Courses", ["courses_bad", listed]]);
  else if (courses.length) {
    const all = courses.every((course) => course.listed);
    checks.push([all ? "good" : "may", "Courses", [all ? "courses_good" : "courses_none", listed]]);
  }
  const lines = [told, ...theft, ...(ended ? [["was_ended", listed]] : []), [kind === "pdf" ? "believe_pdf" : "believe"]];
  const verdict = { ...base, checks, lines, claims: credential, courses };
  if (state.kind === "bad") return { ...verdict, sign: "no", title: [courses.length ? "revoked_transcript" : "revoked"] };
  if (term.kind === "bad") return { ...verdict, sign: "no", title: ["no_dates"] };
  if (term.kind === "expired") return { ...verdict, sign: "wait", title: ["expired", { date: term.until }] };
  if (term.kind === "early") return { ...verdict, sign: "wait", title: ["early", term] };
  if (!known) return { ...verdict, sign: "wait", title: ["valid_unknown"] };
  return { ...verdict, sign: theft.length || ended ? "wait" : "yes", title: [ended ? "valid_ended" : courses.length ? "valid_transcript" : "valid"] };
}

// Says when the certificate holds: { kind, date, until }, kind being a key of the texts without "dates_".
function termOf(credential, now) {
  const date = instant(credential.validFrom);
  const endless = credential.validUntil === undefined;
  const until = endless ? null : instant(credential.validUntil);
  if (date === null || (!endless && until === null)) return { kind: "bad" };
  if (now < date) return { kind: "early", date, until };
  if (endless) return { kind: "endless", date };
  return { kind: now > until ? "expired" : "good", date, until };
}

// ---- The courses of a transcript ----

// Returns each course with what the list tells of its certificate: the place of its status stands beside the result.
async function coursesOf(credential) {
  const subject = objects(credential.credentialSubject)[0] || {};
  const achievement = objects(subject.achievement)[0] || {};
  if (achievement.achievementType !== "ext:Transcript") return [];
  const known = await lists();
  const results = objects(subject.result);
  const hours = objects(achievement.resultDescription).filter((one) => one.resultType === "RawScore");
  return hours.map((about) => {
    const result = results.find((one) => one.resultDescription === about.id) || {};
    const grade = results.find((one) => one.resultDescription === idOf(about).replace("#course-", "#grade-")) || {};
    const beside = objects(result.alignment);
    const certificate = beside.find((one) => one.targetType === "ceterms:Credential") || {};
    const [address, index] = plain((beside.find((one) => one.targetType === "ext:BitstringStatusListEntry") || {}).targetUrl).split("#");
    const bits = (known.get(address) || {}).bits;
    const days = plain((beside[0] || {}).targetDescription).match(/\d{4}-\d\d-\d\d/g) || [];
    return {
      title: [plain(about.name), plain((beside[0] || {}).targetCode)].filter(Boolean).join(", "),
      status: plain(result.status),
      hours: Number(plain(about.valueMax)),
      days: days.map((at) => Date.parse(`${at}T00:00:00Z`)),
      grade: plain(grade.value),
      code: plain(certificate.targetCode),
      name: (/^In the name of (.*)\.$/.exec(plain(certificate.targetDescription)) || [])[1],
      listed: !certificate.targetCode || Boolean(bits),
      ended: Boolean(bits && /^\d{1,9}$/.test(index) && bits[index >> 3] & (128 >> (index & 7))),
    };
  });
}

// ---- The claims ----

function plain(value) {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function claims(credential) {
  const subject = objects(credential.credentialSubject)[0] || {};
  const course = objects(subject.achievement)[0] || {};
  const names = objects(subject.identifier).filter((one) => one.identityType === "ext:name" && one.hashed !== true);
  const results = objects(course.resultDescription);
  const grades = objects(subject.result).map((result) => {
    const about = results.find(({ id }) => id === result.resultDescription) || {};
    const value = plain(result.value) || plain(result.achievedLevel);
    const figure = about.resultType === "Percent" && /^\d+(\.\d+)?$/.test(value) ? percent(Number(value)) : value;
    const name = plain(about.name) === "Result" ? "" : plain(about.name);
    return [name, figure].filter(Boolean).join(": ");
  });
  const evidence = objects(credential.evidence);
  const identifies = (one) => one.genre === "Identification";
  const studied = [subject.activityStartDate, subject.activityEndDate].map((at) => day(instant(at)));
  const aims = objects(course.alignment).map((one) => plain(one.targetName)).filter(Boolean);
  const description = plain(course.description) === plain(course.name) ? "" : plain(course.description);
  if (course.achievementType === "ext:Transcript") return transcript(credential, subject, course, names);
  return {
    title: plain(credential.name),
    language: plain(course.inLanguage),
    holder: names.map((one) => plain(one.identityHash)).concat(plain(subject.name)).filter(Boolean),
    // A term, its values, and whether they are in the language of the course.
    rows: [
      ["course", [[plain(course.name), plain(course.humanCode)].filter(Boolean).join(", ")], true],
      ["hours", [figures(course.creditsAvailable)], false],
      ["outcomes", aims.length ? aims : [description], true],
      ["grade", grades, true],
      ["assessment", [narrative(course.criteria), ...evidence.filter((one) => !identifies(one)).map(narrative)], false],
      ["identity", evidence.filter(identifies).map((one) => plain(one.description) || plain(one.name)), false],
      ["edition", [plain(course.version)], false],
      ["studied", studied[0] && studied[1] ? [`${studied[0]} – ${studied[1]}`] : [], false],
      ["issued", [day(instant(credential.awardedDate) ?? instant(credential.validFrom))], false],
      ["until", [day(instant(credential.validUntil))], false],
      ["issuer", [`${TRUST.name} (${TRUST.issuer})`], false],
      ["number", [idOf(credential)], false],
    ].map(([term, values, own]) => [term, values.filter(Boolean), own]),
  };
}

function transcript(credential, subject, achievement, names) {
  return {
    title: plain(credential.name),
    language: plain(achievement.inLanguage),
    holder: names.map((one) => plain(one.identityHash)),
    rows: [
      ["hours_done", [figures(subject.creditsEarned)], false],
      ["as_of", [day(instant(credential.awardedDate) ?? instant(credential.validFrom))], false],
      ["issuer", [`${TRUST.name} (${TRUST.issuer})`], false],
      ["number", [idOf(credential)], false],
    ].map(([term, values, own]) => [term, values.filter(Boolean), own]),
  };
}

function narrative(value) {
  return isObject(value) ? plain(value.narrative) || plain(value.name) : "";
}

// ---- The page ----

const asked = [navigator.language, ...(navigator.languages || [])].map((code) => String(code).split("-")[0]);
let tongue = asked.find((code) => code in WORDS) || "en";
let shown = null;
let turn = 0;

function locale() {
  return LOCALES[tongue] || tongue;
}

function day(at) {
  if (at === null || at === undefined) return "";
  const said = new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" }).format(at);
  return said.replace(/\sг\.$/, "\u00a0г.");
}

function percent(value) {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(value / 100);
}

function figures(value) {
  return typeof value === "number" ? new Intl.NumberFormat(locale()).format(value) : plain(value);
}

function say(key, values = {}) {
  const all = { name: TRUST.name, ...values };
  const written = (value) => (typeof value === "number" ? day(value) : value || "");
  // A Russian date ends in a point, which closes the sentence too.
  return WORDS[tongue][key].replace(/%\((\w+)\)s/g, (_whole, name) => written(all[name])).replace(/г\.\.(?=\s|$)/g, "г.");
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function sign(name) {
  return document.getElementById(`sign-${name}`).content.cloneNode(true);
}

function showVerdict({ sign: kind, title, lines, file, now }) {
  const told = lines.map((line) => element("p", {}, say(...line)));
  const checked = element("p", { class: "data" }, say("checked", { file, date: now }));
  const text = element("div", {}, element("h2", {}, say(...title)), ...told, checked);
  return element("div", { class: `verdict verdict--${kind}` }, sign(kind), text);
}

function showChecks(rows) {
  const items = rows.map(([state, what, text]) => {
    const title = element("span", {}, element("span", { class: "sr" }, `${say(state)} `), say(what));
    return element("li", { class: state === "good" ? "" : state }, sign(state), title, element("small", {}, say(...text)));
  });
  const heading = element("h2", { id: "checks", class: "t-h3" }, say("checks"));
  const rowsShown = element("ul", { class: "checks", role: "list" }, ...items);
  return element("section", { class: "stack", "aria-labelledby": "checks" }, heading, rowsShown);
}

function showClaims(credential) {
  const { title, language, holder, rows } = claims(credential);
  const lang = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language) ? language : "";
  const card = element("div", { class: "label" });
  if (title) card.append(element("p", { class: "label__title label__title--large", lang, dir: "auto" }, title));
  for (const name of holder) card.append(element("p", { class: "claim", dir: "auto" }, name));
  const facts = element("dl", { class: "facts" });
  for (const [term, values, own] of rows) {
    if (!values.length) continue;
    const many = () => element("ul", {}, ...values.map((value) => element("li", {}, value)));
    const value = element("dd", { lang: own && lang, dir: "auto" }, values.length > 1 ? many() : values[0]);
    facts.append(element("div", {}, element("dt", {}, say(term)), value));
  }
  card.append(facts);
  const heading = element("h2", { id: "claims", class: "t-h3" }, say("claims"));
  return element("section", { class: "stack", "aria-labelledby": "claims" }, heading, card);
}

function showCourses(courses) {
  const items = courses.map(({ title, status, hours, days, grade, code, name, ended }) => {
    const [begun, completed] = days.map(day);
    const done = { Completed: "course_done", OnHold: "course_taken" }[status] || "course_going";
    const said = [
      say(done, { begun, completed: completed || "", hours: figures(hours) }),
      grade && /^\d+$/.test(grade) ? say("course_grade", { grade: percent(Number(grade)) }) : "",
      code ? say("course_code", { code: code.replace(/(.{4})(?=.)/g, "$1-") }) : "",
      name ? say("course_name", { name }) : "",
      ended ? say("course_ended") : "",
    ].filter(Boolean);
    return element("li", {}, element("strong", { dir: "auto" }, title), element("br"), said.join(" "));
  });
  const heading = element("h2", { id: "courses", class: "t-h3" }, say("courses"));
  return element("section", { class: "stack wide", "aria-labelledby": "courses" }, heading, element("ol", {}, ...items));
}

function show() {
  const result = document.getElementById("result");
  document.getElementById("verdict").replaceChildren(...(shown ? [showVerdict(shown)] : []));
  result.replaceChildren(...(shown ? [showChecks(shown.checks)] : []));
  if (shown && shown.claims) result.append(showClaims(shown.claims));
  if (shown && shown.courses && shown.courses.length) result.append(showCourses(shown.courses));
  result.hidden = !shown;
}

async function speak(code) {
  tongue = code;
  document.documentElement.lang = code;
  document.title = `${say("title")} – ${TRUST.name}`;
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = say(one.dataset.t);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  for (const one of document.querySelectorAll(".tongues button")) one.setAttribute("aria-pressed", one.value === code);
  const dates = [...(await lists()).values()].filter((one) => one.bits).map((one) => one.at);
  const limits = [
    dates.length ? ["limit_later", { date: Math.min(...dates) }] : ["limit_no_list"],
    ["limit_paper"],
    ["limit_holder"],
    ["limit_copy"],
    ...(TRUST.verify ? [["limit_site", { address: TRUST.verify }]] : []),
  ];
  document.getElementById("limits-list").replaceChildren(...limits.map((line) => element("li", {}, say(...line))));
  document.getElementById("made").textContent = say("made", { date: MADE, issuer: TRUST.issuer });
  show();
}

async function check(file) {
  const mine = ++turn;
  shown = null;
  show();
  document.getElementById("verdict").textContent = say("working");
  const outcome = await judge(file);
  if (mine !== turn) return;
  shown = outcome;
  show();
  document.getElementById("verdict").scrollIntoView({ block: "nearest" });
}

function begin() {
  const ask = document.getElementById("ask");
  const input = document.getElementById("file");
  document.getElementById("too-old").hidden = true;
  ask.hidden = false;
  input.addEventListener("change", () => input.files.length && check(input.files[0]));
  input.addEventListener("click", () => (input.value = "")); // so that the same file can be checked again
  for (const one of document.querySelectorAll(".tongues button")) one.addEventListener("click", () => speak(one.value));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    ask.classList.add("over");
  });
  document.addEventListener("dragleave", () => ask.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    ask.classList.remove("over");
    if (event.dataTransfer.files.length) check(event.dataTransfer.files[0]);
  });
  speak(tongue);
}

if (globalThis.crypto?.subtle && globalThis.DecompressionStream && globalThis.ed25519) begin();

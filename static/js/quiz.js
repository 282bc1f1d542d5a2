// Keeps the answers of an attempt: each change goes to the server at once, and waits on this computer while it cannot.
// Every packet carries a growing number, so that one that was late on its way never wins over a newer one.

const form = document.querySelector("form[data-quiz]");
const says = (name, words = {}) =>
  Object.entries(words).reduce((text, [key, value]) => text.replace(`{${key}}`, value), form.dataset[`says${name}`]);

const TYPING = 600; // ms after the last letter
const LONGEST_PAUSE = 60000; // ms between two tries while the line is down
const PATIENCE = 20000; // ms for one try
const SMALL = 30000; // characters: browsers let no more than 64 kB outlive a page
const MONTH = 30 * 24 * 3600 * 1000;
const STORE = "vitrine-attempt-";

const attempt = form.elements.attempt.value;
const number = form.elements.seq;
const key = STORE + attempt;
const notices = document.querySelector("[data-notices]"); // what may be read later
const urgent = document.querySelector("[data-urgent]"); // in the bar, which is always in sight
const savedPlace = document.querySelector("[data-saved]");
const clock = document.querySelector("[data-clock]");
const questions = [...form.querySelectorAll("fieldset[data-question]")];
const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

const waiting = new Map(); // question id → {seq, fields}; what the server has not acknowledged
let state = "fine"; // fine | down | out (logged out) | over (the attempt has ended) | refused
let sending = false;
let leaving = false;
let handing = false;
let tries = 0;
let retry = 0;
let typing = 0;
let savedAt = null;
let ends = null; // on the clock of performance.now, which nobody can turn
const told = new Set();

const idOf = (question) => question.id.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* What is in the form */

function controls(question) {
  return [...question.elements].filter((one) => one.name && one.type !== "hidden" && one.tagName !== "BUTTON");
}

function fieldsOf(question) {
  const ticks = (one) => one.type === "radio" || one.type === "checkbox";
  return controls(question).filter((one) => !ticks(one) || one.checked).map((one) => [one.name, one.value]);
}

function isAnswered(question) {
  const all = controls(question);
  if (all.some((one) => one.type === "radio" || one.type === "checkbox")) return all.some((one) => one.checked);
  return all.length > 0 && all.every((one) => one.value.trim() !== "");
}

function fill(question, fields) {
  for (const one of controls(question)) {
    const given = fields.filter(([name]) => name === one.name).map(([, value]) => value);
    if (one.type === "radio" || one.type === "checkbox") one.checked = given.includes(one.value);
    else one.value = given.length ? given[0] : "";
  }
}

// The time of day keeps the numbers of two windows in the order of what was done in them.
function next() {
  const value = Math.max(Number(number.value) + 1, Date.now());
  number.value = String(value);
  return value;
}

/* Keeping */

function keep() {
  try {
    if (waiting.size) localStorage.setItem(key, JSON.stringify({ at: Date.now(), answers: [...waiting] }));
    else localStorage.removeItem(key);
  } catch {
    // Without a store the answers wait in this window alone.
  }
}

function restore() {
  let kept = [];
  try {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(STORE) && one !== key)) {
      if (!(Date.now() - JSON.parse(localStorage.getItem(name)).at < MONTH)) localStorage.removeItem(name);
    }
    kept = JSON.parse(localStorage.getItem(key) || '{"answers": []}').answers;
  } catch {
    kept = [];
  }
  for (const [id, entry] of kept) {
    const question = questions.find((one) => idOf(one) === id);
    const known = [...form.querySelectorAll("input[name=asked]")].find((one) => one.value === id);
    if (!question || !known || !(entry.seq > Number(known.dataset.seq))) continue;
    fill(question, entry.fields);
    waiting.set(id, entry);
  }
  if (waiting.size) number.value = String(Math.max(Number(number.value), ...[...waiting.values()].map((one) => one.seq)));
  keep();
}

function note(question) {
  waiting.set(idOf(question), { seq: next(), fields: fieldsOf(question) });
  keep();
  show();
}

/* Sending */

async function post(url, body) {
  let response;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const keepalive = String(body).length < SMALL; // then it outlives the page
    const headers = { "X-Part": "save" };
    response = await fetch(url, { method: "POST", body, headers, redirect: "manual", keepalive, signal });
    if (response.ok) return ["fine", await response.json()];
  } catch {
    return ["down", null];
  }
  // A redirect leads to the log-in page; a 400 is a form whose session has ended.
  if (response.type === "opaqueredirect" || response.status === 400 || response.status === 401) return ["out", null];
  return [response.status === 404 || response.status === 403 ? "refused" : "down", null];
}

async function flush() {
  clearTimeout(retry);
  clearTimeout(typing);
  if (sending || state === "over" || state === "refused" || state === "out") return;
  sending = true;
  let renewed = false;
  while (waiting.size) {
    const [id, entry] = waiting.entries().next().value;
    const body = new URLSearchParams([
      ["csrf_token", form.elements.csrf_token.value],
      ["attempt", attempt],
      ["seq", String(entry.seq)],
      ["asked", id],
      ...entry.fields,
    ]);
    const [became, answer] = await post(form.dataset.save, body);
    if (became === "out" && !renewed && (await renew())) {
      renewed = true;
      continue;
    }
    if (became !== "fine") {
      turn(became);
      break;
    }
    if (waiting.get(id) === entry) waiting.delete(id);
    keep();
    synchronise(answer.left);
    turn(answer.counts ? "fine" : "over");
    if (!answer.counts) break;
    savedAt = new Date();
  }
  sending = false;
  show();
}

// Fetches this page again for a token of the session that there is now; true when that worked.
async function renew() {
  try {
    const response = await fetch(location.href, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("form[data-quiz]");
    if (!fresh || fresh.elements.attempt.value !== attempt) return false;
    const token = fresh.elements.csrf_token.value;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    return true;
  } catch {
    return false;
  }
}

function turn(became) {
  if (became === "down") {
    tries += 1;
    retry = setTimeout(flush, Math.min(LONGEST_PAUSE, 1000 * 2 ** tries) * (0.75 + Math.random() / 2));
  } else {
    tries = 0;
  }
  if (became === state) return;
  state = became;
  tell(became === "fine" ? null : became);
}

/* Telling */

function tell(name) {
  const template = name && document.querySelector(`template[data-notice="${name}"]`);
  notices.replaceChildren();
  urgent.replaceChildren();
  if (template) (name === "down" ? notices : urgent).append(template.content.cloneNode(true));
}

function announce(words) {
  document.querySelector("[data-announce]").textContent = words;
}

function show() {
  const open = questions.filter((question) => !isAnswered(question));
  const done = questions.length - open.length;
  document.querySelector("[data-answered]").textContent = says("Answered", { done, all: questions.length });
  document.querySelector("[data-open]").textContent = open.length ? says("Open", { count: open.length }) : says("None");
  questions.forEach((question, index) => {
    const link = document.querySelector(`[data-number="${question.id}"]`);
    const answered = isAnswered(question);
    link.classList.toggle("yes", answered);
    link.setAttribute("aria-label", says(answered ? "Yes" : "No", { number: index + 1 }));
  });
  if (waiting.size && state === "fine") return; // on its way: nothing to tell yet
  const words = [];
  if (savedAt) words.push(says("Saved", { time: time.format(savedAt) }));
  if (waiting.size) words.push(says("Waiting", { count: waiting.size }));
  if (savedPlace.textContent === words.join(". ")) return;
  const sign = document.querySelector(`template[data-sign="${waiting.size ? "waiting" : "saved"}"]`);
  savedPlace.replaceChildren(...(words.length ? [sign.content.cloneNode(true), words.join(". ")] : []));
  savedPlace.classList.toggle("saved--wait", waiting.size > 0);
}

/* The clock: the server says how much is left, with the page and with each answer it keeps. */

function synchronise(left) {
  if (typeof left === "number") ends = performance.now() + left * 1000;
}

function tick() {
  const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  const parts = [Math.floor(left / 60) % 60, left % 60].map((part) => String(part).padStart(2, "0"));
  clock.textContent = (left >= 3600 ? [Math.floor(left / 3600), ...parts] : parts).join(":");
  for (const [seconds, words] of [[60, "One"], [300, "Five"]]) {
    if (left > seconds || told.has(seconds)) continue;
    told.add(seconds);
    if (left && !(seconds === 300 && told.has(60))) announce(says(words));
  }
  if (left || handing || told.has(0)) return;
  told.add(0);
  announce(says("Zero"));
  handIn(true);
}

// A computer that slept has lost count; the server has not.
async function ask() {
  const body = new URLSearchParams([["csrf_token", form.elements.csrf_token.value], ["attempt", attempt], ["seq", "0"]]);
  const [became, answer] = await post(form.dataset.save, body);
  if (became === "fine") synchronise(answer.left);
}

/* Handing in */

async function handIn(byClock) {
  if (handing) return;
  handing = true;
  if (state === "out" && (await renew())) turn("fine");
  next();
  let renewed = false;
  for (let round = 0; ; round += 1) {
    const [became, answer] = await post(form.action, new URLSearchParams(new FormData(form)));
    if (became === "fine") {
      leaving = true;
      waiting.clear();
      keep();
      location.assign(answer.to);
      return;
    }
    if (became === "out" && !renewed && (await renew())) {
      renewed = true;
      continue;
    }
    turn(became);
    if (became !== "down" || !byClock) break;
    await pause(Math.min(LONGEST_PAUSE, 2000 * 2 ** round));
  }
  handing = false;
  questions.filter((question) => !question.disabled).forEach(note);
  if (state === "down") tell("unsent");
}

/* What happens */

form.addEventListener("input", (event) => {
  const question = event.target.closest("fieldset[data-question]");
  if (!question || !event.target.matches("input[type=text], textarea")) return;
  note(question);
  clearTimeout(typing);
  typing = setTimeout(flush, TYPING);
});

form.addEventListener("change", (event) => {
  const question = event.target.closest("fieldset[data-question]");
  if (!question) return;
  if (event.target.matches("input[type=text], textarea")) {
    if (waiting.has(idOf(question))) flush();
    return;
  }
  note(question);
  flush();
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input[type=text], input[type=radio], input[type=checkbox]")) {
    event.preventDefault();
  }
});

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.hasAttribute("data-submit")) {
    event.preventDefault();
    handIn(false);
  } else if (state === "fine") {
    next();
    leaving = true;
  } else {
    event.preventDefault();
    flush();
  }
});

urgent.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-again]")) return;
  if (await renew()) turn("fine");
  else if (state === "out") tell("out");
  flush();
});

addEventListener("online", flush);

let hidden = 0;
document.addEventListener("visibilitychange", async () => {
  if (document.visibilityState === "hidden") {
    hidden = Date.now();
    flush();
  } else {
    if (state === "out" && (await renew())) turn("fine");
    flush();
    if (ends !== null && Date.now() - hidden > 30000) ask();
  }
});

addEventListener("beforeunload", (event) => {
  if (leaving || !waiting.size) return;
  event.preventDefault();
  event.returnValue = "";
});

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

restore();
if (waiting.size) {
  announce(says("Found"));
  flush();
}
if (form.dataset.seconds !== undefined) {
  synchronise(Number(form.dataset.seconds));
  document.querySelector("[data-closes]").hidden = true;
  document.querySelector("[data-left]").hidden = false;
  tick();
  setInterval(tick, 500);
}
show();

// Remembers the heading one has come to, so that "Continue" leads back to it: at most one message in 15 seconds.

const form = document.querySelector("form[data-place]");
const headings = [...document.querySelectorAll(".reading [id^='h-']")].filter((one) => /^H[2-6]$/.test(one.tagName));
const PAUSE = 15000;
let sent = decodeURIComponent(location.hash.slice(1));
let place = sent;
let last = -PAUSE;
let timer = 0;

if (form && headings.length && "IntersectionObserver" in window) {
  // A heading counts as reached once it is above the upper third of the window, however far and fast one jumped.
  const observer = new IntersectionObserver(reached, { rootMargin: "1000000px 0px -66% 0px" });
  for (const heading of headings) observer.observe(heading);
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
}

function reached() {
  const line = innerHeight / 3;
  const above = headings.filter((heading) => heading.getBoundingClientRect().top <= line);
  place = above.length ? above[above.length - 1].id : "";
  if (place !== sent && !timer) timer = setTimeout(send, Math.max(1000, last + PAUSE - performance.now()));
}

function send() {
  clearTimeout(timer);
  timer = 0;
  if (place === sent) return;
  sent = place;
  last = performance.now();
  const body = new URLSearchParams(new FormData(form));
  body.set("anchor", place);
  navigator.sendBeacon(form.action, body);
}

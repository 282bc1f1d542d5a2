// Keeps the bar of long work up to date, and fetches the whole page again when the work has ended.

const shown = document.querySelector("[data-order]");
let pause = 1000;

async function look() {
  try {
    const response = await fetch(location.href, { redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-order]");
    if (!fresh) return location.reload();
    shown.replaceChildren(...fresh.childNodes);
    pause = 1000;
  } catch {
    pause = Math.min(pause * 2, 30000); // the line is down: it is tried more and more rarely
  }
  setTimeout(look, pause);
}

if (shown) setTimeout(look, pause);

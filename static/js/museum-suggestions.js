// Offers museums that the site knows while a name is typed; without it the first two hundred are offered.

const PAUSE = 250;

for (const field of document.querySelectorAll("input[data-suggest]")) {
  let waiting;
  let asked = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const typed = field.value.trim();
      if (typed.length < 2 || typed === asked) return;
      asked = typed;
      try {
        const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`);
        if (!answer.ok) return;
        const names = await answer.json();
        field.list.replaceChildren(...names.map((name) => new Option(name, name)));
      } catch {
        // The line is down: what was offered before still stands.
      }
    }, PAUSE);
  });
}

// Checks a question of a lesson without leaving the place: the answer of the server is put where the form stood.
// Whatever goes wrong, the form is sent the ordinary way.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-check]")) return;
  event.preventDefault();
  check(form).catch(() => form.submit());
});

async function check(form) {
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-Part": "question" },
    redirect: "error",
  });
  if (!response.ok) throw new Error(String(response.status));
  const part = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = part.querySelector("form[data-check]");
  if (!fresh) throw new Error("no form came back");
  form.replaceWith(fresh);
  const end = document.getElementById("done");
  const ended = part.getElementById("done");
  // The section stays, so that what changes in it is read out.
  if (end && ended && end.innerHTML !== ended.innerHTML) end.replaceChildren(...ended.childNodes);
  const steps = part.querySelector(".outline");
  if (steps) document.querySelector(".outline").replaceWith(steps);
  fresh.dispatchEvent(new CustomEvent("part", { bubbles: true }));
  const told = fresh.querySelector("[id$=_outcome], [id$=_note]");
  if (told) told.focus({ preventScroll: true });
  if (told) told.scrollIntoView({ block: "nearest" });
}

// Shows the name as it will stand on certificates while it is typed, and tells the form the reader's time zone.

for (const shown of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(shown.dataset.shows);
  const show = () => {
    shown.textContent = field.value.trim().replace(/\s+/g, " ").normalize("NFC") || shown.dataset.empty;
  };
  field.addEventListener("input", show);
  show();
}

const zone = document.querySelector("input[type=hidden][name=timezone]");
if (zone && !zone.value) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

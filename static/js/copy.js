// Shows a button that copies a field; without this script the field is there to be selected.

for (const row of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(row.dataset.copies);
  row.hidden = false;
  row.querySelector("button").addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // an old browser, or a page that did not come by HTTPS
    }
    row.querySelector("[role=status]").textContent = row.dataset.done;
  });
}

// Arrows beside the places of an "order" question: they change the selects, which stay the real controls.

const status = document.createElement("p");
status.className = "sr";
status.setAttribute("role", "status");
document.body.append(status);

for (const list of document.querySelectorAll("[data-order]")) dress(list);
document.addEventListener("part", (event) => {
  for (const list of event.target.querySelectorAll("[data-order]")) dress(list);
});

function dress(list) {
  for (const holder of list.querySelectorAll("[data-move]")) {
    const select = holder.parentElement.querySelector("select");
    holder.append(arrow(list, select, holder.dataset.move, -1), arrow(list, select, holder.dataset.move, 1));
  }
}

function arrow(list, select, item, step) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--small";
  button.textContent = step < 0 ? "↑" : "↓";
  button.setAttribute("aria-label", (step < 0 ? list.dataset.up : list.dataset.down).replace("{item}", item));
  button.addEventListener("click", () => {
    move(list, select, step);
    status.textContent = list.dataset.moved.replace("{item}", item).replace("{place}", select.value);
  });
  return button;
}

// Moves one item by a step; the item that stands there takes its place.
function move(list, select, step) {
  const selects = [...list.querySelectorAll("select")];
  const before = selects.map((one) => one.value);
  const taken = new Set();
  for (const one of selects) {
    if (taken.has(one.value)) one.value = "";
    if (one.value) taken.add(one.value);
  }
  let place = 1;
  for (const one of selects) {
    if (one.value) continue;
    while (taken.has(String(place))) place += 1;
    one.value = String(place);
    taken.add(one.value);
  }
  const target = String(Math.min(selects.length, Math.max(1, Number(select.value) + step)));
  const other = selects.find((one) => one.value === target);
  if (other && other !== select) other.value = select.value;
  select.value = target;
  selects.forEach((one, index) => {
    if (one.value !== before[index]) one.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

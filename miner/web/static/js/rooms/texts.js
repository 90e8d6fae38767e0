// Тексты: further posts below the others, whole posts in place, keys.

import { piece, told } from "../api.js";
import { keys } from "../keys.js";

const list = document.querySelector("[data-room=texts]");
const cards = () => [...(list?.querySelectorAll(".post") ?? [])];
let current = null;

list?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-further], a[data-whole]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (link.matches("[data-further]") ? further(link) : whole(link)).catch(told);
});
list?.addEventListener("focusin", (event) => choose(event.target.closest(".post")));

async function further(link) {
  const place = link.closest("li");
  const found = await piece(`${link.href}&piece=1`);
  const first = found.querySelector(".post");
  place.replaceWith(found);
  first?.focus();
}

async function whole(link) {
  const card = link.closest(".post");
  const found = await piece(`${link.href}&piece=1`);
  const made = found.querySelector(".post");
  card.replaceWith(made);
  made.focus();
}

function choose(card) {
  if (!card || card === current) return;
  current?.classList.remove("is-current");
  current = card;
  card.classList.add("is-current");
}

const step = (by) => () => {
  const all = cards();
  const next = all[current ? all.indexOf(current) + by : 0];
  if (next) next.focus();
  else if (by > 0) list?.querySelector("[data-further]")?.click();
};

keys({
  KeyJ: step(1),
  KeyK: step(-1),
  KeyW: () => {
    const reasons = current?.querySelector(".reasons");
    if (reasons) reasons.open = !reasons.open;
  },
  Enter: (event) => {
    if (event.target !== current) return false;
    const link = current?.querySelector("[data-whole]");
    if (!link) return false;
    link.click();
  },
});

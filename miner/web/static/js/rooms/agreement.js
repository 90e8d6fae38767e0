// Согласие: one question after another, from the keyboard.

import { api, say, told } from "../api.js";
import { keys } from "../keys.js";

const items = [...document.querySelectorAll(".sample li")];
let here = -1;

function step(to) {
  here = Math.min(Math.max(to, 0), items.length - 1);
  items.forEach((item, i) => item.classList.toggle("is-current", i === here));
  items[here]?.focus();
  items[here]?.scrollIntoView({ block: "nearest" });
}

async function answer(item, fits) {
  await api("POST", "/topics/ratings", { body: { text: item.dataset.text, topic: item.dataset.topic, fits } });
  for (const button of item.querySelectorAll("[data-fits]")) {
    button.setAttribute("aria-pressed", String((button.dataset.fits === "1") === fits));
  }
  say(fits ? "Подходит" : "Не подходит");
  step(items.indexOf(item) + 1);
}

document.querySelector("main").addEventListener("click", (event) => {
  const button = event.target.closest("[data-fits]");
  if (button) answer(button.closest("li"), button.dataset.fits === "1").catch(told);
});
const say_ = (fits) => () => items[here]?.querySelector("[data-fits]") && answer(items[here], fits).catch(told);
keys({ KeyJ: () => step(here + 1), KeyK: () => step(here - 1), KeyA: say_(true), KeyR: say_(false), Digit1: say_(true), Digit2: say_(false) });

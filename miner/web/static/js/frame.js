// What every page does: go from room to room by keys, show the keys, submit filters when they change.

import { keys } from "./keys.js";

const help = document.getElementById("help");
let going = 0;

const go = (event) => {
  if (Date.now() - going > 1500) return false;
  going = 0;
  document.querySelector(`[data-go="${event.code.replace(/\D/g, "")}"]`)?.click();
};

const map = {
  KeyG: () => void (going = Date.now()),
  Slash: () => {
    const field = document.querySelector("[type=search], .filters select, .filters input:not([type=hidden])");
    field?.focus();
  },
  "Shift+Slash": () => help?.showModal(),
  "Shift+Digit7": () => help?.showModal(), // «?» of the Russian layout
};
for (let digit = 1; digit <= 9; digit++) map[`Digit${digit}`] = go;
keys(map);

document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());
document.querySelectorAll("form[data-auto]").forEach((form) => {
  form.addEventListener("change", () => form.requestSubmit());
});

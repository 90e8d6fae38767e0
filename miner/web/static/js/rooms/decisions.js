// Решения: each has a way back.

import { api, told } from "../api.js";

document.querySelector("main").addEventListener("click", (event) => {
  const back = event.target.closest("[data-undo]");
  if (back) api("POST", `/topics/undo/${back.dataset.undo}`).then(() => location.reload()).catch(told);
});

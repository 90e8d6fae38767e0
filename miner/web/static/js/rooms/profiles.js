// Профиль: lines are accepted, edited, moved and removed beside the portrait that they make.

import { Problem, api, piece, say, told } from "../api.js";
import { keys } from "../keys.js";

const room = document.querySelector("[data-room=profiles]");
const group = document.querySelector("[data-group]")?.dataset.group;
const base = `/profiles/${encodeURIComponent(group)}`;
const NAMES = { accept: "Принято", edit: "Сохранено", remove: "Убрано", undo: "Возвращено" };
const STATES = { accepted: "принята", removed: "убрана", proposed: "предложена", later: "отложена", merged: "объединена" };
const undone = []; // what was decided here, the last decision last

// -- where we are --

const cards = () => [...room.querySelectorAll(".card.line")];
const current = () => room.querySelector(".card.is-current");
const busy = () => room.querySelector(".card textarea, .card.is-saving");

function step(to, { quietly = false } = {}) {
  if (!to) return;
  for (const card of room.querySelectorAll(".card.is-current, .card[tabindex='0']")) {
    card.classList.remove("is-current");
    card.tabIndex = -1;
  }
  to.classList.add("is-current");
  to.tabIndex = 0;
  if (!quietly) {
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }
}

function go(by) {
  const all = cards();
  step(all[current() ? all.indexOf(current()) + by : 0]);
}

// -- what is typed survives a lost session and a reload --

function recall(where) {
  for (const area of where.querySelectorAll("textarea[data-keep]")) area.value = sessionStorage.getItem(area.dataset.keep) ?? "";
}
document.addEventListener("input", ({ target }) => {
  if (target.dataset?.keep) sessionStorage.setItem(target.dataset.keep, target.value);
});

// -- the lines and the portrait as they stand --

async function refresh(stay) {
  const place = room.querySelector("[data-draft]");
  const fresh = await piece(`${base}/lines`);
  // Whoever writes elsewhere meanwhile goes on writing.
  const open = place.querySelector(".gone")?.open;
  const writing = [...place.querySelectorAll(".editing textarea")].map((area) => [area.closest("[data-id]").dataset.id, area.value]);
  const { activeElement: active } = document;
  const here = place.contains(active) && active.matches("textarea") ? [active.dataset.keep, active.selectionStart, active.selectionEnd] : null;
  place.replaceChildren(fresh);
  if (open && place.querySelector(".gone")) place.querySelector(".gone").open = true;
  recall(place);
  for (const [id, text] of writing) {
    const card = id !== stay && found(id);
    if (card) edit(card, text);
  }
  const area = here && [...place.querySelectorAll("textarea")].find((one) => one.dataset.keep === here[0]);
  if (area) {
    area.focus();
    area.setSelectionRange(here[1], here[2]);
  } else if (stay) step(found(stay));
  room.querySelector("[data-shown]").value = ""; // what was changed shows in the draft alone
  redraw();
}

const found = (id) => room.querySelector(`.card[data-id="${CSS.escape(id)}"]`);

let drawing = 0;
function redraw() {
  clearTimeout(drawing);
  drawing = setTimeout(() => {
    const version = room.querySelector("[data-shown]").value;
    room.querySelector(".portrait").src = `${base}/portrait${version ? `?version=${version}` : ""}`;
  }, 300);
}

async function facts() {
  const place = room.querySelector("[data-facts] .unfolded");
  place.replaceChildren(await piece(`${base}/facts`));
  recall(place);
}

// -- decisions --

async function decide(card, action, more = {}, match = card.dataset.etag) {
  card.classList.add("is-saving");
  try {
    const now = await api("POST", `${base}/lines/${encodeURIComponent(card.dataset.id)}/decisions`, { body: { action, ...more }, match });
    if (action !== "undo") undone.push(now.id);
    sessionStorage.removeItem(`line:${now.id}`);
    say(`${NAMES[action]}: ${now.text}`);
    await after(card, now);
    return now;
  } catch (error) {
    if (error instanceof Problem && error.status === 409 && error.body.current) overtaken(card, action, more, error);
    else if (error instanceof Problem && error.body.personal) {
      personal(card.querySelector(".editing") ?? card, error, () => decide(card, action, { ...more, anyway: true }, match));
    } else told(error);
  } finally {
    card.classList.remove("is-saving");
  }
  return null;
}

async function after(card, now) {
  const all = cards();
  const next = all[all.indexOf(card) + 1] ?? all[all.indexOf(card) - 1];
  if (card.classList.contains("remark") || now.field) await Promise.all([facts(), redraw()]);
  else await refresh(now.state === "removed" ? next?.dataset.id : now.id);
}

function act(card, action) {
  if (card.classList.contains("is-saving")) return;
  if (action === "edit") edit(card);
  else decide(card, action).catch(told);
}

async function undo() {
  const last = undone.pop();
  if (!last) return say("Отменять нечего");
  const path = `${base}/lines/${encodeURIComponent(last)}`;
  let tag = null;
  await api("GET", path, { seen: (etag) => (tag = etag) });
  const now = await api("POST", `${path}/decisions`, { body: { action: "undo" }, match: tag });
  say(`Отменено: ${now.text}`);
  if (now.field) await facts();
  await refresh(now.id);
}

function edit(card, text) {
  if (card.querySelector("textarea")) return;
  const kept = `line:${card.dataset.id}`;
  const wording = card.querySelector(".wording");
  const form = document.getElementById("editing").content.cloneNode(true).querySelector("form");
  const area = form.elements.text;
  area.value = text ?? sessionStorage.getItem(kept) ?? wording.textContent;
  area.dataset.keep = kept;
  wording.hidden = true;
  wording.after(form);
  area.focus();
  area.select();
  const close = () => {
    sessionStorage.removeItem(kept);
    form.remove();
    wording.hidden = false;
    step(card);
  };
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.querySelector("[data-close]").addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!card.classList.contains("is-saving")) decide(card, "edit", { text: area.value.trim() }).catch(told);
  });
}

function box(place, said, theirs, mine, keep, push) {
  place.parentElement.querySelector(".quarrel")?.remove();
  const made = document.getElementById("quarrel").content.cloneNode(true).querySelector(".quarrel");
  made.querySelector("p").textContent = said;
  for (const [name, text] of [["theirs", theirs], ["mine", mine]]) {
    const quoted = made.querySelector(`[data-${name}]`);
    quoted.textContent = text ?? "";
    quoted.hidden = !text;
  }
  for (const [name, [label, then]] of [["keep", keep], ["push", push]]) {
    const button = made.querySelector(`button[data-${name}]`);
    button.textContent = label;
    button.addEventListener("click", () => {
      made.remove();
      Promise.resolve(then()).catch(told);
    });
  }
  place.before(made);
  made.querySelector("button").focus();
}

// Somebody decided meanwhile: show both and let the person choose.
function overtaken(card, action, more, error) {
  const now = error.body.current;
  box(
    card.querySelector(".wording"),
    `Пока вы работали, строку изменили${now.who ? ` (${now.who})` : ""}:`,
    `${STATES[now.state] ?? now.state}: ${now.text}`,
    `Вы: ${NAMES[action].toLowerCase()}${more.text ? `: ${more.text}` : ""}`,
    ["Оставить как есть", () => (sessionStorage.removeItem(`line:${now.id}`), after(card, now))],
    ["Сохранить моё", () => decide(card, action, more, error.etag)],
  );
}

// A profile speaks of a group: words that look like somebody's data are saved only when the author insists.
function personal(place, error, insist) {
  box(place, error.message, null, null, ["Исправить", () => place.querySelector("textarea")?.focus()], ["Сохранить всё равно", insist]);
}

async function move(card, by) {
  const part = card.closest("[data-kind]");
  const all = [...part.querySelectorAll(".card.line")];
  const other = all[all.indexOf(card) + by];
  if (!other || card.classList.contains("is-saving")) return;
  if (by > 0) other.after(card);
  else other.before(card);
  step(card);
  const lines = [...part.querySelectorAll(".card.line")].map((one) => one.dataset.id);
  card.classList.add("is-saving");
  try {
    const now = await api("PUT", `${base}/order/${part.dataset.kind}`, { body: { lines }, match: part.dataset.order });
    part.dataset.order = now.etag;
    say("Порядок сохранён");
  } catch (error) {
    if (!(error instanceof Problem && error.status === 409)) throw error;
    say("Пока вы работали, порядок изменили. Вот он сейчас.", { wrong: true });
  }
  await refresh(card.dataset.id);
}

async function write(form, path, body) {
  const area = form.elements.text;
  try {
    const made = await api("POST", `${base}/${path}`, { body });
    sessionStorage.removeItem(area.dataset.keep);
    area.value = "";
    say(`Добавлено: ${made.text}`);
    if (made.field) await Promise.all([facts(), redraw()]);
    else await refresh(made.id);
  } catch (error) {
    if (!(error instanceof Problem && error.body.personal)) throw error;
    personal(area.closest("label"), error, () => write(form, path, { ...body, anyway: true }));
  }
}

// -- versions --

async function build(button) {
  button.disabled = true;
  button.textContent = "Собираю…";
  try {
    const made = await api("POST", `${base}/versions`, { body: {} });
    location.href = `${base}?version=${made.version}`;
  } catch (error) {
    await refresh();
    throw error;
  }
}

async function endorse(button) {
  try {
    await api("POST", `${base}/versions/${button.dataset.endorse}/endorsement`, { match: button.dataset.etag });
    location.reload();
  } catch (error) {
    if (!(error instanceof Problem && error.status === 409)) throw error;
    say("Пока вы работали, состояние версии изменили. Обновляю.", { wrong: true });
    setTimeout(() => location.reload(), 1500);
  }
}

// A portrait that was edited in Word comes back as a draft of whichever group it names.
document.querySelector("[data-bring] form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const [button, wait, wrong] = ["button", "[data-wait]", "[data-trouble]"].map((name) => form.querySelector(name));
  button.disabled = true;
  wait.hidden = false;
  wrong.hidden = true;
  try {
    const made = await api("POST", "/profiles/uploads", { body: new FormData(form) });
    location.href = `/profiles/${encodeURIComponent(made.group)}?version=${made.version}`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    wrong.textContent = error.message;
    wrong.hidden = false;
  } finally {
    button.disabled = false;
    wait.hidden = true;
  }
});

document.querySelector("main").addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (pressed?.dataset.build !== undefined) build(pressed).catch(told);
  else if (pressed?.dataset.endorse) endorse(pressed).catch(told);
});

if (room) {
  room.addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    if (card) step(card, { quietly: true });
    const pressed = event.target.closest("button");
    if (pressed?.dataset.act) act(pressed.closest("[data-id]"), pressed.dataset.act);
    if (pressed?.dataset.move) move(card, Number(pressed.dataset.move)).catch(told);
  });
  room.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card && card !== current()) step(card, { quietly: true });
  });
  room.addEventListener("submit", (event) => {
    const own = event.target.closest("[data-own]");
    const remark = event.target.closest("[data-remark]");
    if (!own && !remark) return;
    event.preventDefault();
    const text = event.target.elements.text.value.trim();
    if (own) write(own, "lines", { kind: own.dataset.own, text }).catch(told);
    else write(remark, "remarks", { field: remark.elements.field.value, text }).catch(told);
  });
  room.querySelector("[data-shown]").addEventListener("change", redraw);
  room.querySelector("[data-facts]").addEventListener("toggle", (event) => event.target.open && facts().catch(told));

  const on = (action) => () => {
    const card = current();
    if (card && !busy() && card.querySelector(`[data-act="${action}"]`)) act(card, action);
  };
  const moving = (by) => () => void (current()?.querySelector("[data-move]") && !busy() && move(current(), by).catch(told));
  keys({
    KeyJ: () => go(1),
    KeyK: () => go(-1),
    ArrowDown: () => (current() ? go(1) : false),
    ArrowUp: () => (current() ? go(-1) : false),
    KeyA: on("accept"),
    KeyE: on("edit"),
    KeyR: on("remove"),
    KeyU: () => void (busy() || undo().catch(told)),
    "Shift+KeyJ": moving(1),
    "Shift+KeyK": moving(-1),
  });
  recall(room);
  // Whoever was writing when the page went away finds the words again.
  for (const card of cards()) {
    const text = sessionStorage.getItem(`line:${card.dataset.id}`);
    if (text !== null && card.querySelector("[data-act=edit]")) edit(card, text);
  }
}

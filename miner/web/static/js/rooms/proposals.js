// Предложения: judge candidates with the keyboard; wordings are edited where they stand.

import { Problem, api, piece, say, told } from "../api.js";
import { keys } from "../keys.js";

const room = document.querySelector("[data-room=proposals]");
const NAMES = { accept: "Принято", edit: "Сохранено", reject: "Отклонено", later: "Отложено", merge: "Объединено", undo: "Решение отменено" };
const STATE = { accept: "accepted", edit: "accepted", reject: "rejected", later: "later", merge: "merged" };

const cards = (column) => [...column.querySelectorAll(".card")];
const columns = () => [...room.querySelectorAll(".column")];
const current = () => room.querySelector(".card.is-current");
const busy = () => room.querySelector(".card textarea, .card.is-saving");
let joining = null; // the card that is to be merged into another one
const undone = []; // what was decided here, the last decision last

// -- where we are --

function step(to, { quietly = false } = {}) {
  if (!to) return;
  current()?.classList.remove("is-current");
  to.classList.add("is-current");
  for (const card of room.querySelectorAll(".card[tabindex='0']")) card.tabIndex = -1;
  to.tabIndex = 0;
  if (!quietly) {
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}

function move(by) {
  const here = current();
  if (!here) return step(room.querySelector(".card"));
  const all = cards(here.closest(".column"));
  const next = all[all.indexOf(here) + by];
  if (next) step(next);
  else if (by > 0) here.closest(".column").querySelector("[data-more]")?.click();
}

function aside(by) {
  const here = current();
  const all = columns();
  let place = here ? all.indexOf(here.closest(".column")) + by : 0;
  while (all[place] && !cards(all[place]).length) place += by;
  if (all[place]) {
    const top = here ? here.getBoundingClientRect().top : 0;
    const near = cards(all[place]).reduce((a, b) =>
      Math.abs(a.getBoundingClientRect().top - top) <= Math.abs(b.getBoundingClientRect().top - top) ? a : b);
    step(near);
  }
}

// -- decisions --

async function decide(card, action, more = {}, match = card.dataset.etag) {
  card.classList.add("is-saving");
  try {
    const now = await api("POST", `/candidates/${encodeURIComponent(card.dataset.id)}/decisions`, { body: { action, ...more }, match });
    if (action !== "undo") undone.push(card.dataset.id);
    count(card.dataset.state, now.state);
    const fresh = await refreshed(card);
    say(`${NAMES[action]}: ${now.text}`);
    return fresh;
  } catch (error) {
    if (error instanceof Problem && error.status === 409 && error.body.current) return quarrel(card, action, more, error);
    told(error);
  } finally {
    card.classList.remove("is-saving");
  }
  return null;
}

function count(before, after) {
  if (before === after) return;
  for (const [state, by] of [[before, -1], [after, 1]]) {
    const shown = document.querySelector(`[data-count="${state}"]`);
    if (shown) shown.textContent = Math.max(0, Number(shown.textContent.replace(/\D/g, "")) + by);
  }
}

async function refreshed(card) {
  const fresh = (await piece(`/proposals/cards/${encodeURIComponent(card.dataset.id)}`)).querySelector(".card");
  const was = card.classList.contains("is-current");
  if (fresh.dataset.state !== room.dataset.state) fresh.classList.add("is-done");
  card.replaceWith(fresh);
  if (was) step(fresh, { quietly: !document.activeElement || document.activeElement !== document.body });
  return fresh;
}

// After a decision the next open card is the current one.
function onward(card) {
  const all = cards(card.closest(".column"));
  const rest = all.slice(all.indexOf(card) + 1).concat(all.slice(0, all.indexOf(card)).reverse());
  step(rest.find((other) => !other.classList.contains("is-done")) ?? card);
}

async function act(card, action) {
  if (card.classList.contains("is-saving")) return;
  if (action === "edit") return edit(card);
  if (action === "reject") return ask(card);
  if (action === "merge") return merge(card);
  const fresh = await decide(card, action);
  if (fresh && action !== "undo") onward(fresh);
  else if (fresh) step(fresh);
}

// Write in place of the wording. What is being typed survives a lost session and a reload.
function edit(card, text) {
  if (card.querySelector("textarea")) return;
  const wording = card.querySelector(".wording");
  const kept = `edit:${card.dataset.id}`;
  const form = document.createElement("form");
  form.className = "stack editing";
  const label = document.createElement("label");
  label.textContent = "Как сказать";
  const area = document.createElement("textarea");
  area.name = "text";
  area.rows = 3;
  area.maxLength = 300;
  area.required = true;
  area.value = text ?? sessionStorage.getItem(kept) ?? wording.textContent;
  label.append(area);
  const row = document.createElement("div");
  row.className = "row";
  row.append(button("Сохранить", "main"), button("Не менять", "quiet", "button"));
  form.append(label, row);
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
  area.addEventListener("input", () => sessionStorage.setItem(kept, area.value));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  row.lastChild.addEventListener("click", close);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (card.classList.contains("is-saving")) return;
    const fresh = await decide(card, "edit", { text: area.value.trim() });
    if (fresh) {
      sessionStorage.removeItem(kept);
      onward(fresh);
    }
  });
}

// Why not? The reason is for those who come later; Enter sends it.
function ask(card) {
  if (card.querySelector(".asking")) return;
  const form = document.createElement("form");
  form.className = "stack asking";
  const label = document.createElement("label");
  label.textContent = "Почему нет";
  const field = document.createElement("input");
  field.name = "reason";
  field.maxLength = 1000;
  field.setAttribute("list", "reasons");
  label.append(field);
  const row = document.createElement("div");
  row.className = "row";
  row.append(button("Отклонить", "main"), button("Вернуться", "quiet", "button"));
  form.append(label, row);
  card.querySelector(".acts").before(form);
  field.focus();
  const close = () => {
    form.remove();
    step(card);
  };
  field.addEventListener("keydown", (event) => event.key === "Escape" && close());
  row.lastChild.addEventListener("click", close);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (card.classList.contains("is-saving")) return;
    const fresh = await decide(card, "reject", { reason: field.value.trim() || null });
    if (fresh) onward(fresh);
  });
}

function button(text, kind, type = "submit") {
  const made = document.createElement("button");
  made.textContent = text;
  made.className = kind;
  made.type = type;
  return made;
}

async function merge(card) {
  if (!joining || !joining.isConnected) {
    joining = card;
    card.classList.add("is-joining");
    say("Перейдите к строке, которая говорит то же, и нажмите m ещё раз. Esc – передумать.");
    return;
  }
  const from = joining;
  stopJoining();
  if (from === card) return say("Объединение отменено");
  const fresh = await decide(from, "merge", { into: card.dataset.id });
  if (fresh) step(card);
}

function stopJoining() {
  joining?.classList.remove("is-joining");
  joining = null;
}

// Somebody decided meanwhile: show both and let the person choose.
function quarrel(card, action, more, error) {
  const now = error.body.current;
  const box = document.createElement("div");
  box.className = "quarrel";
  box.setAttribute("role", "alert");
  const said = document.createElement("p");
  const who = now.verdict ? now.verdict.who : "Пересчёт";
  said.textContent = `Пока вы работали, строку изменили (${who}):`;
  const theirs = document.createElement("blockquote");
  theirs.textContent = now.verdict ? `${NAMES[now.verdict.action] ?? now.verdict.action}: ${now.text}` : now.text;
  const mine = document.createElement("blockquote");
  mine.textContent = `Вы: ${NAMES[action].toLowerCase()}${more.text ? `: ${more.text}` : ""}${more.reason ? ` (${more.reason})` : ""}`;
  const row = document.createElement("div");
  row.className = "row";
  const keep = button("Оставить как есть", "main", "button");
  const push = button("Сохранить моё", "", "button");
  row.append(keep, push);
  box.append(said, theirs, mine, row);
  card.querySelector(".quarrel")?.remove();
  card.querySelector(".wording").before(box);
  keep.focus();
  keep.addEventListener("click", async () => {
    count(card.dataset.state, now.state);
    sessionStorage.removeItem(`edit:${card.dataset.id}`);
    step(await refreshed(card));
  });
  push.addEventListener("click", async () => {
    box.remove();
    card.dataset.state = now.state;
    const fresh = await decide(card, action, more, error.etag);
    if (fresh) {
      sessionStorage.removeItem(`edit:${card.dataset.id}`);
      onward(fresh);
    }
  });
  return null;
}

async function undo() {
  const last = undone.pop() ?? current()?.dataset.id;
  const card = last && room.querySelector(`[data-id="${CSS.escape(last)}"]`);
  if (card && card.dataset.state !== "new") await act(card, "undo");
  else say("Отменять нечего");
}

// -- quotes --

async function unfold(details) {
  const place = details.querySelector(".unfolded");
  if (!details.open || place.childElementCount) return;
  await further(details.closest(".card").dataset.id, place, null).catch(told);
}

async function further(id, place, after) {
  const page = await api("GET", `/candidates/${encodeURIComponent(id)}/quotes${after ? `?after=${after}` : ""}`);
  let list = place.querySelector("ul");
  if (!list) place.append((list = document.createElement("ul")));
  for (const quote of page.items) list.append(quoted(id, quote));
  place.querySelector("[data-further]")?.remove();
  if (page.next) {
    const more = button("Ещё цитаты", "quiet", "button");
    more.dataset.further = "";
    more.addEventListener("click", () => further(id, place, page.next).catch(told));
    place.append(more);
  }
}

function quoted(id, quote) {
  const item = document.createElement("li");
  const words = document.createElement("q");
  words.textContent = quote.quote;
  const where = document.createElement("span");
  where.className = "quiet where";
  where.textContent = [quote.source, quote.date?.slice(0, 10).split("-").reverse().join(".")].filter(Boolean).join(", ");
  item.append(words, " ", where);
  if (quote.url && /^https?:\/\//.test(quote.url)) {
    const link = document.createElement("a");
    link.href = quote.url;
    link.textContent = "источник";
    link.rel = "noreferrer noopener";
    link.target = "_blank";
    item.append(" ", link);
  }
  const around = button("контекст", "quiet link", "button");
  around.addEventListener("click", () => context(id, quote, item, around).catch(told));
  item.append(" ", around);
  return item;
}

async function context(id, quote, item, around) {
  const there = item.querySelector(".context");
  if (there) {
    there.remove();
    return;
  }
  const query = new URLSearchParams({ doc_id: quote.doc_id, start: quote.start });
  const post = await api("GET", `/candidates/${encodeURIComponent(id)}/context?${query}`);
  const text = document.createElement("p");
  text.className = "context";
  const mark = document.createElement("mark");
  // Offsets count characters as Python does; a letter beyond the basic plane is two for JavaScript.
  const letters = [...post.text];
  mark.textContent = letters.slice(post.start, post.end).join("");
  text.append(letters.slice(0, post.start).join(""), mark, letters.slice(post.end).join(""));
  item.append(text);
  around.setAttribute("aria-expanded", "true");
}

// -- the page --

if (room) {
  const reasons = document.createElement("datalist");
  reasons.id = "reasons";
  for (const reason of ["не об этой группе", "слишком общо", "повтор другой строки", "мало людей", "не боль, не желание и не ценность"]) {
    reasons.append(new Option(reason));
  }
  document.body.append(reasons);

  room.addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    if (card) step(card, { quietly: true });
    const pressed = event.target.closest("[data-act]");
    if (pressed) act(card, pressed.dataset.act);
    const more = event.target.closest("[data-more]");
    if (more) load(more).catch(told);
  });
  room.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card && card !== current()) step(card, { quietly: true });
  });
  room.addEventListener("toggle", (event) => event.target.matches?.("[data-quotes]") && unfold(event.target), true);
  room.addEventListener("submit", (event) => {
    const own = event.target.closest("[data-own]");
    if (!own) return;
    event.preventDefault();
    write(own).catch(told);
  });

  const on = (action) => () => {
    const card = current();
    if (card && !busy() && card.querySelector(`[data-act="${action}"]`)) act(card, action);
  };
  keys({
    KeyJ: () => move(1),
    KeyK: () => move(-1),
    ArrowDown: () => (current() ? move(1) : false),
    ArrowUp: () => (current() ? move(-1) : false),
    ArrowRight: () => aside(1),
    ArrowLeft: () => aside(-1),
    KeyA: on("accept"),
    KeyE: on("edit"),
    KeyR: on("reject"),
    KeyL: on("later"),
    KeyM: on("merge"),
    KeyU: () => void (busy() || undo()),
    Escape: stopJoining,
    Enter: (event) => {
      if (!event.target.classList.contains("card")) return false;
      const details = event.target.querySelector("[data-quotes]");
      details.open = !details.open;
    },
  });
  const first = room.querySelector(".card");
  if (first) step(first, { quietly: true });
  // Whoever was writing when the page went away finds the words again.
  for (const card of room.querySelectorAll(".card")) {
    const text = sessionStorage.getItem(`edit:${card.dataset.id}`);
    if (text !== null && card.querySelector("[data-act=edit]")) edit(card, text);
  }
}

async function load(more) {
  const column = more.closest(".column");
  const last = cards(column).at(-1);
  const query = new URLSearchParams({
    group: room.dataset.group,
    kind: column.dataset.kind,
    state: room.dataset.state,
    after: last ? last.dataset.number : -1,
  });
  let left = "0";
  const found = await piece(`/proposals/cards?${query}`, (answer) => (left = answer.headers.get("x-more")));
  const first = found.querySelector(".card");
  column.querySelector(".cards").append(found);
  if (left !== "1") more.remove();
  if (first) step(first);
}

async function write(form) {
  const text = form.elements.text.value.trim();
  await api("POST", `/groups/${encodeURIComponent(room.dataset.group)}/lines`, { body: { kind: form.dataset.kind, text } });
  form.reset();
  say(`Ваша строка войдёт в портрет: ${text}`);
}

const bulk = document.querySelector("[data-bulk]");
bulk?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const made = await api("POST", `/profiles/${encodeURIComponent(bulk.dataset.group)}/versions`, { body: {} });
    location.href = `/profiles/${encodeURIComponent(bulk.dataset.group)}?version=${made.version}`;
  } catch (error) {
    told(error);
  }
});

// Источники: crawl now, pause, watch crawls as they happen; add a source by looking at its address first.

import { Problem, api, piece, say, told } from "../api.js";
import { keys } from "../keys.js";

const room = document.querySelector("[data-room=sources]");
const one = document.querySelector("[data-room=one]");
const adding = document.querySelector("[data-room=new]");
const path = (name) => `/sources/${encodeURIComponent(name)}`;
const WORDS = { active: "работает", failing: "ошибка", paused: "на паузе", waiting: "ждёт очереди", running: "идёт обход" };
const KINDS = { annotate: "разбор сообщений", refresh: "обновление тем и предложений", refit: "пересчёт тем", retention: "уборка устаревшего" };
const DONE = { runs: "Обход начнётся, как только освободится работник", pause: "На паузе", resume: "Возобновлён" };

// -- acting on a source --

async function act(place, what) {
  const { name } = place.dataset;
  await api("POST", `${path(name)}/${what}`, { body: what === "pause" ? {} : undefined });
  say(`${name}: ${DONE[what]}`);
  if (one) location.reload();
  else await redraw(name, true);
}

async function redraw(name, stay = false) {
  const row = room.querySelector(`tr[data-name="${CSS.escape(name)}"]`);
  if (!row) return;
  const here = row.classList.contains("is-current");
  room.querySelector(`tr.why[data-of="${CSS.escape(name)}"]`)?.remove();
  const fresh = await piece(`/sources/of/${encodeURIComponent(name)}/row`);
  const made = fresh.querySelector("tr");
  row.replaceWith(fresh);
  if (here) step(made, !stay);
}

document.querySelector("main").addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-do]");
  if (pressed) act(pressed.closest("[data-name]"), pressed.dataset.do).catch(told);
});

// -- live: server-sent events tell of runs that changed --

function live(run) {
  if (run.kind !== "crawl") return working(run);
  const place = one?.dataset.name === run.subject ? one : room?.querySelector(`tr[data-name="${CSS.escape(run.subject)}"]`);
  if (!place) return;
  if (run.status === "leased" || run.status === "due") {
    if (run.status === "due" && new Date(run.due_at) > Date.now()) return;
    const state = run.status === "leased" ? "running" : "waiting";
    const chip = place.querySelector("[data-state-word]");
    chip.className = `chip state-${state}`;
    chip.textContent = WORDS[state];
    place.dataset.state = state;
    place.querySelector("[data-progress]").textContent = run.counts.done ? `прочитано сообщений: ${run.counts.done}` : "";
    const button = place.querySelector("[data-do=runs]");
    if (button) button.disabled = true;
  } else if (["running", "waiting"].includes(place.dataset.state)) {
    say(`${run.subject}: ${run.status === "done" ? `обход закончен, новых сообщений: ${run.counts.new ?? 0}` : "обход не удался"}`);
    if (one) {
      // Whoever is changing the set-up isn't interrupted.
      if (!one.querySelector("[data-change].is-touched")) location.reload();
    } else redraw(run.subject).catch(told);
  }
}

function working(run) {
  const list = document.querySelector("[data-working]");
  const there = list?.querySelector(`[data-run="${run.id}"]`);
  if (!list) return;
  if (run.status !== "leased") return there?.remove();
  const line = there ?? Object.assign(document.createElement("li"), {});
  line.dataset.run = run.id;
  const far = run.counts.total ? ` ${run.counts.done} из ${run.counts.total}` : run.counts.done ? ` ${run.counts.done}` : "";
  line.textContent = `${KINDS[run.kind] ?? run.kind}${run.subject ? `: ${run.subject}` : ""}${far}…`;
  if (!there) list.append(line);
}

if (room || one) {
  const line = new EventSource("/api/v1/runs/events");
  line.addEventListener("run", (event) => live(JSON.parse(event.data)));
  addEventListener("pagehide", () => line.close());
}

// -- the list by keyboard --

const rows = () => [...room.querySelectorAll("tr[data-name]:not([hidden])")];
const current = () => room.querySelector("tr.is-current");

function step(row, quietly = false) {
  if (!row) return;
  current()?.classList.remove("is-current");
  row.classList.add("is-current");
  if (!quietly) row.querySelector("a").focus();
}

if (room) {
  const go = (by) => () => void step(rows()[current() ? rows().indexOf(current()) + by : 0]);
  const press = (...names) => () => {
    const button = names.map((name) => current()?.querySelector(`[data-do=${name}]:not(:disabled)`)).find(Boolean);
    if (button) button.click();
  };
  room.addEventListener("focusin", (event) => step(event.target.closest("tr[data-name]"), true));
  keys({
    KeyJ: go(1),
    KeyK: go(-1),
    KeyR: press("runs"),
    KeyP: press("pause", "resume"),
  });
  const find = document.querySelector("[data-find]");
  find?.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    for (const row of room.querySelectorAll("tr[data-name]")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      const why = room.querySelector(`tr.why[data-of="${CSS.escape(row.dataset.name)}"]`);
      if (why) why.hidden = row.hidden;
    }
  });
}

const open = (place) => () => document.querySelector(place)?.click();
keys({ KeyN: open("[data-new]"), KeyF: open("[data-file]") });

// -- setting up --

function manners(form) {
  const told = {};
  for (const name of ["group", "basis", "schedule", "timezone", "hours"]) told[name] = form.elements[name].value.trim() || null;
  for (const name of ["delay", "pages", "megabytes"]) told[name] = form.elements[name].value === "" ? null : Number(form.elements[name].value);
  return told;
}

// The schedule as it is understood, while it is being written.
function explain(form) {
  const said = form.querySelector("[data-when]");
  let waiting = 0;
  const ask = async () => {
    const query = new URLSearchParams({ text: form.elements.schedule.value });
    for (const name of ["timezone", "hours"]) if (form.elements[name].value) query.set(name, form.elements[name].value);
    try {
      const known = await api("GET", `/schedule?${query}`);
      const when = known.next.map((moment) => new Date(moment).toLocaleString("ru", { timeZone: known.timezone, day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }));
      said.textContent = known.words + (when.length ? `. Ближайшие обходы: ${when.join("; ")}` : "");
      said.classList.remove("wrong");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = error.message;
      said.classList.add("wrong");
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask().catch(told), 350);
  };
  for (const name of ["schedule", "timezone", "hours"]) form.elements[name].addEventListener("input", soon);
  if (form.elements.schedule.value) soon();
}

const TOLD = { group: "группа", basis: "основание", schedule: "расписание", timezone: "пояс", hours: "часы", delay: "пауза", pages: "запросов", megabytes: "мегабайт" };
const list = (set) => Object.entries(TOLD).filter(([name]) => set[name] != null && set[name] !== "").map(([name, word]) => `${word}: ${set[name]}`).join(", ") || "ничего";

const change = document.querySelector("[data-change]");
if (change) {
  explain(change);
  const kept = `source:${one.dataset.name}`;
  const typed = JSON.parse(sessionStorage.getItem(kept) ?? "null");
  if (typed) for (const [name, value] of Object.entries(typed)) if (change.elements[name]) change.elements[name].value = value ?? "";
  change.addEventListener("input", () => {
    change.classList.add("is-touched");
    sessionStorage.setItem(kept, JSON.stringify(manners(change)));
  });
  const save = async (match) => {
    try {
      await api("PUT", path(one.dataset.name), { body: manners(change), match });
      sessionStorage.removeItem(kept);
      location.reload();
    } catch (error) {
      if (!(error instanceof Problem && error.status === 409 && error.body.current)) return told(error);
      const box = change.querySelector("[data-quarrel]");
      const there = error.body.current;
      const now = document.createElement("p");
      now.textContent = `Пока вы работали, источник настроили иначе: ${list({ ...there, ...there.options })}.`;
      const mine = document.createElement("p");
      mine.textContent = `Вы: ${list(manners(change))}.`;
      const row = document.createElement("div");
      row.className = "row";
      for (const [label, then] of [["Оставить как есть", () => (sessionStorage.removeItem(kept), location.reload())], ["Сохранить моё", () => save(error.etag)]]) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
        button.addEventListener("click", then);
        row.append(button);
      }
      box.replaceChildren(now, mine, row);
      box.hidden = false;
      row.querySelector("button").focus();
    }
  };
  change.addEventListener("submit", (event) => {
    event.preventDefault();
    save(one.dataset.etag);
  });
}

document.querySelector("[data-remove]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  if (!button.dataset.sure) {
    button.dataset.sure = "1";
    button.textContent = `Точно убрать «${one.dataset.name}»?`;
    return;
  }
  api("DELETE", path(one.dataset.name), { match: one.dataset.etag }).then(() => (location.href = "/sources")).catch(told);
});

// -- a new source --

if (adding) {
  const look = adding.querySelector("[data-look]");
  const add = adding.querySelector("[data-add]");
  const found = adding.querySelector("[data-found]");
  let seen = null;
  explain(add);
  look.elements.address.value = sessionStorage.getItem("source:address") ?? "";
  look.addEventListener("input", () => sessionStorage.setItem("source:address", look.elements.address.value));

  look.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = look.querySelector("button");
    const wait = look.querySelector("[data-wait]");
    button.disabled = true;
    wait.hidden = false;
    found.hidden = add.hidden = true;
    try {
      show(await api("POST", "/sources/preview", { body: { address: look.elements.address.value.trim() } }));
    } catch (error) {
      told(error);
    } finally {
      button.disabled = false;
      wait.hidden = true;
    }
  });

  const element = (tag, text, kind = "") => Object.assign(document.createElement(tag), { textContent: text, className: kind });

  function show(known) {
    seen = known;
    const engine = found.querySelector("[data-engine]");
    engine.textContent = known.posts.length ? `Узнано: ${known.engine}` : "Сообщений не нашлось";
    const robots = found.querySelector("[data-robots]");
    robots.textContent = known.robots?.said ?? "";
    robots.hidden = !known.robots;
    robots.classList.toggle("is-forbidden", known.robots?.allowed === false);
    const trouble = found.querySelector("[data-trouble]");
    trouble.hidden = !known.trouble;
    if (known.trouble) {
      const what = element("p", "");
      what.append(element("strong", known.trouble.what), ` ${known.trouble.todo}`);
      trouble.replaceChildren(what, element("p", known.trouble.said, "quiet small"));
    }
    found.querySelector("[data-posts]").replaceChildren(...known.posts.map((post) => {
      const item = element("li", "", "panel");
      const who = [post.author ?? "автор не указан", post.date?.slice(0, 16).replace("T", " ") ?? "без даты", post.title].filter(Boolean);
      item.append(element("p", who.join(" · "), "quiet small"), element("p", post.text, "words"));
      return item;
    }));
    found.hidden = false;
    add.hidden = !known.posts.length;
    if (!add.hidden) {
      add.elements.name.value = known.name;
      if (known.robots?.delay) add.elements.delay.placeholder = known.robots.delay;
    }
    engine.focus();
  }

  add.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = { name: add.elements.name.value.trim(), collector: seen.collector, address: seen.address, ...manners(add) };
    try {
      const made = await api("POST", "/sources", { body });
      sessionStorage.removeItem("source:address");
      if (add.elements.now.checked) await api("POST", `${path(made.name)}/runs`);
      location.href = "/sources";
    } catch (error) {
      told(error);
    }
  });
}

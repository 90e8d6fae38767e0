// One topic: its name, its statements, and what may be done with both.

import { Problem, api, say, told } from "../api.js";
import { keys } from "../keys.js";

const room = document.querySelector("[data-room=topic]");
const topic = room.dataset.topic;
const place = room.querySelector("[data-form]");
const list = room.querySelector("[data-list]");
const picking = room.querySelector("[data-picking]");
const KINDS = { pain: "боль", desire: "желание", value: "ценность" };

async function decide(body) {
  try {
    await api("POST", `/topics/${topic}/decisions`, { body, match: room.dataset.etag });
    sessionStorage.removeItem(`topic:${topic}:${body.action}`);
    location.assign(body.action === "reject" ? "/topics" : `/topics/${topic}`);
  } catch (error) {
    if (error instanceof Problem && error.status === 409 && error.body.current) return quarrel(body, error);
    told(error);
  }
}

// Somebody changed the topic meanwhile: show both.
function quarrel(body, error) {
  const now = error.body.current;
  const said = document.createElement("p");
  said.textContent = `Пока вы работали, тему изменили: теперь она «${now.label}»${now.description ? `, описание: ${now.description}` : ""}, высказываний ${now.size}. Ваше: ${body.label ?? body.description ?? body.action}.`;
  const keep = made("Оставить как есть", "main", () => location.reload());
  const push = made("Сохранить моё", "", () => {
    room.dataset.etag = error.etag;
    decide(body);
  });
  const box = document.createElement("div");
  box.className = "quarrel";
  box.setAttribute("role", "alert");
  const row = document.createElement("div");
  row.className = "row";
  row.append(keep, push);
  box.append(said, row);
  place.replaceChildren(box);
  keep.focus();
}

function made(text, kind, run) {
  const button = document.createElement("button");
  button.type = run ? "button" : "submit";
  button.className = kind;
  button.textContent = text;
  if (run) button.addEventListener("click", run);
  return button;
}

// A small form under the head: one field, saved under a name so that a reload finds it again.
function ask({ title, field = "input", value = "", list: options, action, done }) {
  const kept = `topic:${topic}:${action}`;
  const form = document.createElement("form");
  form.className = "stack panel asking";
  const label = document.createElement("label");
  label.textContent = title;
  const input = document.createElement(field);
  input.value = sessionStorage.getItem(kept) ?? value;
  input.required = true;
  input.maxLength = field === "textarea" ? 2000 : 120;
  if (options) input.setAttribute("list", options);
  label.append(input);
  const row = document.createElement("div");
  row.className = "row";
  const close = () => {
    sessionStorage.removeItem(kept);
    place.replaceChildren();
  };
  row.append(made("Сохранить", "main"), made("Не менять", "quiet", close));
  form.append(label, row);
  input.addEventListener("input", () => sessionStorage.setItem(kept, input.value));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done(input.value.trim());
  });
  place.replaceChildren(form);
  input.focus();
  if (!options) input.select();
}

const named = (text) => text.match(/\((\w+)\)\s*$/)?.[1];
const other = (run) => (text) => {
  const id = named(text);
  if (id) run(id);
  else say("Выберите тему из списка", { wrong: true });
};

const doing = {
  rename: () => ask({ title: "Как назвать тему", value: room.querySelector("[data-label]").textContent, action: "rename", done: (label) => decide({ action: "rename", label }) }),
  describe: () => ask({ title: "О чём тема", field: "textarea", value: room.querySelector(".lead")?.textContent ?? "", action: "describe", done: (description) => decide({ action: "describe", description }) }),
  merge: () => ask({ title: "Какую тему влить в эту", list: "others", action: "merge", done: other((id) => decide({ action: "merge", topics: [id] })) }),
  pin: () => decide({ action: "pin" }),
  reject: () => decide({ action: "reject" }),
  halves: () => halves().catch(told),
};

async function halves() {
  say("Ищу, где тема делится…");
  const { parts } = await api("GET", `/topics/${topic}/split`);
  if (parts.length < 2) return say("Делить нечего: высказываний мало, или они об одном");
  const box = document.createElement("section");
  box.className = "panel halves";
  box.setAttribute("aria-label", "Предложенное деление");
  const sides = document.createElement("div");
  sides.className = "columns";
  for (const part of parts) {
    const side = document.createElement("div");
    const head = document.createElement("h3");
    head.textContent = `${part.keywords.slice(0, 4).join(", ") || "остальное"} – ${part.texts.length}`;
    const quotes = document.createElement("ul");
    quotes.className = "said-list";
    for (const text of part.quotes) {
      const item = document.createElement("li");
      const quote = document.createElement("q");
      quote.textContent = text;
      item.append(quote);
      quotes.append(item);
    }
    side.append(head, quotes);
    sides.append(side);
  }
  const label = document.createElement("label");
  label.textContent = "Меньшая половина станет темой";
  const name = document.createElement("input");
  name.value = parts[1].keywords.slice(0, 3).join(", ");
  name.maxLength = 120;
  label.append(name);
  const row = document.createElement("div");
  row.className = "row";
  row.append(
    made("Разделить так", "main", () => decide({ action: "split", texts: parts[1].texts, label: name.value.trim() || undefined })),
    made("Не делить", "quiet", () => place.replaceChildren()),
  );
  box.append(sides, label, row);
  place.replaceChildren(box);
  name.focus();
}

// -- statements --

const marked = () => [...list.querySelectorAll("input:checked")].map((box) => box.value);

function recount() {
  if (!picking) return;
  const count = marked().length;
  picking.hidden = count === 0;
  picking.querySelector("[data-count]").textContent = `Отмечено: ${count}`;
}

async function move(texts, to) {
  await api("POST", "/topics/moves", { body: { texts, topic: to } });
  location.reload();
}

const withMarked = {
  split: () => ask({ title: "Как назвать новую тему", action: "split", done: (label) => decide({ action: "split", texts: marked(), label }) }),
  move: () => ask({ title: "В какую тему перенести", list: "others", action: "move", done: other((id) => move(marked(), id).catch(told)) }),
  noise: () => move(marked(), null).catch(told),
  none: () => {
    list.querySelectorAll("input:checked").forEach((box) => (box.checked = false));
    recount();
  },
};

async function further(button) {
  const page = await api("GET", `/topics/${topic}/statements?after=${list.dataset.next}`);
  for (const said of page.items) {
    const item = document.createElement("li");
    item.className = `kind-${said.kind}`;
    if (picking) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = said.id;
      const name = document.createElement("span");
      name.className = "sr";
      name.textContent = "Отметить";
      label.append(box, name);
      item.append(label);
    }
    const body = document.createElement("div");
    const quote = document.createElement("q");
    quote.textContent = said.text;
    const about = document.createElement("span");
    about.className = "quiet small";
    about.textContent = [KINDS[said.kind], said.source, said.date?.slice(0, 10).split("-").reverse().join(".")].filter(Boolean).join(", ");
    body.append(quote, " ", about);
    item.append(body);
    list.append(item);
  }
  list.dataset.next = page.next ?? "";
  if (!page.next) button.remove();
}

const rows = () => [...list.children];
let here = -1;
function step(by) {
  const all = rows();
  here = Math.min(Math.max(here + by, 0), all.length - 1);
  all.forEach((item, i) => item.classList.toggle("is-current", i === here));
  const target = all[here]?.querySelector("input") ?? all[here];
  target?.focus();
  all[here]?.scrollIntoView({ block: "nearest" });
}

room.addEventListener("click", (event) => {
  const act = event.target.closest("[data-do]");
  if (act) doing[act.dataset.do]();
  const some = event.target.closest("[data-with]");
  if (some) withMarked[some.dataset.with]();
  const more = event.target.closest("[data-further]");
  if (more) further(more).catch(told);
  const back = event.target.closest("[data-undo]");
  if (back) api("POST", `/topics/undo/${back.dataset.undo}`).then(() => location.reload()).catch(told);
});
list.addEventListener("change", recount);
const may = (name) => () => room.querySelector(`[data-do=${name}]`) && doing[name]();
keys({ KeyE: may("rename"), KeyP: may("pin"), KeyJ: () => step(1), KeyK: () => step(-1) });
// «x» marks also while a checkbox has the focus.
list.addEventListener("keydown", (event) => {
  if (["KeyJ", "KeyK", "KeyX"].includes(event.code) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (event.code === "KeyX") event.target.closest("li")?.querySelector("input")?.click();
    else step(event.code === "KeyJ" ? 1 : -1);
  }
});
for (const action of ["rename", "describe"]) {
  if (sessionStorage.getItem(`topic:${topic}:${action}`) !== null) doing[action]();
}

// A file with a survey or a talk: a look at what would come of it, then its posts are taken in. The file stays here
// until then; what was typed survives a reload.

import { Problem, api, say, told } from "../api.js";

const room = document.querySelector("[data-room=file]");
const look = room?.querySelector("[data-look]");
const add = room?.querySelector("[data-add]");
const found = room?.querySelector("[data-found]");
const called = (reader) => look.querySelector(`[name=reader] option[value=${reader}]`).textContent;
const element = (tag, text, kind = "") => Object.assign(document.createElement(tag), { textContent: text, className: kind });
const plural = new Intl.PluralRules("ru");
const many = (n, one, few, lots) => `${n.toLocaleString("ru")} ${{ one, few }[plural.select(n)] ?? lots}`;

// What the forms say, without what is left open.
function form(...forms) {
  const body = new FormData();
  for (const from of forms) {
    for (const [name, value] of new FormData(from)) if (value instanceof File ? value.size : value.trim()) body.append(name, value instanceof File ? value : value.trim());
  }
  if (body.get("again")) body.set("again", "true");
  return body;
}

async function working(place, work) {
  const button = place.querySelector("button");
  const wait = place.querySelector("[data-wait]");
  button.disabled = true;
  wait.hidden = false;
  try {
    await work();
  } finally {
    button.disabled = false;
    wait.hidden = true;
  }
}

function wrong(error) {
  if (!(error instanceof Problem) || !error.body.said) return told(error);
  const box = look.querySelector("[data-trouble]");
  const whole = document.createElement("details");
  whole.append(element("summary", "Сообщение целиком"), element("p", error.body.said, "quiet small"));
  box.replaceChildren(element("p", error.message), whole);
  box.hidden = false;
  look.querySelector("details").open = true;
}

function show(known) {
  const sum = found.querySelector("[data-sum]");
  const people = known.people ? `, ${many(known.people, "человек", "человека", "человек")}` : "";
  sum.textContent = `Узнано: ${called(known.reader)}, ${many(known.count, "сообщение", "сообщения", "сообщений")}${people}`;
  const parts = [];
  const list = (all) => all.map((part) => `${part.title} – ${part.count.toLocaleString("ru")}`).join("; ");
  if (known.questions.length) parts.push(["Вопросы и ответы на них", list(known.questions)]);
  if (known.roles.length) parts.push(["Реплики", list(known.roles)]);
  if (known.told.length) parts.push(["Что люди говорят о себе", known.told.join(", ")]);
  found.querySelector("[data-parts]").replaceChildren(...parts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  found.querySelector("[data-posts]").replaceChildren(...known.posts.map((post) => {
    const item = element("li", "", "panel");
    const who = [post.author ?? "автор не указан", post.date?.slice(0, 10) ?? "без даты", post.title].filter(Boolean);
    item.append(element("p", who.join(" · "), "quiet small"), element("p", post.text, "words"));
    return item;
  }));
  found.hidden = false;
  add.hidden = !known.count;
  sum.focus();
}

if (look) {
  for (const field of room.querySelectorAll("[data-keep]")) field.value = sessionStorage.getItem(field.dataset.keep) ?? "";
  room.addEventListener("input", ({ target }) => {
    if (target.dataset.keep) sessionStorage.setItem(target.dataset.keep, target.value);
  });
  look.elements.file.addEventListener("change", () => {
    const [file] = look.elements.file.files;
    if (file && !look.elements.name.value) {
      look.elements.name.value = file.name.replace(/\.\w+$/, "").replace(/[^\p{L}\p{N}_.-]+/gu, " ").trim().slice(0, 60);
      sessionStorage.setItem("file:name", look.elements.name.value);
    }
    found.hidden = add.hidden = true;
  });
  look.addEventListener("submit", (event) => {
    event.preventDefault();
    look.querySelector("[data-trouble]").hidden = true;
    found.hidden = add.hidden = true;
    working(look, async () => show(await api("POST", "/sources/uploads/preview", { body: form(look) }))).catch(wrong);
  });
  add.addEventListener("submit", (event) => {
    event.preventDefault();
    working(add, async () => {
      const made = await api("POST", "/sources/uploads", { body: form(look, add) });
      for (const field of room.querySelectorAll("[data-keep]")) sessionStorage.removeItem(field.dataset.keep);
      say(`«${made.name}»: новых сообщений: ${made.new}`);
      location.href = "/sources#files";
    }).catch((error) => {
      if (error instanceof Problem && error.body.again) {
        add.querySelector("[data-again]").hidden = false;
        say(error.message, { wrong: true });
        add.elements.again.focus();
      } else wrong(error);
    });
  });
}

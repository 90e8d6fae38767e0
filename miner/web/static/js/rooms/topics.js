// Темы: the map and the list are two sides of one thing; whatever is chosen in one shows in the other.

import { api, say, told } from "../api.js";
import { keys } from "../keys.js";
import { Scatter } from "../scatter.js";

const room = document.querySelector("[data-room=topics]");
const writes = room.dataset.writes === "1";
const list = room.querySelector(".topics");
const tip = room.querySelector(".tip");
const picked = room.querySelector("[data-picked]");
const legend = room.querySelector("[data-legend]");
const $ = (name) => room.querySelector(`[data-${name}]`);
const KINDS = [["боль", [155, 51, 36]], ["желание", [31, 78, 156]], ["ценность", [43, 106, 77]]];
// Colours that stay apart for most kinds of colour blindness (Okabe and Ito 2008), with darker and lighter siblings.
const PALETTE = [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233], [120, 94, 60],
  [90, 90, 160], [140, 30, 60], [60, 130, 60], [150, 150, 0], [100, 60, 140]];
let map = null;
let scatter = null;
let chosen = null; // the topic at hand: its number on the map
let group = [];
const titles = [...room.querySelector("[data-group]").options].slice(1).map((option) => option.textContent);

const colour = {
  topic: (i) => (map.topic[i] < 0 ? [190, 194, 200] : PALETTE[map.topic[i] % PALETTE.length]),
  kind: (i) => KINDS[map.kind[i]][1],
  group: (i) => PALETTE[map.group[i] % PALETTE.length],
  month: (i) => {
    const t = map.month[i] / Math.max(1, map.last);
    return [Math.round(220 - 190 * t), Math.round(200 - 130 * t), Math.round(150 - 20 * t)];
  },
};

function since() {
  const [year, month] = ($("since").value || "").split("-").map(Number);
  return year ? year * 12 + month - 1 - map.first_month : -Infinity;
}

function repaint() {
  const by = colour[$("colour").value];
  const [inGroup, inKind, from] = [$("group").value, $("kind").value, since()];
  const marked = new Set(group);
  scatter.paint((i) => {
    const there = (inGroup === "" || map.group[i] === Number(inGroup)) && (inKind === "" || map.kind[i] === Number(inKind)) && map.month[i] >= from;
    if (!there) return [0, 0, 0, 0];
    if (marked.size) return [...(marked.has(i) ? [217, 118, 10] : by(i)), marked.has(i) ? 255 : 70];
    if (chosen !== null) return [...by(i), map.topic[i] === chosen ? 255 : 45];
    return [...by(i), map.topic[i] < 0 ? 110 : 215];
  });
  explain();
}

function explain() {
  const dots = { kind: KINDS, group: titles.map((name, i) => [name, PALETTE[i % PALETTE.length]]) }[$("colour").value];
  legend.replaceChildren();
  for (const [name, [r, g, b]] of dots ?? []) {
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    dot.setAttribute("width", "10");
    dot.setAttribute("height", "10");
    dot.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    circle.setAttribute("cx", "5");
    circle.setAttribute("cy", "5");
    circle.setAttribute("r", "5");
    circle.setAttribute("fill", `rgb(${r},${g},${b})`);
    dot.append(circle);
    const item = document.createElement("span");
    item.append(dot, ` ${name}`);
    legend.append(item);
  }
  if ($("colour").value === "month") legend.textContent = "Чем темнее точка, тем недавнее сказано.";
  if ($("colour").value === "topic") legend.textContent = "Похожие темы лежат рядом; чем ближе к середине темы, тем характернее высказывание. Серые – без темы.";
}

// -- the list --

const topics = () => [...list.querySelectorAll("[data-topic]")];
const items = () => topics().filter((item) => !item.hidden);

function choose(item, { look = true } = {}) {
  list.querySelector(".is-current")?.classList.remove("is-current");
  item?.classList.add("is-current");
  item?.querySelector("a").focus({ preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
  if (!map) return;
  chosen = item ? map.topics.indexOf(item.dataset.topic) : null;
  if (chosen === -1) chosen = null;
  repaint();
  if (look && chosen !== null) scatter.focus(rowsOf(chosen));
}

// The middle of each topic with its name, the largest first.
function middles() {
  const sums = map.topics.map(() => [0, 0, 0]);
  for (let i = 0; i < map.topic.length; i++) {
    const sum = sums[map.topic[i]];
    if (!sum) continue;
    sum[0] += map.x[i];
    sum[1] += map.y[i];
    sum[2]++;
  }
  return sums.map(([x, y, n], i) => ({ x: x / n / 65535, y: y / n / 65535, text: map.labels[i], n })).filter((name) => name.n);
}

const rowsOf = (topic) => [...map.topic.keys()].filter((i) => map.topic[i] === topic);

function step(by) {
  const all = items();
  const here = all.findIndex((item) => item.classList.contains("is-current"));
  choose(all[Math.min(Math.max(here + by, 0), all.length - 1)] ?? all[0]);
}

$("find").addEventListener("input", (event) => {
  const wanted = event.target.value.toLocaleLowerCase("ru").replaceAll("ё", "е").split(/\s+/).filter(Boolean);
  for (const item of topics()) {
    const words = item.dataset.words.toLocaleLowerCase("ru").replaceAll("ё", "е");
    item.hidden = !wanted.every((word) => words.includes(word));
  }
  heads();
});
$("sort").addEventListener("change", (event) => {
  const by = {
    size: (a, b) => b.dataset.size - a.dataset.size,
    trend: (a, b) => b.dataset.trend - a.dataset.trend,
    loose: (a, b) => a.dataset.loose - b.dataset.loose,
    label: (a, b) => a.dataset.label.localeCompare(b.dataset.label, "ru"),
    // Those without a branch, the rejected ones, come last.
    tree: (a, b) => (a.dataset.branch || Infinity) - (b.dataset.branch || Infinity) || b.dataset.size - a.dataset.size,
  }[event.target.value];
  list.querySelectorAll(".branch").forEach((head) => head.remove());
  list.append(...topics().sort(by));
  if (event.target.value !== "tree") return;
  const names = JSON.parse(list.dataset.branches);
  let last = null;
  for (const item of topics()) {
    const { branch } = item.dataset;
    if (branch !== last && branch !== "") {
      const head = Object.assign(document.createElement("li"), { className: "branch quiet small", textContent: names[branch].join(", ") });
      head.dataset.of = branch;
      item.before(head);
    }
    last = branch;
  }
  heads();
});

// A branch whose topics are all hidden has no head.
function heads() {
  const shown = new Set(items().map((item) => item.dataset.branch));
  for (const head of list.querySelectorAll(".branch")) head.hidden = !shown.has(head.dataset.of);
}

// -- what is picked on the map --

let asking = 0;
function hover(i, x, y) {
  clearTimeout(asking);
  tip.hidden = true;
  if (i < 0) return;
  asking = setTimeout(async () => {
    const [said] = await api("GET", `/topics/map/statements?row=${i}`).catch(() => []);
    if (!said) return;
    tip.replaceChildren();
    const quote = document.createElement("q");
    quote.textContent = said.text;
    const about = document.createElement("span");
    about.textContent = map.topic[i] < 0 ? "без темы" : map.labels[map.topic[i]];
    tip.append(quote, about);
    tip.hidden = false;
    tip.style.left = `${Math.min(x + 12, scatter.width - tip.offsetWidth - 4)}px`;
    tip.style.top = `${Math.min(y + 12, scatter.height - tip.offsetHeight - 4)}px`;
  }, 120);
}

function pick(i) {
  group = [];
  picked.hidden = true;
  if (i < 0 || map.topic[i] < 0) return choose(null);
  const item = [...list.children].find((one) => one.dataset.topic === map.topics[map.topic[i]]);
  if (item) item.hidden = false;
  choose(item, { look: false });
}

async function lasso(rows) {
  group = rows;
  lassoing(false);
  repaint();
  picked.hidden = rows.length === 0;
  if (!rows.length) return say("В обводке никого нет");
  picked.replaceChildren();
  const head = document.createElement("h2");
  head.textContent = `Выбрано высказываний: ${rows.length}`;
  picked.append(head);
  const topics = new Map();
  for (const i of rows) topics.set(map.topic[i], (topics.get(map.topic[i]) ?? 0) + 1);
  const from = document.createElement("p");
  from.className = "quiet";
  from.textContent = [...topics].sort((a, b) => b[1] - a[1]).slice(0, 5)
    .map(([topic, count]) => `${topic < 0 ? "без темы" : map.labels[topic]} – ${count}`).join(", ");
  picked.append(from);
  if (writes) picked.append(actions(rows, topics));
  const shown = await api("GET", `/topics/map/statements?${rows.slice(0, 12).map((i) => `row=${i}`).join("&")}`);
  const quotes = document.createElement("ul");
  quotes.className = "said-list";
  for (const said of shown) {
    const one = document.createElement("li");
    const quote = document.createElement("q");
    quote.textContent = said.text;
    one.append(quote);
    quotes.append(one);
  }
  picked.append(quotes);
}

function actions(rows, topics) {
  const form = document.createElement("form");
  form.className = "row";
  const only = topics.size === 1 && !topics.has(-1) ? map.topics[[...topics.keys()][0]] : null;
  const name = document.createElement("input");
  name.placeholder = only ? "Как назвать новую тему" : "В какую тему перенести";
  name.setAttribute("aria-label", name.placeholder);
  name.maxLength = 120;
  if (!only) {
    const options = document.createElement("datalist");
    options.id = "map-topics";
    map.topics.forEach((id, i) => options.append(new Option(`${map.labels[i]} (${id})`)));
    form.append(options);
    name.setAttribute("list", "map-topics");
  }
  const act = (text, kind, run) => {
    const made = document.createElement("button");
    made.type = kind === "main" ? "submit" : "button";
    made.className = kind;
    made.textContent = text;
    if (kind !== "main") made.addEventListener("click", () => run().catch(told));
    form.append(made);
  };
  form.append(name);
  const texts = async () => {
    const found = [];
    for (let at = 0; at < rows.length; at += 50) {
      const part = await api("GET", `/topics/map/statements?${rows.slice(at, at + 50).map((i) => `row=${i}`).join("&")}`);
      found.push(...part.map((said) => said.id));
    }
    return found;
  };
  const done = () => location.reload();
  const split = async () => {
    let tag;
    await api("GET", `/topics/${only}`, { seen: (etag) => (tag = etag) });
    const body = { action: "split", texts: await texts(), label: name.value.trim() || undefined };
    await api("POST", `/topics/${only}/decisions`, { body, match: tag });
    done();
  };
  const move = async () => {
    const id = name.value.match(/\((\w+)\)\s*$/)?.[1];
    if (!id) return say("Выберите тему из списка", { wrong: true });
    await moved(await texts(), id);
    done();
  };
  act(only ? "Выделить в новую тему" : "Перенести", "main");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    (only ? split() : move()).catch(told);
  });
  act("Это шум", "", async () => {
    await moved(await texts(), null);
    done();
  });
  return form;
}

async function moved(texts, topic) {
  for (let at = 0; at < texts.length; at += 200) {
    await api("POST", "/topics/moves", { body: { texts: texts.slice(at, at + 200), topic } });
  }
}

function lassoing(on) {
  scatter.lassoing = on;
  $("lasso").setAttribute("aria-pressed", on);
  $("map").classList.toggle("is-lassoing", on);
}

// -- the page --

async function begin() {
  map = await api("GET", "/topics/map");
  map.last = map.month.reduce((a, b) => Math.max(a, b), 0);
  const [canvas, over] = $("map").querySelectorAll("canvas");
  scatter = new Scatter(canvas, over, map.x, map.y);
  scatter.onhover = hover;
  scatter.onpick = pick;
  scatter.onlasso = (rows) => lasso(rows).catch(told);
  for (const name of ["colour", "group", "kind", "since"]) $(name).addEventListener("change", repaint);
  room.querySelectorAll("[data-zoom]").forEach((b) => b.addEventListener("click", () => scatter.zoom(Number(b.dataset.zoom))));
  $("whole").addEventListener("click", () => {
    choose(null);
    scatter.whole();
  });
  $("lasso").addEventListener("click", () => lassoing(!scatter.lassoing));
  scatter.names = middles();
  repaint();
  $("map").querySelector(".loading").remove();
  $("map").dataset.ready = "1";
}

list.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-topic]");
  if (item && !item.classList.contains("is-current")) choose(item);
});
keys({
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyS: () => scatter && lassoing(!scatter.lassoing),
  Escape: () => {
    if (!scatter) return;
    lassoing(false);
    group = [];
    picked.hidden = true;
    choose(null);
  },
});
begin().catch(told);

// Requests to the API. A session that has ended is opened again in a dialog, and then the request goes out once more:
// nothing that was typed is lost. A request that got no answer is sent again under the same Idempotency-Key.

const meta = (name) => document.querySelector(`meta[name=${name}]`);

export class Problem extends Error {
  constructor(status, body, etag) {
    super(body.detail || body.title || `Ошибка ${status}`);
    this.status = status;
    this.body = body;
    this.etag = etag;
  }
}

// The body of the answer (JSON, or text for HTML); `.etag` of the answer goes to `seen`.
export async function api(method, path, { body, match, seen, key = crypto.randomUUID() } = {}) {
  const answer = await insisting(() => send(method, path, body, match, key));
  if (answer.status === 401 && (await relogin())) return api(method, path, { body, match, seen, key });
  const etag = answer.headers.get("etag");
  if (!answer.ok) {
    throw new Problem(answer.status, await answer.json().catch(() => ({})), etag);
  }
  if (seen && etag) seen(etag);
  return answer.status === 204 ? null : answer.json();
}

// A piece of a page; with `read` the answer itself is handed over first.
export async function piece(path, read = () => {}) {
  const answer = await insisting(() => fetch(path, { headers: { Accept: "text/html" }, redirect: "manual" }));
  if (answer.type === "opaqueredirect") {
    if (await relogin()) return piece(path, read);
    throw new Problem(401, { title: "Сеанс закончился" });
  }
  if (!answer.ok) throw new Problem(answer.status, { title: "Страница не ответила" });
  read(answer);
  const made = document.createElement("template");
  made.innerHTML = await answer.text(); // the server's own, escaped there
  return made.content;
}

function send(method, path, body, match, key) {
  const headers = { Accept: "application/json", "X-CSRF-Token": meta("csrf").content };
  const form = body instanceof FormData; // a file in it; the browser says where its parts end
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  if (match) headers["If-Match"] = match;
  if (method !== "GET") headers["Idempotency-Key"] = key;
  return fetch(`/api/v1${path}`, { method, headers, body: form || body === undefined ? body : JSON.stringify(body) });
}

async function insisting(ask) {
  for (const wait of [500, 1500, 4000, null]) {
    try {
      const answer = await ask();
      if (answer.status !== 503 || wait === null) return answer;
    } catch (error) {
      if (wait === null) {
        throw new Problem(0, { title: "Сервер не отвечает. Набранное на месте: попробуйте ещё раз чуть позже." });
      }
    }
    say("Нет связи с сервером, повторяю…");
    await new Promise((done) => setTimeout(done, wait));
  }
}

let opened = null;

// Ask for the password again. True when the person is back.
function relogin() {
  opened ??= new Promise((done) => {
    const dialog = document.getElementById("relogin");
    const form = dialog.querySelector("form");
    const wrong = form.querySelector(".wrong");
    const back = document.activeElement;
    const end = (result) => {
      form.onsubmit = null;
      opened = null;
      if (dialog.open) dialog.close();
      form.elements.password.value = "";
      back?.focus?.();
      done(result);
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      const body = JSON.stringify({ name: form.elements.name.value, password: form.elements.password.value });
      const answer = await fetch("/api/v1/session", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
      const told = await answer.json();
      if (!answer.ok) {
        wrong.textContent = told.detail;
        wrong.hidden = false;
        return;
      }
      if (told.name !== meta("who").content) {
        location.reload(); // somebody else took the chair
        return;
      }
      meta("csrf").content = told.csrf;
      document.querySelectorAll("input[name=csrf]").forEach((input) => (input.value = told.csrf));
      end(true);
    };
    dialog.querySelector("[data-close]").onclick = () => end(false);
    dialog.oncancel = () => end(false);
    wrong.hidden = true;
    dialog.showModal();
    form.elements.password.focus();
  });
  return opened;
}

// Say something to the eye and to the screen reader, for a while.
let hush = 0;
export function say(text, { wrong = false } = {}) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.classList.toggle("is-wrong", wrong);
  said.classList.add("is-there");
  clearTimeout(hush);
  hush = setTimeout(() => said.classList.remove("is-there"), wrong ? 12000 : 5000);
}

// Tell of what went wrong; returns nothing, so that it can end a chain.
export function told(error) {
  if (!(error instanceof Problem)) throw error;
  say(error.message, { wrong: true });
}

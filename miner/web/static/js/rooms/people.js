// Люди: accounts, tokens, webhooks.

import { api, say, told } from "../api.js";

const main = document.querySelector("main");
const name = (element) => encodeURIComponent(element.closest("[data-user]").dataset.user);
const own = () => encodeURIComponent(main.querySelector("[data-own]").dataset.own);

// A secret that is shown this once.
function show(secret, what) {
  const box = document.createElement("div");
  box.className = "note";
  box.setAttribute("role", "status");
  const said = document.createElement("p");
  said.textContent = `${what} Он показан один раз, сохраните его сейчас:`;
  const code = document.createElement("code");
  code.textContent = secret;
  code.tabIndex = 0;
  box.append(said, code);
  main.querySelector("[data-secret]").replaceChildren(box);
  code.focus();
}

async function change(element, body, done) {
  await api("PATCH", `/users/${name(element)}`, { body });
  say(done);
}

main.addEventListener("change", (event) => {
  const role = event.target.closest("[data-role]");
  if (!role) return;
  const before = [...role.options].find((option) => option.defaultSelected);
  change(role, { role: role.value }, "Роль изменена").catch((error) => {
    before.selected = true;
    told(error);
  });
});

main.addEventListener("click", (event) => {
  const pressed = (what) => event.target.closest(`[data-${what}]`);
  if (pressed("disable")) {
    const disabled = pressed("disable").dataset.disable === "1";
    change(event.target, { disabled }, "Готово").then(() => location.reload()).catch(told);
  } else if (pressed("password")) renew(event.target);
  else if (pressed("drop")) {
    const token = event.target.closest("[data-token]");
    api("DELETE", `/users/${own()}/tokens/${token.dataset.token}`).then(() => {
      token.remove();
      say("Токен отозван");
    }).catch(told);
  } else if (pressed("remove")) {
    const hook = event.target.closest("[data-webhook]");
    api("DELETE", `/webhooks/${hook.dataset.webhook}`).then(() => hook.remove()).catch(told);
  }
});

// A field for a new password, in place of its button.
function renew(button) {
  const form = document.createElement("form");
  form.className = "row";
  const field = document.createElement("input");
  field.type = "password";
  field.minLength = 10;
  field.required = true;
  field.autocomplete = "new-password";
  field.setAttribute("aria-label", "Новый пароль, не короче 10 знаков");
  const save = document.createElement("button");
  save.className = "main";
  save.textContent = "Сохранить";
  form.append(field, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(form, { password: field.value }, "Пароль изменён, все сеансы этого человека закончены").then(() => form.replaceWith(button)).catch(told);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    form.replaceWith(button);
    button.focus();
  });
  button.replaceWith(form);
  field.focus();
}

main.addEventListener("submit", async (event) => {
  const form = event.target;
  if ("ownPassword" in form.dataset) {
    event.preventDefault();
    // The new session has a new CSRF token, which the page learns by loading again.
    api("PUT", "/me/password", { body: Object.fromEntries(new FormData(form)) }).then(() => location.reload()).catch(told);
    return;
  }
  const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  const send = { add: ["/users", given], make: [() => `/users/${own()}/tokens`, given], hook: ["/webhooks", given] };
  const what = Object.keys(send).find((key) => key in form.dataset);
  if (!what) return;
  event.preventDefault();
  try {
    const [path, body] = send[what];
    const made = await api("POST", typeof path === "function" ? path() : path, { body });
    if (what === "add") location.reload();
    else show(made.token ?? made.secret, what === "make" ? "Токен сделан." : "Этим ключом подписаны сообщения.");
  } catch (error) {
    told(error);
  }
});

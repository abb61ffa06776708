// The task page: lists, adds and completes the tasks of one user through /api/tasks.
// Text from the API reaches the page through textContent only, never as HTML.
"use strict";

const byId = (id) => document.getElementById(id);
const say = (text, bad = false) => {
  byId("message").textContent = text;
  byId("message").className = bad ? "bad" : "";
};

let user = "";

async function call(method, query, body) {
  const response = await fetch("api/tasks" + query, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(reason(text) || `${response.status} ${response.statusText}`);
}

// The API's error as one sentence: each wrong field, or the error itself.
function reason(text) {
  try {
    const answer = JSON.parse(text);
    const fields = Object.entries(answer.fields || {}).map(([name, problem]) => `${name} ${problem}`);
    return fields.join("; ") || answer.error;
  } catch {
    return text;
  }
}

async function load() {
  const asked = user;
  const tasks = JSON.parse(await call("GET", `?userName=${encodeURIComponent(asked)}&start=0`));
  if (asked !== user) return; // another user was chosen meanwhile
  const rows = tasks.map(row);
  byId("tasks").tBodies[0].replaceChildren(...rows);
  byId("tasks").hidden = rows.length === 0;
  const done = tasks.filter((task) => task.done).length;
  say(rows.length ? `${rows.length} tasks, ${done} done` : "No tasks yet. Add one.");
}

function row(task) {
  const tr = document.createElement("tr");
  tr.className = task.done ? "done" : "";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = task.done;
  box.setAttribute("aria-label", `done: ${task.title}`);
  box.addEventListener("change", () => attempt(async () => {
    box.disabled = true;
    await call("PUT", "", { ...task, done: box.checked });
    await load();
  }, () => { box.checked = task.done; box.disabled = false; }));
  tr.append(cell(box), cell(task.title), cell(task.contents), cell(new Date(task.startAt * 1000).toLocaleString()));
  return tr;
}

function cell(content) {
  const td = document.createElement("td");
  td.append(content); // a string becomes a text node
  return td;
}

async function attempt(work, undo = () => {}) {
  try {
    await work();
  } catch (error) {
    undo();
    say(error.message, true);
  }
}

byId("who").addEventListener("submit", (event) => {
  event.preventDefault();
  user = byId("user").value.trim();
  byId("add").hidden = !user;
  if (user) attempt(load);
});

byId("add").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await call("POST", "", {
      userName: user,
      title: byId("title").value,
      contents: byId("contents").value,
      startAt: Math.floor(Date.now() / 1000),
    });
    byId("add").reset();
    byId("title").focus();
    await load();
  });
});

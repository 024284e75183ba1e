"use strict";

const desk = document.getElementById("desk");
const bubbles = document.getElementById("bubbles");
const toast = document.getElementById("toast");
const people = { creator: desk.dataset.creator, fan: desk.dataset.fan };
const POLL_MS = 1000;
let shown = "";
let toastTimer = 0;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function money(cents) {
  return `$${(cents / 100).toFixed(2)}`;
}

function clock(at) {
  const date = new Date(at);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? time : `${date.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
}

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const found = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(found && found.error ? found.error : `Status ${answer.status}`);
  return found;
}

function say(text, isWrong = false) {
  toast.textContent = text;
  toast.classList.toggle("wrong", isWrong);
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 4000);
}

function lockedPart(row) {
  const box = element("div", "locked-media");
  box.append(element("span", "", `Locked ${row.mediaType || "media"}`));
  const button = element("button", "main", `Unlock for ${money(row.price)}`);
  button.addEventListener("click", () => act("buys", { message: row.uuid }));
  box.append(button);
  return box;
}

function mediaPart(row) {
  return element("div", "media", `▣ ${row.media} × ${row.mediaType || "media"}`);
}

function senderName(row) {
  if (row.isFromFan) return "You";
  const name = row.sentBy ? `${desk.dataset.name} · by ${row.sentBy}` : desk.dataset.name;
  return row.type === "BROADCAST" ? `${name} · to all` : name;
}

function bubble(row) {
  const item = element("li", row.isFromFan ? "mine" : "theirs");
  item.dataset.uuid = row.uuid;
  const body = element("div", row.tip ? "bubble tip" : "bubble");
  if (row.text) body.append(element("p", "", row.text));
  const isLocked = !row.isFromFan && row.price && !row.purchasedAt;
  if (isLocked) body.append(lockedPart(row));
  else if (row.media) body.append(mediaPart(row));
  item.append(body);
  const read = row.isFromFan && row.isRead ? " · read" : "";
  const bought = !row.isFromFan && row.purchasedAt ? ` · bought for ${money(row.price)}` : "";
  item.append(element("span", "meta", `${senderName(row)} · ${clock(row.at)}${bought}${read}`));
  return item;
}

function showMessages(rows) {
  const key = JSON.stringify(rows);
  if (key === shown) return;
  const isAtEnd = !shown || bubbles.scrollHeight - bubbles.scrollTop - bubbles.clientHeight < 80;
  shown = key;
  if (rows.length) bubbles.replaceChildren(...rows.map(bubble));
  else bubbles.replaceChildren(element("li", "empty", "No messages yet. Say hello!"));
  if (isAtEnd) bubbles.scrollTop = bubbles.scrollHeight;
}

function outcome(row) {
  if (row.outcome === "delivered") return `✓ ${row.status}`;
  if (row.outcome === "queued") return row.attempts ? `… try ${row.attempts}: ${row.status || "no answer"}` : "…";
  return `✗ ${row.outcome}${row.status ? ` ${row.status}` : ""}`;
}

function showDeliveries(rows) {
  if (!rows.length) return;
  const items = rows.reverse().map((row) => {
    const item = element("li", row.outcome);
    item.append(element("span", "topic", row.topic), element("span", "outcome", outcome(row)));
    item.title = `${row.id}, ${row.attempts} tries`;
    return item;
  });
  document.getElementById("deliveries").replaceChildren(...items);
}

function showRelation(relation) {
  const isSubscribed = relation.status === "subscriber";
  document.getElementById("status").textContent = relation.status.replace("_", " ");
  document.getElementById("subscribe").disabled = isSubscribed;
  document.getElementById("renew").disabled = !isSubscribed;
  document.getElementById("cancel").disabled = !isSubscribed || !relation.renews;
  const day = relation.periodEnd && new Date(relation.periodEnd).toLocaleDateString([], { dateStyle: "long" });
  const text = isSubscribed ? `, ${relation.renews ? "renews" : "ends"} on ${day}` : "";
  document.getElementById("period").textContent = text;
  document.getElementById("address").textContent = relation.webhookUrl || "No webhook address is set.";
}

async function refresh() {
  const query = new URLSearchParams(people);
  const [messages, relation, deliveries] = await Promise.all([
    call(`/_control/messages?${query}`),
    call(`/_control/relation?${query}`),
    call("/_control/deliveries?last=14"),
  ]);
  showMessages(messages);
  showRelation(relation);
  showDeliveries(deliveries);
}

async function follow(ids) {
  for (let round = 0; round < 25 && ids.length; round += 1) {
    const rows = (await call("/_control/deliveries?last=50")).filter((row) => ids.includes(row.id));
    if (rows.every((row) => row.outcome !== "queued")) {
      const wrong = rows.filter((row) => row.outcome !== "delivered");
      const statuses = rows.map((row) => row.status || row.outcome).join(", ");
      return wrong.length
        ? say(`The bot did not take it: ${statuses}`, true)
        : say(`Sent to the bot: ${statuses}`);
    }
    await new Promise((wake) => { setTimeout(wake, 200); });
  }
  return say(ids.length ? "The bot has not answered yet, still trying." : "Done. No webhook address is set.", ids.length > 0);
}

async function act(name, more) {
  const family = document.getElementById("family").value;
  try {
    const done = await call(`/_control/fan/${name}`, { ...people, family, ...more });
    await refresh();
    await follow(done.deliveries);
    await refresh();
    return true;
  } catch (problem) {
    say(problem.message, true);
    return false;
  }
}

document.getElementById("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = document.getElementById("text");
  const media = document.getElementById("media");
  if (!text.value.trim() && !media.checked) {
    say("Write something first.", true);
    return;
  }
  const price = document.getElementById("price");
  const sent = { text: text.value, media: media.checked || price.value ? 1 : 0 };
  if (price.value) sent.price = Math.round(Number(price.value) * 100);
  text.value = "";
  price.value = "";
  media.checked = false;
  if (!await act("writes", sent)) text.value = sent.text;
});

document.getElementById("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  document.getElementById("write").requestSubmit();
});

for (const form of document.querySelectorAll("form.act")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const more = {
      tips: () => ({ amount: Math.round(Number(fields.get("amount")) * 100) }),
      buys: () => ({ post: fields.get("post") }),
      answers: () => ({ text: fields.get("text") }),
    }[form.dataset.act]();
    act(form.dataset.act, more);
    if (form.dataset.act === "answers") form.reset();
  });
}

for (const button of document.querySelectorAll("button[data-act]")) {
  button.addEventListener("click", () => {
    const { act: name, action } = button.dataset;
    act(name, action ? { action } : {});
  });
}

for (const select of document.querySelectorAll("#chooser select")) {
  select.addEventListener("change", () => document.getElementById("chooser").submit());
}

async function poll() {
  try {
    await refresh();
  } catch {
    say("The sandbox does not answer.", true);
  }
  setTimeout(poll, POLL_MS);
}

poll();

// Asks the program behind the page. Every number comes from there.

const token = document.body.dataset.token;

export class Refused extends Error {}

let asking = 0; // requests under way; the page says so, for whoever waits for it

function count(by) {
  asking += by;
  document.body.dataset.asking = String(asking);
}

async function answered(address, kind, body) {
  count(1);
  try {
    return await parsed(address, kind, body);
  } finally {
    // What waits for the answer draws it first.
    setTimeout(() => count(-1), 0);
  }
}

async function parsed(address, kind, body) {
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { "content-type": kind, "x-chainrule-token": token },
      body,
    });
  } catch {
    throw new Refused("chainrule does not answer; it may have been ended in its terminal");
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  let said = text;
  try {
    said = JSON.parse(text).refused ?? text;
  } catch {
    // A refusal of the server itself is plain text.
  }
  throw new Refused(said);
}

export function ask(act, entries) {
  return answered(`/act/${act}`, "application/json", JSON.stringify(entries));
}

export function askAboutTable(file) {
  return answered("/table", "application/octet-stream", file);
}

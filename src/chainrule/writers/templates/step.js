"use strict";
// Steps through the statements of the page: which one is now, and no arithmetic on any number of them.
(() => {
  const statements = [...document.querySelectorAll("[data-step]")];
  const ticks = [...document.querySelectorAll("[data-tick]")];
  const said = document.querySelector(".said");
  const play = document.querySelector('[data-go="play"]');
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let now = -1;
  let clock = null;

  function light(on) {
    if (now < 0) return;
    const statement = statements[now];
    statement.classList.toggle("now", on);
    ticks[now].classList.toggle("now", on);
    if (on) statement.setAttribute("aria-current", "step");
    else statement.removeAttribute("aria-current");
    for (const id of statement.dataset.lights.split(" ").filter(Boolean)) {
      document.getElementById(id)?.classList.toggle("lit", on);
    }
  }

  function show(step) {
    light(false);
    now = Math.max(0, Math.min(statements.length - 1, step));
    light(true);
    statements[now].scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    said.textContent = statements[now].dataset.name + " = " + statements[now].dataset.value;
  }

  function group(step) {
    return statements[Math.max(0, Math.min(statements.length - 1, step))].dataset.group;
  }

  function jump(way) {
    let step = Math.max(0, now);
    if (way < 0 && step > 0 && group(step - 1) !== group(step)) step -= 1;
    const from = group(step);
    while (step + way >= 0 && step + way < statements.length && group(step + way) === from) step += way;
    show(way > 0 ? step + 1 : step);
  }

  function pause() {
    clearInterval(clock);
    clock = null;
    play.setAttribute("aria-pressed", "false");
  }

  function playOrPause() {
    if (clock !== null) return pause();
    play.setAttribute("aria-pressed", "true");
    clock = setInterval(() => (now + 1 < statements.length ? show(now + 1) : pause()), 900);
    show(now + 1 < statements.length ? now + 1 : 0);
  }

  const go = {
    first: () => show(0),
    back: () => show(now - 1),
    next: () => show(now + 1),
    last: () => show(statements.length - 1),
    play: playOrPause,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act = {
      ArrowRight: () => (event.shiftKey ? jump(1) : go.next()),
      ArrowLeft: () => (event.shiftKey ? jump(-1) : go.back()),
      Home: go.first,
      End: go.last,
      " ": event.target.closest("button, summary, a") ? null : playOrPause,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    if (event.key !== " " && clock !== null) pause();
    act();
  });
  for (const button of document.querySelectorAll("[data-go]")) {
    button.addEventListener("click", () => go[button.dataset.go]());
  }
  ticks.forEach((tick, step) => tick.addEventListener("click", () => show(step)));
  statements.forEach((statement, step) =>
    statement.addEventListener("click", (event) => event.target.closest("a") || show(step)),
  );
})();

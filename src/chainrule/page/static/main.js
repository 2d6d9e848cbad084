// The page: what is shown, and what the keyboard and the buttons do. It lays out; every number comes from the server.

import { Refused, ask } from "/assets/server.js";
import { Steps } from "/assets/steps.js";
import { Picture } from "/assets/picture.js";
import { Why } from "/assets/why.js";
import { Drawers } from "/assets/drawers.js";
import { Training } from "/assets/training.js";
import { Setup } from "/assets/setup.js";

const $ = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.state = document.body.dataset.state; // which state is shown
    this.view = null; // all that is shown of it
    this.chosen = document.body.dataset.at; // the place of the number that is looked at
    this.forget();
    this.before = []; // the states that were shown before this one
    this.turn = Promise.resolve(); // acts that make a new state wait for each other
    this.asked = 0; // counts what was asked for, so that an answer that comes too late is dropped
    this.steps = new Steps($("ticks"), (step) => this.choose(this.view.places[this.steps.first + step]));
    this.picture = new Picture($("picture"), (place) => this.choose(place), (place) => this.edit(place));
    this.why = new Why(this);
    this.drawers = new Drawers(this);
    this.training = new Training(this);
    this.setup = new Setup(this);
    document.addEventListener("keydown", (event) => this.key(event));
    for (const button of document.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => this.go(button.dataset.go));
    }
  }

  // What goes with every request: which state, which number, and how numbers are to be seen.
  entries(more = {}) {
    return { state: this.state, chosen: this.chosen ?? "", ...this.setup.look(), ...more };
  }

  // Asks for something that makes no new state.
  ask(name, more = {}) {
    return ask(name, this.entries(more));
  }

  async start() {
    const link = location.hash.startsWith("#chainrule-page-") ? location.hash : "";
    await this.act(link ? "link" : "show", link ? { link } : {}, { fresh: true });
    if (link) history.replaceState(null, "", "/");
  }

  // Asks for a new state and shows it; acts are done one after the other, each on what the last one made.
  act(name, more = {}, { fresh = false, keep = false } = {}) {
    const work = async () => {
      const before = this.state;
      try {
        const answer = await ask(name, this.entries(more));
        if (answer.state !== before && !fresh) this.remember(before);
        if (fresh) this.before = [];
        if (!keep) this.forget(answer.changed);
        this.state = answer.state;
        this.refuse("");
        this.show(answer.view);
        return answer;
      } catch (error) {
        this.refuse(error);
        if (this.view) this.setup.draw(this.view.about);
        return null;
      }
    };
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  // Keeps what the numbers that an edit changed were before: in full, and as short as the picture has them.
  forget(changed = {}) {
    this.old = new Map(Object.entries(changed).map(([place, [old]]) => [place, old]));
    this.oldInPicture = new Map(Object.entries(changed).map(([place, [, old]]) => [place, old]));
  }

  remember(state) {
    this.before.push(state);
    if (this.before.length > 3000) this.before.shift();
  }

  // Shows the state before this one.
  back() {
    const state = this.before.pop();
    if (state) this.act("show", { state }, { keep: false }).then(() => this.before.pop());
  }

  show(view) {
    this.view = view;
    this.index = new Map(view.places.map((place, number) => [place, number]));
    const given = view.groups.filter((group) => group.part === "given");
    const first = given.reduce((count, group) => count + group.count, 0);
    this.picture.draw(view.picture, view.spoken);
    this.steps.draw(view.groups.filter((group) => group.part !== "given"), first);
    const about = view.about;
    $("title").textContent = about.title;
    $("about").textContent = `Network ${about.network}; ${about.rule}.${about.ours ? ` Ours: ${about.ours}.` : ""}`;
    $("defined").textContent = `${about.step} ${about.folded ? "Layers of more than eight units are folded: choose one, or a line, to look inside." : "Dashed: a weight below 0."}`;
    document.title = `${about.title} · chainrule`;
    this.setup.draw(about);
    this.frame(view);
    this.drawers.refresh();
  }

  // Shows one number, and all that changes with the state.
  frame(frame) {
    this.chosen = frame.chosen;
    const number = this.index.get(frame.chosen);
    if (number !== undefined && number >= this.steps.first) this.steps.now = number - this.steps.first;
    this.steps.mark();
    this.moving(frame);
    this.picture.light(frame.lit, "lit");
    this.picture.mark(frame.chosen);
    this.why.draw(frame);
  }

  // Shows what changes from one step of a training to the next.
  moving(frame) {
    this.values = frame.in_picture;
    this.picture.numbers(frame.in_picture, (place) => this.reached(place), this.oldInPicture);
    this.training.draw(frame);
  }

  // Whether a number is computed by now: what came in is, and what the timeline has passed.
  reached(place) {
    const number = this.index.get(place);
    return number === undefined || number <= this.steps.first + this.steps.now;
  }

  // Looks at a number.
  async choose(place) {
    if (!place) return;
    this.chosen = place;
    const number = this.index.get(place);
    if (number !== undefined) {
      if (number >= this.steps.first) this.steps.now = number - this.steps.first;
      this.steps.mark();
      this.picture.numbers(this.values, (each) => this.reached(each), this.oldInPicture);
      this.picture.light(this.view.lights[number], "lit");
      this.picture.mark(place);
      this.why.head(this.view.names[number], this.view.values[number]);
    }
    this.drawers.chosen();
    this.asked += 1;
    const asked = this.asked;
    const state = this.state;
    try {
      const answer = await ask("why", this.entries());
      if (asked === this.asked && state === this.state) this.frame(answer.frame);
    } catch (error) {
      this.refuse(error);
    }
  }

  editable(place) {
    return /^(W|b|Y|eta)\./.test(place) || place.startsWith("A.0.") || place === "eta.0";
  }

  edit(place) {
    if (!this.editable(place)) return;
    if (place !== this.chosen) this.choose(place);
    const value = this.view.values[this.index.get(place)] ?? "";
    if (!this.picture.field(place, value, (typed) => this.set(place, typed))) this.why.change();
  }

  set(place, value) {
    return this.act("edit", { place, value, chosen: place });
  }

  go(where) {
    if (this.steps.playing && where !== "play") this.steps.pause();
    const now = this.steps.now;
    const ways = {
      first: () => this.steps.go(0),
      back: () => this.steps.go(now - 1),
      next: () => this.steps.go(now + 1),
      last: () => this.steps.go(this.steps.ticks.length - 1),
      play: () => this.steps.playOrPause(),
    };
    ways[where]();
  }

  key(event) {
    if (event.defaultPrevented || event.altKey || event.metaKey || $("dialog").open) return;
    if (event.target.closest("input, select, textarea")) return;
    const right = event.key === "ArrowRight";
    const sideways = right || event.key === "ArrowLeft";
    if (sideways && !event.ctrlKey && !event.shiftKey && event.target.closest('[role="tablist"]')) return;
    const acts = {
      ArrowRight: () => this.go("next"),
      ArrowLeft: () => this.go("back"),
      Home: () => this.go("first"),
      End: () => this.go("last"),
      " ": event.target.closest("button, a, summary") ? null : () => this.go("play"),
      Enter: event.target.closest("button, a, summary") ? null : () => this.edit(this.chosen),
      Backspace: () => this.why.backward(),
    };
    let act = acts[event.key];
    if (event.ctrlKey) act = { ArrowRight: () => this.training.step(), ArrowLeft: () => this.back() }[event.key];
    else if (event.shiftKey && sideways) act = () => this.steps.jump(right ? 1 : -1);
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Says why something was not done; nothing is lost by it.
  refuse(error) {
    clearTimeout(this.refusing);
    const said = error instanceof Error ? error.message : error;
    $("refused").textContent = said;
    $("refused").hidden = !said;
    if (error instanceof Error && !(error instanceof Refused)) console.error(error);
    if (said) this.refusing = setTimeout(() => { $("refused").hidden = true; }, 9000);
  }
}

const page = new Page();
page.start();

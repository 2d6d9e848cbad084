// Training, a request after the other: whoever goes away leaves nothing running.

import { ask } from "/assets/server.js";

const $ = (id) => document.getElementById(id);
const FRAME = 0.012; // seconds of training between two pictures where as much as fits is asked for
const AT_ONCE = 6; // frames that are asked for at once
const KEPT = 4; // with so many left, more are asked for
const PLOT = 180; // milliseconds between two drawings of a curve or a boundary

// Frames of a training that were asked for and not shown yet. An edit makes a new beginning: those before it are dropped.
class Store {
  constructor(page) {
    this.page = page;
    this.begin();
  }

  begin() {
    this.frames = [];
    this.tip = this.page.state;
    this.shown = this.page.state;
    this.asked = null;
  }

  // Returns the next frame, or null where there is none to be had.
  async next() {
    if (this.page.state !== this.shown) this.begin();
    if (this.frames.length <= KEPT) this.fill();
    if (!this.frames.length) await this.asked;
    const frame = this.frames.shift() ?? null;
    if (frame) this.shown = frame.state;
    return frame;
  }

  fill() {
    if (this.asked) return;
    const speed = $("speed").value;
    const more = speed === "all" ? { steps: 1_000_000, seconds: 2 * FRAME, frames: 2 } : { steps: Number(speed), seconds: 0.25, frames: AT_ONCE };
    const asked = ask("step", this.page.entries({ ...more, state: this.tip })).then(
      (answer) => {
        if (this.asked !== asked) return;
        for (const frame of answer.frames) {
          this.frames.push({ ...frame, after: this.tip });
          this.tip = frame.state;
        }
        this.asked = null;
      },
      (error) => {
        this.page.refuse(error);
        this.asked = null;
      },
    );
    this.asked = asked;
  }
}

export class Training {
  constructor(page) {
    this.page = page;
    this.running = false;
    $("step").addEventListener("click", () => this.step());
    $("epoch").addEventListener("click", () => this.epoch());
    $("train").addEventListener("click", () => (this.running ? this.stop() : this.train()));
    $("rewind").addEventListener("click", () => this.rewind());
  }

  draw(frame) {
    const epochs = this.page.view?.about.steps_per_epoch > 1 ? `, epoch ${frame.epoch.toFixed(1)}` : "";
    $("progress").textContent = `step ${frame.taken}${epochs}, loss ${frame.loss}`;
    if (frame.said) this.page.refuse(frame.said);
  }

  async step() {
    await this.stop();
    return this.advance("step", { steps: 1, seconds: 0.25 });
  }

  async epoch() {
    await this.stop();
    let answer = null;
    do answer = await this.frameOf("epoch", { seconds: 0.2 });
    while (answer?.left);
    return this.whole();
  }

  async rewind() {
    await this.stop();
    return this.page.act("rewind", {}, { fresh: true });
  }

  async advance(act, more) {
    await this.frameOf(act, more);
    return this.whole();
  }

  // Takes some steps and shows what came of them; null where that was refused.
  frameOf(act, more) {
    const { page } = this;
    const work = async () => {
      try {
        const answer = await ask(act, page.entries({ frames: 1, ...more }));
        this.show(answer.frames[0]);
        return answer;
      } catch (error) {
        page.refuse(error);
        return null;
      }
    };
    page.turn = page.turn.then(work, work);
    return page.turn;
  }

  show(frame) {
    const { page } = this;
    page.remember(page.state);
    page.forget();
    page.asked += 1;
    page.state = frame.state;
    page.moving(frame);
    if (frame.said) this.running = false;
  }

  // Shows every panel again, once nothing moves any more.
  whole() {
    return this.page.act("show", {}, { keep: true });
  }

  train() {
    this.running = true;
    $("train").setAttribute("aria-pressed", "true");
    $("train").textContent = "Stop";
    this.busy(true);
    this.done = this.run();
  }

  // Shows a frame for each of the screen's, out of a store that is filled meanwhile.
  async run() {
    const { page } = this;
    const store = new Store(page);
    let plotted = 0;
    while (this.running) {
      const frame = await store.next();
      await new Promise((next) => {
        requestAnimationFrame(next);
      });
      if (!frame) this.running = false;
      else if (frame.after === page.state && this.running) this.show(frame);
      if (performance.now() - plotted > PLOT) {
        plotted = performance.now();
        page.drawers.moving();
      }
    }
    $("train").setAttribute("aria-pressed", "false");
    $("train").textContent = "Train";
    await this.whole();
    this.busy(false);
  }

  // While the picture moves, what stands beside it belongs to the step before, and says so.
  busy(moving) {
    for (const panel of [$("why"), $("chosen")]) {
      panel.classList.toggle("moving", moving);
      panel.setAttribute("aria-busy", String(moving));
    }
  }

  async stop() {
    if (!this.running) return;
    this.running = false;
    await this.done;
  }
}

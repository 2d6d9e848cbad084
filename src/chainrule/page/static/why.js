// Why this number: symbols, numbers, value, as the server wrote them; the way to a factor, and back.

const $ = (id) => document.getElementById(id);

export class Why {
  constructor(page) {
    this.page = page;
    this.trail = []; // where the links that were followed came from
    this.predicting = false;
    const why = $("why");
    why.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#"]');
      if (!link) return;
      event.preventDefault();
      this.trail.push(page.chosen);
      $("back").hidden = false;
      page.choose(link.getAttribute("href").slice(1)).then(() => why.focus());
    });
    for (const [kind, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
      why.addEventListener(kind, (event) => this.point(event.target.closest('a[href^="#"]'), on));
    }
    $("back").addEventListener("click", () => this.backward());
    $("predict").addEventListener("click", () => this.predict());
    $("change").addEventListener("submit", (event) => {
      event.preventDefault();
      page.set(page.chosen, $("changed").value);
    });
    $("guess").addEventListener("submit", (event) => {
      event.preventDefault();
      this.judge();
    });
  }

  // Lights up in the picture what a factor is.
  point(link, on) {
    if (!link) return;
    const number = this.page.index.get(link.getAttribute("href").slice(1));
    this.page.picture.light(on && number !== undefined ? this.page.view.lights[number] : "", "pointed");
  }

  backward() {
    const place = this.trail.pop();
    $("back").hidden = !this.trail.length;
    if (place) this.page.choose(place);
  }

  head(name, value) {
    const old = this.page.old.get(this.page.chosen);
    $("chosen").textContent = `Why ${name}?`;
    const hides = this.hides(this.page.chosen);
    if (hides && this.asking !== this.page.chosen) {
      this.asking = this.page.chosen;
      $("guessed").value = "";
      $("verdict").textContent = "";
    }
    $("guess").hidden = !hides;
    const said = hides ? `${name} = ?` : `${name} = ${value}${old === undefined ? "" : `, before the edit ${old}`}`;
    if ($("said").textContent !== said) $("said").textContent = said;
    const editable = this.page.editable(this.page.chosen);
    $("change").hidden = !editable;
    if (editable && document.activeElement !== $("changed")) $("changed").value = value;
    $("was").textContent = editable && old !== undefined ? `it was ${old}` : "";
  }

  draw(frame) {
    $("why").innerHTML = frame.why; // ours, and escaped where it was written
    this.head(frame.name, frame.value);
    $("why").classList.toggle("hidden-value", this.hides(frame.chosen));
    const old = this.page.old.get(frame.chosen);
    const value = $("why").querySelector(".value b");
    if (old !== undefined && value) {
      const was = document.createElement("small");
      was.textContent = ` it was ${old}`;
      value.after(was);
    }
  }

  change() {
    $("changed").focus();
    $("changed").select();
  }

  // In predict mode the value of the number that comes next is hidden until somebody has typed theirs.
  predict() {
    this.predicting = !this.predicting;
    this.told = new Set();
    $("predict").setAttribute("aria-pressed", String(this.predicting));
    this.page.choose(this.page.chosen);
    if (this.predicting) $("guessed").focus();
  }

  hides(place) {
    const number = this.page.index.get(place);
    const computed = number !== undefined && number >= this.page.steps.first;
    return this.predicting && computed && !this.told.has(place);
  }

  async judge() {
    const { page } = this;
    const place = page.chosen;
    const name = page.view.names[page.index.get(place)];
    try {
      const judged = await page.ask("judge", { numbers: [[name, $("guessed").value]], hint: 0 });
      const verdict = judged.verdicts[0].verdict;
      $("verdict").textContent = verdict;
      if (!verdict.startsWith("right")) return;
      this.told.add(place);
      page.choose(place);
      $("verdict").textContent = verdict;
    } catch (error) {
      page.refuse(error);
    }
  }
}

// One's own numbers of the step: typed or pasted, each with a verdict; and the mistake that they come from.

export class Mine {
  constructor(page, holder) {
    this.page = page;
    this.holder = holder;
    this.typed = new Map(); // by place
    this.verdicts = new Map();
  }

  draw() {
    const { page, holder } = this;
    const { view } = page;
    const bar = document.createElement("p");
    bar.className = "bar-here";
    const check = this.button("Check", () => this.check());
    const diagnose = this.button("Diagnose", () => this.diagnose());
    const clear = this.button("Clear", () => {
      this.typed.clear();
      this.verdicts.clear();
      this.draw();
    });
    bar.append(check, diagnose, clear, "Type or paste your numbers: a column fills downward.");
    this.told = document.createElement("div");
    this.told.className = "told";
    this.told.setAttribute("role", "status");
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const title of ["Number", "Yours", "Verdict"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      head.append(cell);
    }
    const body = table.createTBody();
    this.fields = [];
    for (let number = page.steps.first; number < view.places.length; number += 1) {
      const place = view.places[number];
      const line = body.insertRow();
      line.insertCell().textContent = view.names[number];
      const field = document.createElement("input");
      field.setAttribute("aria-label", `your ${view.names[number]}`);
      field.size = 14;
      field.value = this.typed.get(place) ?? "";
      field.addEventListener("input", () => this.typed.set(place, field.value));
      field.addEventListener("paste", (event) => this.paste(event, number));
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.fields[number - page.steps.first + 1]?.focus();
      });
      line.insertCell().append(field);
      this.fields.push(field);
      const verdict = line.insertCell();
      verdict.dataset.verdict = place;
      this.mark(verdict, this.verdicts.get(place));
    }
    holder.replaceChildren(bar, this.told, table);
  }

  button(title, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = title;
    made.addEventListener("click", act);
    return made;
  }

  mark(cell, verdict) {
    cell.textContent = verdict ?? "";
    cell.className = !verdict ? "" : verdict.startsWith("right") ? "right" : verdict === "wrong" ? "wrong" : "";
  }

  // Fills a pasted column downward from where it was pasted, or by the names that stand before the numbers.
  paste(event, number) {
    const text = event.clipboardData.getData("text").trim();
    const lines = text.split(/\r?\n/).map((line) => line.split(/\t|;|\s*=\s*|,(?=\s|\S+$)/).map((cell) => cell.trim()));
    if (lines.length === 1 && lines[0].length === 1) return;
    event.preventDefault();
    const { places, names } = this.page.view;
    const plain = (name) => name.replaceAll("∂", "d").replaceAll("δ", "delta").replace(/\s/g, "");
    const byName = new Map(names.map((name, each) => [plain(name), places[each]]));
    lines.forEach((cells, row) => {
      const named = cells.length > 1 ? byName.get(plain(cells[0])) : undefined;
      const place = named ?? (cells.length > 1 ? undefined : places[number + row]);
      if (place) this.typed.set(place, cells.at(-1));
    });
    this.draw();
    this.check();
  }

  numbers() {
    const { view, index } = this.page;
    return [...this.typed].filter(([, typed]) => typed.trim()).map(([place, typed]) => [view.names[index.get(place)], typed]);
  }

  async check() {
    this.verdicts.clear();
    try {
      const judged = await this.page.ask("judge", { numbers: this.numbers(), hint: 1 });
      for (const { place, verdict } of judged.verdicts) this.verdicts.set(place, verdict);
      for (const cell of this.holder.querySelectorAll("[data-verdict]")) {
        this.mark(cell, this.verdicts.get(cell.dataset.verdict));
      }
      this.told.textContent = judged.said.join("\n");
      if (judged.first_wrong) {
        this.page.choose(judged.first_wrong);
        this.holder.querySelector(`[data-verdict="${judged.first_wrong}"]`)?.scrollIntoView({ block: "nearest" });
      }
    } catch (error) {
      this.told.textContent = error.message;
    }
  }

  async diagnose() {
    this.told.textContent = "…";
    try {
      const { diagnosis } = await this.page.ask("diagnose", { numbers: this.numbers() });
      this.told.textContent = diagnosis;
    } catch (error) {
      this.told.textContent = error.message;
    }
  }
}

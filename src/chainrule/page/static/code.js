// The Python of the step; the line of the number that is looked at is marked.

export class Code {
  constructor(page, holder) {
    this.page = page;
    this.holder = holder;
  }

  async draw() {
    const { page, holder } = this;
    const state = page.state;
    let told;
    try {
      told = await page.ask("code");
    } catch (error) {
      holder.textContent = error.message;
      return;
    }
    if (state !== page.state || page.drawers.drawer !== this) return;
    this.lineOf = told.line_of;
    const bar = document.createElement("p");
    bar.className = "bar-here";
    const copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = "Copy";
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(`${told.lines.join("\n")}\n`);
      copy.textContent = "Copied";
    });
    const save = document.createElement("a");
    save.href = `/export/${state}/py`;
    save.download = "step.py";
    save.textContent = "Save step.py";
    bar.append(copy, save);
    const text = document.createElement("pre");
    this.lines = told.lines.map((line) => {
      const shown = document.createElement("span");
      shown.textContent = `${line}\n`;
      return shown;
    });
    text.append(...this.lines);
    holder.replaceChildren(bar, text);
    this.chosen();
  }

  chosen() {
    this.lines?.forEach((line, number) => line.classList.toggle("now", number === this.lineOf[this.page.chosen]));
    this.holder.querySelector(".now")?.scrollIntoView({ block: "center" });
  }
}

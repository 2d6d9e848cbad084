// Every number of the step as a table, to be sorted and read aloud.

const HEADS = [["order", "Number"], ["part", "Where"], ["value", "Value"], ["was", "Before the edit"]];

export class Table {
  constructor(page, holder) {
    this.page = page;
    this.holder = holder;
    this.by = "order";
    this.down = false;
  }

  // The rows in the order that was chosen.
  rows() {
    const { view, old } = this.page;
    const rows = [];
    for (const group of view.groups) {
      for (let each = 0; each < group.count; each += 1) {
        const order = rows.length;
        const place = view.places[order];
        const where = group.part === "given" ? "given" : `layer ${group.layer}${group.equation ? `, ${group.equation}` : ""}, ${group.part}`;
        const mark = view.marks[order] ? ` (${view.marks[order]})` : "";
        rows.push({ order, place, name: view.names[order], part: where + mark, value: view.values[order], was: old.get(place) ?? "" });
      }
    }
    const key = (row) => (this.by === "order" || this.by === "part" ? row[this.by] : row[this.by] === "" ? -Infinity : Number(row[this.by]));
    rows.sort((a, b) => (key(a) > key(b) ? 1 : key(a) < key(b) ? -1 : a.order - b.order) * (this.down ? -1 : 1));
    return rows;
  }

  draw() {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const [by, title] of HEADS) {
      const cell = document.createElement("th");
      cell.scope = "col";
      if (by === this.by) cell.setAttribute("aria-sort", this.down ? "descending" : "ascending");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title + (by === this.by ? (this.down ? " ↓" : " ↑") : "");
      button.addEventListener("click", () => {
        this.down = by === this.by ? !this.down : false;
        this.by = by;
        this.draw();
      });
      cell.append(button);
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of this.rows()) {
      const line = body.insertRow();
      line.dataset.row = row.place;
      const name = document.createElement("button");
      name.type = "button";
      name.textContent = row.name;
      name.addEventListener("click", () => this.page.choose(row.place));
      line.insertCell().append(name);
      line.insertCell().textContent = row.part;
      line.insertCell().textContent = this.page.why.hides(row.place) ? "?" : row.value;
      line.insertCell().textContent = row.was;
    }
    const left = this.page.view.groups.reduce((count, group) => count + group.left_out, 0);
    const told = document.createElement("p");
    told.className = "quiet";
    told.textContent = left ? `${left.toLocaleString("en")} more numbers are reached through the links; Export writes them all.` : "";
    this.holder.replaceChildren(table, told);
    this.chosen();
  }

  chosen() {
    for (const row of this.holder.querySelectorAll("tr[data-row]")) {
      row.classList.toggle("now", row.dataset.row === this.page.chosen);
    }
    this.holder.querySelector("tr.now")?.scrollIntoView({ block: "nearest" });
  }
}

// The network: puts the numbers of a step into the picture, and lets its nodes and lines be chosen.

const SVG = "http://www.w3.org/2000/svg";

export class Picture {
  constructor(holder, choose, edit) {
    this.holder = holder;
    this.choose = choose;
    this.edit = edit;
    this.drawn = "";
    holder.addEventListener("click", (event) => {
      const place = event.target.closest("[data-place]")?.dataset.place;
      if (place) choose(place);
    });
    holder.addEventListener("dblclick", (event) => {
      const place = event.target.closest("[data-place]")?.dataset.place;
      if (place) edit(place);
    });
    holder.addEventListener("keydown", (event) => this.key(event));
  }

  // Draws the network where it is another one than before, and lets every node and line be named.
  draw(svg, spoken) {
    if (svg !== this.drawn) {
      this.drawn = svg;
      this.holder.innerHTML = svg; // ours, and escaped where it was written
      this.svg = this.holder.querySelector("svg");
      this.svg.setAttribute("role", "group");
      for (const text of this.svg.querySelectorAll("title, desc")) text.remove();
      this.texts = new Map();
      for (const text of this.svg.querySelectorAll("[data-of]")) this.texts.set(text.dataset.of, text);
      for (const label of this.svg.querySelectorAll(".label, .heading")) label.setAttribute("aria-hidden", "true");
    }
    this.spoken(spoken);
  }

  spoken(spoken) {
    this.elements = new Map();
    for (const [id, place, said] of spoken) {
      const shown = document.getElementById(id);
      if (!shown) continue;
      const target = shown.classList.contains("edge") ? this.hit(shown) : shown;
      target.setAttribute("role", "button");
      target.setAttribute("aria-label", said);
      target.dataset.place = place;
      if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
      const label = document.getElementById(id.replace("edge-", "label-"));
      if (label && label !== shown) label.dataset.place = place;
      this.elements.set(target, place);
    }
    if (!this.svg.querySelector('[tabindex="0"]')) this.elements.keys().next().value?.setAttribute("tabindex", "0");
  }

  // A line is thin: a wide one that nobody sees lies over it and takes the pointer and the keyboard.
  hit(edge) {
    const before = edge.previousElementSibling;
    if (before?.classList.contains("hit")) return before;
    const line = document.createElementNS(SVG, "line");
    line.setAttribute("class", "hit");
    for (const end of ["x1", "y1", "x2", "y2"]) line.setAttribute(end, edge.getAttribute(end));
    edge.before(line);
    return line;
  }

  // Puts in the numbers. What comes later in the step is not shown yet: `reached` says of a place whether it is.
  numbers(values, reached, old) {
    for (const [place, text] of this.texts) {
      const after = place.replace(/^(W|b)\./, "$1_after.");
      const updated = after !== place && after in values && reached(after) && values[after] !== values[place];
      const shown = values[updated ? after : place];
      if (shown !== undefined && text.textContent !== shown) text.textContent = shown;
      const row = text.closest(".row") ?? text.closest("text");
      row.classList.toggle("later", !reached(place));
      text.classList.toggle("updated", updated);
      this.was(text, old.get(updated ? after : place));
      if (/^[Wb]\./.test(place)) this.sign(place, shown ?? "");
    }
  }

  // Shows beside a number what it was before an edit.
  was(text, old) {
    const box = text.closest(".row")?.querySelector(".of-number") ?? text.parentNode;
    let shown = box.querySelector(":scope > .was");
    text.classList.toggle("other", old !== undefined);
    if (old === undefined) {
      if (shown) {
        shown.remove();
        if (box.dataset.word) box.firstChild.textContent = box.dataset.word;
      }
      return;
    }
    if (!shown) {
      shown = document.createElementNS(SVG, "tspan");
      shown.setAttribute("class", "was");
      if (box.classList.contains("of-number")) {
        box.dataset.word = box.firstChild.textContent;
        box.firstChild.textContent = "";
        box.append(shown);
      } else {
        box.append(" ", shown);
      }
    }
    shown.textContent = old;
  }

  // A weight below 0 is dashed: its sign is never a matter of color.
  sign(place, shown) {
    for (const [target, of] of this.elements) {
      const edge = target.nextElementSibling;
      if (of === place && edge?.classList.contains("edge")) {
        edge.classList.toggle("negative", shown.startsWith("-"));
      }
    }
  }

  light(ids, kind) {
    for (const lit of this.svg.querySelectorAll(`.${kind}`)) lit.classList.remove(kind);
    for (const id of ids.split(" ").filter(Boolean)) document.getElementById(id)?.classList.add(kind);
  }

  // Marks the node or line that is chosen, and gives it the keyboard's one way into the picture.
  mark(place) {
    for (const [target, of] of this.elements) {
      const here = of === place;
      target.classList.toggle("chosen", here);
      if (here) target.setAttribute("aria-current", "true");
      else target.removeAttribute("aria-current");
    }
    const chosen = [...this.elements].find(([, of]) => of === place)?.[0];
    if (!chosen) return;
    this.svg.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    chosen.setAttribute("tabindex", "0");
  }

  key(event) {
    const targets = [...this.elements.keys()];
    const here = targets.indexOf(event.target);
    if (here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const place = this.elements.get(event.target);
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) {
      const next = targets[(here + way + targets.length) % targets.length];
      next.focus();
      this.choose(this.elements.get(next));
    } else if (event.key === "Enter") {
      this.edit(place);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Puts a field for a new number over the old one; calls back with what was typed.
  field(place, value, done) {
    this.holder.querySelector(".in-place")?.remove();
    const text = this.texts.get(place);
    const target = [...this.elements].find(([, of]) => of === place)?.[0];
    const over = (text ?? target)?.getBoundingClientRect();
    if (!over) return false;
    const around = this.holder.getBoundingClientRect();
    const field = document.createElement("input");
    field.className = "in-place";
    field.value = value;
    field.setAttribute("aria-label", `a new number in the place of ${value}`);
    field.style.left = `${Math.max(0, Math.min(around.width - 90, over.left - around.left - 20))}px`;
    field.style.top = `${Math.max(0, Math.min(around.height - 28, over.top - around.top - 6))}px`;
    const close = (typed) => {
      field.onblur = null;
      field.remove();
      target?.focus();
      if (typed !== null) done(typed);
    };
    field.onblur = () => close(null);
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") close(field.value);
      if (event.key === "Escape") close(null);
    });
    this.holder.append(field);
    field.focus();
    field.select();
    return true;
  }
}

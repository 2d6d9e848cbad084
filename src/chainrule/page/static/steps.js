// The timeline: which number of the step is now, and the ways to another one.

function ticksOf(groups) {
  return groups.reduce((count, group) => count + group.count, 0);
}

export class Steps {
  constructor(holder, moved) {
    this.holder = holder;
    this.moved = moved;
    this.groups = [];
    this.ticks = [];
    this.now = 0;
    this.clock = null;
    holder.addEventListener("click", (event) => {
      const tick = event.target.closest("[data-tick]") ?? event.target.closest(".group")?.querySelector("i");
      if (tick) this.go(Number(tick.dataset.tick));
    });
  }

  // Draws the ticks of the groups that are computed; `first` numbers came in before them.
  draw(groups, first) {
    const shape = JSON.stringify(groups.map((group) => [group.title, group.count]));
    this.first = first;
    if (shape !== this.shape) {
      this.shape = shape;
      this.groups = [];
      const drawn = [];
      let tick = 0;
      for (const group of groups) {
        const box = document.createElement("span");
        box.className = `group ${group.part}`;
        box.title = `${group.title}: ${group.count + group.left_out} ${group.count + group.left_out === 1 ? "number" : "numbers"}${group.left_out ? `, ${group.count} with a tick` : ""}`;
        box.style.flexGrow = 2 + Math.min(group.count, 12);
        const marks = document.createElement("span");
        this.groups.push({ start: tick, box });
        for (let each = 0; each < group.count; each += 1) {
          const mark = document.createElement("i");
          mark.dataset.tick = tick;
          tick += 1;
          marks.append(mark);
        }
        const said = document.createElement("small");
        said.textContent = group.title;
        box.append(marks, said);
        drawn.push(box);
      }
      this.holder.replaceChildren(...drawn);
      this.holder.classList.toggle("many", ticksOf(groups) > 150);
      this.ticks = [...this.holder.querySelectorAll("i")];
      for (const said of this.holder.querySelectorAll("small")) {
        said.classList.toggle("no-room", said.scrollWidth > said.clientWidth + 1);
      }
    }
    this.now = Math.min(this.now, this.ticks.length - 1);
    this.mark();
  }

  mark() {
    this.ticks.forEach((tick, step) => {
      tick.classList.toggle("past", step < this.now);
      tick.classList.toggle("now", step === this.now);
    });
    const here = this.group(this.now);
    this.groups.forEach((group, number) => group.box.classList.toggle("now", number === here));
  }

  group(step) {
    let found = 0;
    this.groups.forEach((group, number) => {
      if (group.start <= step) found = number;
    });
    return found;
  }

  go(step) {
    this.now = Math.max(0, Math.min(this.ticks.length - 1, step));
    this.mark();
    this.moved(this.now);
  }

  jump(way) {
    const here = this.group(this.now);
    const start = this.groups[here].start;
    if (way < 0 && this.now > start) this.go(start);
    else if (this.groups[here + way]) this.go(this.groups[here + way].start);
    else this.go(way < 0 ? 0 : this.ticks.length - 1);
  }

  get playing() {
    return this.clock !== null;
  }

  pause() {
    clearInterval(this.clock);
    this.clock = null;
    document.querySelector('[data-go="play"]').setAttribute("aria-pressed", "false");
  }

  playOrPause() {
    if (this.playing) {
      this.pause();
      return;
    }
    document.querySelector('[data-go="play"]').setAttribute("aria-pressed", "true");
    this.clock = setInterval(() => {
      if (this.now + 1 < this.ticks.length) this.go(this.now + 1);
      else this.pause();
    }, 900);
    this.go(this.now + 1 < this.ticks.length ? this.now + 1 : 0);
  }
}

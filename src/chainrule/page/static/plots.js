// The loss and the boundary: curves, and planes of colors that the server computed.

const SVG = "http://www.w3.org/2000/svg";

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// Draws a plane of colors with its dots; each class has a color and a shape.
function plane(told) {
  const box = element("div", "plane");
  const canvas = document.createElement("canvas");
  canvas.width = told.width;
  canvas.height = told.height;
  const pixels = Uint8Array.from(atob(told.pixels), (letter) => letter.charCodeAt(0));
  const image = canvas.getContext("2d").createImageData(told.width, told.height);
  for (let each = 0; each < told.width * told.height; each += 1) {
    image.data.set([pixels[3 * each], pixels[3 * each + 1], pixels[3 * each + 2], 255], 4 * each);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", told.legend.map((entry) => entry.words).join("; "));
  const dots = document.createElementNS(SVG, "svg");
  dots.setAttribute("viewBox", "0 0 300 300");
  dots.setAttribute("preserveAspectRatio", "none");
  dots.setAttribute("aria-hidden", "true");
  for (const { x, y, class: kind, target } of told.dots) {
    const dot = document.createElementNS(SVG, kind % 2 ? "path" : "circle");
    const [left, top] = [300 * x, 300 * y];
    if (kind % 2) {
      dot.setAttribute("d", `M${left - 4} ${top + 3.4}L${left} ${top - 4}L${left + 4} ${top + 3.4}Z`);
    } else {
      dot.setAttribute("cx", left);
      dot.setAttribute("cy", top);
      dot.setAttribute("r", 3.4);
    }
    dot.setAttribute("class", kind < 4 ? `class-${kind}` : "many");
    const said = document.createElementNS(SVG, "title");
    said.textContent = target;
    dot.append(said);
    dots.append(dot);
  }
  box.append(canvas, dots);
  return box;
}

// Says what the colors of a plane mean.
function legend(told) {
  const said = element("p", "legend");
  for (const { color, words } of told.legend) {
    const patch = element("i", "patch");
    patch.style.backgroundColor = color;
    said.append(patch, `${words} `);
  }
  return said;
}

function curve(svg) {
  const box = element("div", "curve");
  if (svg) box.innerHTML = svg; // ours, and escaped where it was written
  else box.append(element("p", "quiet", "No step was taken yet: Train, Step or Epoch."));
  return box;
}

export class Boundary {
  constructor(page, holder) {
    this.page = page;
    this.holder = holder;
    this.busy = false;
  }

  async draw() {
    const { page, holder } = this;
    if (page.view.about.sizes[0] !== 2) {
      holder.replaceChildren(element("p", "quiet", `A boundary is drawn for two inputs; this network has ${page.view.about.sizes[0]}.`));
      return;
    }
    if (this.busy) return;
    this.busy = true;
    try {
      const told = await page.ask("plane");
      if (page.drawers.drawer !== this) return;
      const pair = element("div", "pair");
      const left = element("div", "");
      left.append(plane(told.plane), legend(told.plane));
      const right = element("div", "");
      right.append(curve(told.curve));
      pair.append(left, right);
      holder.replaceChildren(pair);
    } catch (error) {
      page.refuse(error);
    } finally {
      this.busy = false;
    }
  }

  moving() {
    this.draw();
  }
}

export class Losses {
  constructor(page, holder) {
    this.page = page;
    this.holder = holder;
    this.busy = false;
  }

  opened() {
    const pair = element("div", "pair");
    this.left = element("div", "");
    const right = element("div", "");
    const bar = element("p", "", "The loss over ");
    const { view } = this.page;
    const weights = view.places.map((place, number) => [place, view.names[number]]).filter(([place]) => /^[Wb]\./.test(place));
    this.choices = ["first", "second"].map((which, place) => {
      const choice = document.createElement("select");
      choice.setAttribute("aria-label", `the ${which} weight`);
      choice.append(...weights.map(([value, name]) => Object.assign(document.createElement("option"), { value, textContent: name })));
      choice.selectedIndex = Math.min(place, weights.length - 1);
      choice.addEventListener("change", () => this.slice());
      return choice;
    });
    bar.append(this.choices[0], " and ", this.choices[1]);
    this.shown = element("div", "plane");
    this.legend = element("p", "legend");
    right.append(bar, this.shown, this.legend);
    pair.append(this.left, right);
    this.holder.replaceChildren(pair);
    this.places = weights.map(([place]) => place).join();
  }

  async draw() {
    const { view } = this.page;
    if (view.places.filter((place) => /^[Wb]\./.test(place)).join() !== this.places) this.opened();
    await this.curve();
    await this.slice();
  }

  async curve() {
    if (this.busy) return;
    this.busy = true;
    try {
      const told = await this.page.ask("curve");
      this.left.replaceChildren(curve(told.curve));
    } catch (error) {
      this.page.refuse(error);
    } finally {
      this.busy = false;
    }
  }

  async slice() {
    const [first, second] = this.choices.map((choice) => choice.value);
    try {
      const told = await this.page.ask("slice", { first, second });
      const drawn = plane(told.plane);
      this.shown.replaceWith(drawn);
      this.shown = drawn;
      this.legend.replaceChildren(...legend(told.plane).childNodes);
    } catch (error) {
      this.legend.textContent = error.message;
    }
  }

  moving() {
    this.curve();
  }
}

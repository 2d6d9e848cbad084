// The drawers: every number as a table, matrices, one's own numbers, the loss, the boundary, the code.

import { Code } from "/assets/code.js";
import { Matrix } from "/assets/matrix.js";
import { Mine } from "/assets/mine.js";
import { Boundary, Losses } from "/assets/plots.js";
import { Table } from "/assets/table.js";

const $ = (id) => document.getElementById(id);
const NAMES = ["table", "matrix", "mine", "losses", "boundary", "code"];

export class Drawers {
  constructor(page) {
    this.page = page;
    this.open = null;
    const holder = $("drawer");
    this.drawers = {
      table: new Table(page, holder),
      matrix: new Matrix(page, holder),
      mine: new Mine(page, holder),
      losses: new Losses(page, holder),
      boundary: new Boundary(page, holder),
      code: new Code(page, holder),
    };
    for (const name of NAMES) {
      $(`tab-${name}`).addEventListener("click", () => this.toggle(name));
    }
    document.querySelector(".tabs").addEventListener("keydown", (event) => this.key(event));
  }

  get drawer() {
    return this.open && this.drawers[this.open];
  }

  // Opens a drawer, or closes it where it is the open one.
  toggle(name) {
    this.open = this.open === name ? null : name;
    for (const each of NAMES) {
      $(`tab-${each}`).setAttribute("aria-selected", String(each === this.open));
      $(`tab-${each}`).tabIndex = each === (this.open ?? NAMES[0]) ? 0 : -1;
    }
    $("drawer").hidden = !this.open;
    $("drawer").replaceChildren();
    if (!this.open) return;
    $("drawer").setAttribute("aria-label", $(`tab-${this.open}`).textContent);
    this.drawer.opened?.();
    this.refresh();
  }

  key(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const here = NAMES.findIndex((name) => event.target.id === `tab-${name}`);
    $(`tab-${NAMES[(here + way + NAMES.length) % NAMES.length]}`).focus();
  }

  // Draws the open drawer from the state that is shown now.
  refresh() {
    this.drawer?.draw();
  }

  // The number that is looked at is another one.
  chosen() {
    this.drawer?.chosen?.();
  }

  // The network learns: only what shows that is drawn meanwhile.
  moving() {
    this.drawer?.moving?.();
  }
}

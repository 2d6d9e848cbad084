// The step in matrices, as the server wrote them.

export class Matrix {
  constructor(page, holder) {
    this.page = page;
    this.holder = holder;
  }

  async draw() {
    const state = this.page.state;
    try {
      const told = await this.page.ask("matrices");
      if (state !== this.page.state || this.page.drawers.drawer !== this) return;
      const text = document.createElement("pre");
      text.textContent = told.text;
      this.holder.replaceChildren(text);
    } catch (error) {
      this.page.refuse(error);
    }
  }
}

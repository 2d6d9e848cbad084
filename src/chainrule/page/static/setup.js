// What can be chosen at the top: the example, the network, the rule, names and digits; share, export, an own table.

import { ask, askAboutTable } from "/assets/server.js";

const $ = (id) => document.getElementById(id);
const NETWORK = ["sizes", "hidden", "output", "loss", "optimizer", "rate", "batch", "names"];
const LONG = 6000; // letters of a link that nobody wants to paste any more
const SUFFIXES = ["html", "tex", "ods", "xlsx", "ipynb", "py", "md", "json", "txt", "svg", "png"];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class Setup {
  constructor(page) {
    this.page = page;
    $("what").addEventListener("change", () => this.open($("what").value));
    for (const name of NETWORK) {
      $(name).addEventListener("change", () => this.change(name));
    }
    $("digits").value = "10";
    $("digits").addEventListener("change", () => page.act("show", {}, { keep: true }));
    $("share").addEventListener("click", () => this.share());
    $("export").addEventListener("click", () => this.export());
    $("own").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", () => this.table($("file").files[0]));
    $("close").addEventListener("click", () => $("dialog").close());
    document.addEventListener("paste", (event) => this.pasted(event));
    this.droppable();
  }

  // How numbers are to be seen, as it goes with every request.
  look() {
    const [kind, decimals] = $("digits").value.split(" ");
    return kind === "hand" ? { digits: 10, by_hand: Number(decimals) } : { digits: Number(kind) };
  }

  draw(about) {
    $("sizes").value = about.sizes.join("-");
    for (const name of ["hidden", "output", "loss", "optimizer", "rate", "batch", "names"]) {
      if (document.activeElement !== $(name) || $(name).tagName === "SELECT") $(name).value = about[name];
    }
  }

  async open(what) {
    if (!what) return;
    await this.page.training.stop();
    await this.page.act("open", { what, chosen: "" }, { fresh: true });
    $("what").value = "";
  }

  async change(name) {
    await this.page.training.stop();
    const fresh = name !== "names";
    await this.page.act("change", { [name]: $(name).value }, { fresh, keep: !fresh });
  }

  dialog(title, ...body) {
    $("dialog-title").textContent = title;
    $("dialog-body").replaceChildren(...body);
    $("dialog-refused").textContent = "";
    if (!$("dialog").open) $("dialog").showModal();
  }

  async share() {
    let link;
    try {
      ({ link } = await ask("share", this.page.entries()));
    } catch (error) {
      this.page.refuse(error);
      return;
    }
    const text = element("textarea", { readOnly: true, value: `#${link}`, ariaLabel: "The link" });
    const copy = element("button", { type: "button", textContent: "Copy" });
    copy.addEventListener("click", async () => {
      text.select();
      await navigator.clipboard.writeText(text.value);
      copy.textContent = "Copied";
    });
    const file = element("a", {
      href: URL.createObjectURL(new Blob([`#${link}\n`], { type: "text/plain" })),
      download: "page.txt",
      textContent: "Save it as a file",
    });
    const told =
      link.length > LONG
        ? `It is ${link.length.toLocaleString("en")} letters long: pass it on as a file.`
        : "It carries the network, the rows, the weights and the place. Nothing in it is ever run.";
    this.dialog(
      "Share this state",
      element("p", { textContent: told }),
      text,
      element("p", { className: "files" }, copy, file),
      element("p", { className: "quiet" }, "Who gets it pastes it into a page that is open, or types ", element("code", { textContent: "chainrule page '#…'" }), " or ", element("code", { textContent: "chainrule page page.txt" }), "."),
    );
    text.focus();
    text.select();
  }

  async pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!text.includes("#chainrule-page-") || event.target.closest("textarea")) return;
    event.preventDefault();
    await this.page.training.stop();
    this.page.act("link", { link: text.trim() }, { fresh: true });
  }

  async export() {
    let command = "";
    try {
      ({ command } = await ask("command", this.page.entries()));
    } catch (error) {
      this.page.refuse(error);
      return;
    }
    const files = SUFFIXES.map((suffix) =>
      element("a", { href: `/export/${this.page.state}/${suffix}`, download: `step.${suffix}`, textContent: `.${suffix}` }),
    );
    for (const link of files) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.download(link);
      });
    }
    this.dialog(
      "Export this step",
      element("p", { textContent: "As a page, LaTeX, a live sheet, a notebook, a script, text or a picture:" }),
      element("p", { className: "files" }, ...files),
      element("p", { className: "quiet" }, "The same files, byte for byte, come from ", element("code", { textContent: `${command} -o step.html` }), " and so on."),
    );
  }

  // Fetches a file before it is offered, so that a refusal is a sentence here and no file.
  async download(link) {
    const response = await fetch(link.href);
    if (!response.ok) {
      $("dialog-refused").textContent = await response.text();
      return;
    }
    const file = element("a", { href: URL.createObjectURL(await response.blob()), download: link.download });
    file.click();
  }

  droppable() {
    document.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    for (const kind of ["dragleave", "drop", "dragend"]) {
      document.addEventListener(kind, () => document.body.classList.remove("dropping"));
    }
    document.addEventListener("drop", (event) => {
      const [file] = event.dataTransfer.files;
      if (!file) return;
      event.preventDefault();
      this.table(file);
    });
  }

  // Shows the columns of a table, so that a target, inputs and hidden layers can be chosen.
  async table(file) {
    if (!file) return;
    await this.page.training.stop();
    let told;
    try {
      told = await askAboutTable(file);
    } catch (error) {
      this.page.refuse(error);
      return;
    } finally {
      $("file").value = "";
    }
    const target = element("select", { ariaLabel: "The column to predict" });
    target.append(...told.columns.map((column) => element("option", { value: column.name, textContent: column.name })));
    target.value = told.columns.at(-1).name;
    const boxes = told.columns.map((column) => element("input", { type: "checkbox", value: column.name, checked: true }));
    const inputs = element("fieldset", { className: "columns" });
    inputs.append(...told.columns.map((column, number) => element("label", {}, boxes[number], ` ${column.name}: ${column.words}`)));
    const hidden = element("input", { value: "8", size: 9, ariaLabel: "Units of the hidden layers" });
    const open = element("button", { type: "button", textContent: "Open" });
    const mark = () => {
      for (const box of boxes) box.disabled = box.value === target.value;
    };
    target.addEventListener("change", mark);
    mark();
    open.addEventListener("click", async () => {
      const chosen = boxes.filter((box) => box.checked && !box.disabled).map((box) => box.value);
      const answer = await this.page.act(
        "table",
        { table: told.table, target: target.value, inputs: chosen, hidden: hidden.value, chosen: "" },
        { fresh: true },
      );
      if (answer) $("dialog").close();
      else $("dialog-refused").textContent = $("refused").textContent;
    });
    this.dialog(
      `A table of ${told.rows.toLocaleString("en")} rows`,
      element("p", {}, element("label", {}, "Predict ", target)),
      element("p", { textContent: "from" }),
      inputs,
      element("p", {}, element("label", {}, "with hidden layers of ", hidden), " units, such as 8 or 16-8 ", open),
    );
  }
}

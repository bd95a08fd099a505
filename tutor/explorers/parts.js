// The parts of the screen, each by itself: a picture, tabs, a menu, the stage on which a class is shown the explorer.

// A picture comes whole once, as its key. Then comes what differs from the key; what no longer does goes back to it.
class Picture {
  constructor() { this.node = make("div", { class: "tutor-scene" }); }
  show(whole, { alt, items }, lit) {
    if (whole !== this.whole) {
      this.whole = this.node.innerHTML = whole;
      this.svg = this.node.firstElementChild;
      this.items = new Map([...this.svg.querySelectorAll("[data-item]")].map((item) => [item.dataset.item, item]));
      this.keys = new Map();
      this.differ = {};
      this.measure();
    }
    this.svg.setAttribute("aria-label", alt);
    for (const id of Object.keys({ ...this.differ, ...items })) {
      const item = this.items.get(id);
      const key = this.keys.get(id) ?? this.keys.set(id, {}).get(id);
      for (const [name, value] of Object.entries({ ...key, ...items[id] })) {
        const now = name === "text" ? item.textContent : item.getAttribute(name) ?? "";
        key[name] ??= now;
        // What stays the same is not set again, since the browser would lay it out again.
        if (now === value) continue;
        if (name === "text") item.textContent = value; else item.setAttribute(name, value);
      }
    }
    this.differ = items;
    for (const [id, item] of this.items) item.classList.toggle("tutor-lit", lit.some((start) => id.startsWith(start)));
  }
  // The style sheet fits it into its pane, but not smaller than its smallest letters can be read.
  measure() {
    const { width, height } = this.svg.viewBox.baseVal;
    const letters = [...this.svg.querySelectorAll("text")].map((text) => text.getAttribute("font-size"));
    const sizes = { "--width": width, "--height": height, "--letters": Math.min(...letters, width) };
    for (const [name, size] of Object.entries(sizes)) this.svg.style.setProperty(name, size);
  }
}

const download = (name, bytes) => {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([bytes])) });
  link.click();
  URL.revokeObjectURL(link.href);
};

// What is too long for its place is set smaller by steps, of which the style sheet knows the sizes. What is still too
// long is scrolled, by keyboard too.
const FITTED = [
  "numbers", "formula", "move", "feedback", "ask", "options", "shapes", "verdict",
].map((name) => `.tutor-${name}`).join(", ");
const STEPS = 4;
const fit = (node) => {
  const wraps = getComputedStyle(node).whiteSpace !== "nowrap";
  const isTooLong = () => node.scrollWidth > node.clientWidth + 1 || (wraps && node.scrollHeight > node.clientHeight + 1);
  let step = 0;
  do node.dataset.fit = step; while (isTooLong() && step++ < STEPS);
  if (step > STEPS) node.tabIndex = 0; else node.removeAttribute("tabindex");
};

// Tabs, one panel at a time. Only what is shown is in the page.
const makeTabs = (panels, label, onShow) => {
  const panel = make("div", { class: "tutor-diagram", role: "tabpanel", tabindex: 0, "data-lm-suppress-shortcuts": "true" });
  const tabs = new Map([...panels].map(([key, { title }]) => [key, button(title, () => open(key), { role: "tab" })]));
  let shown;
  const open = (key) => {
    if (key === shown || !panels.has(key)) return;
    shown = key;
    for (const [one, tab] of tabs) {
      tab.setAttribute("aria-selected", one === key);
      tab.tabIndex = one === key ? 0 : -1;
    }
    panel.setAttribute("aria-label", panels.get(key).title);
    panel.replaceChildren(panels.get(key).node);
    panel.scrollTop = 0;
    onShow(key);
  };
  const turn = (way) => {
    const keys = [...tabs.keys()].filter((key) => !tabs.get(key).hidden);
    open(keys.at((keys.indexOf(shown) + way) % keys.length));
  };
  const list = make("div", { class: "tutor-tabs", role: "tablist", "aria-label": label }, ...tabs.values());
  list.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    turn(way);
    tabs.get(shown).focus();
  });
  return { list, panel, open, turn, get shown() { return shown; } };
};

// Some buttons under one; Escape or a press elsewhere closes it.
const makeMenu = (label, ...entries) => {
  const list = make("div", { class: "tutor-entries", role: "group", "aria-label": label, hidden: true }, ...entries);
  const opener = button("…", () => toggle(list.hidden), { "aria-label": label, "aria-expanded": false });
  const node = make("div", { class: "tutor-menu" }, opener, list);
  const toggle = (isOpen) => {
    list.hidden = !isOpen;
    opener.setAttribute("aria-expanded", isOpen);
    if (isOpen) list.querySelector("button").focus();
  };
  node.addEventListener("focusout", ({ relatedTarget }) => { if (!node.contains(relatedTarget)) toggle(false); });
  node.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const way = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape" && !list.hidden) {
      toggle(false);
      opener.focus();
    } else if (way && !list.hidden) buttons.at((buttons.indexOf(document.activeElement) + way) % buttons.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("click", ({ target }) => {
    if (!target.matches("button")) return;
    toggle(false);
    opener.focus();
  });
  return node;
};

// Fills the screen with the explorer: the browser's own way where the page may, else above all else on the page.
const makeStage = (el, words, onKey, onTurn) => {
  const isOn = () => el.classList.contains("tutor-presenting");
  const toggle = async (on) => {
    if (on === isOn()) return;
    // JupyterLab must not take the cell for an empty one meanwhile.
    el.parentElement.style.minHeight = on ? `${el.offsetHeight}px` : "";
    el.classList.toggle("tutor-presenting", on);
    opener.textContent = on ? words.leave : words.present;
    document[on ? "addEventListener" : "removeEventListener"]("keydown", handle, true);
    onTurn();
    if (!on) {
      el.removeAttribute("popover");
      if (document.fullscreenElement === el) document.exitFullscreen();
      else opener.scrollIntoView({ block: "nearest" });
      return;
    }
    try {
      await el.requestFullscreen();
    } catch {
      if (!isOn()) return;
      el.setAttribute("popover", "manual");
      el.showPopover();
    }
  };
  const handle = (event) => {
    if (event.key === "Escape" && !event.target.closest?.(".tutor-menu:has([aria-expanded=true])")) toggle(false);
    else if (!onKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onFullscreen = () => { if (!document.fullscreenElement) toggle(false); };
  el.addEventListener("fullscreenchange", onFullscreen);
  const opener = button(words.present, () => toggle(!isOn()), { class: "tutor-present" });
  return { opener, close: () => toggle(false) };
};

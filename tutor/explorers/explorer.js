// Lays out what Python shows, and reports what the learner moves, as it was moved or typed. It reads no number, knows no
// rule and says no sentence. `model` is anywidget's; its attributes are those of widget.py and session.py.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
};

// A summary of more columns than this needs the whole page's width to be read.
const WIDE = 76;

// A size runs over decades, so the track is logarithmic. Underneath lies a native range, invisible, for the keyboard
// and for screen readers: its value is the size itself, which may lie beyond its end.
const sizeControl = (spec, commit) => {
  let value = spec.low, high = spec.high, limit = spec.limit;
  const range = make("input", { type: "range", min: spec.low, max: high, step: 1, "aria-label": spec.label });
  // Not of type "number": that swallows "abc" without a word, and "1,000,000" too.
  const field = make("input", {
    type: "text", inputmode: "numeric", role: "spinbutton", "aria-valuemin": spec.low, "aria-valuemax": limit,
    "aria-label": spec.label, autocomplete: "off", spellcheck: "false",
  });
  let editing = false; // what is being typed must not be overwritten by an answer that comes in meanwhile
  let waiting = null; // the keys that were pressed since a number was typed, until the kernel has read it
  const thumb = make("span", { class: "tutor-thumb" });
  const track = make("span", { class: "tutor-track" }, make("span", { class: "tutor-rail" }), range, thumb);

  const decades = () => Math.log(high - spec.low + 1) || 1;
  const show = (next, end) => {
    value = next;
    if (end !== undefined && end !== limit) {
      range.max = high = limit = end;
      field.setAttribute("aria-valuemax", end);
    }
    const shown = Math.min(value, high);
    range.value = shown;
    range.setAttribute("aria-valuenow", shown);
    range.setAttribute("aria-valuetext", value.toLocaleString("en-US"));
    field.setAttribute("aria-valuenow", value);
    if (!editing) field.value = value;
    thumb.style.left = `${(100 * Math.log(shown - spec.low + 1)) / decades()}%`;
    const keys = waiting ?? [];
    waiting = null;
    for (const move of keys) set(move());
  };
  const set = (next) => {
    const within = Math.min(limit, Math.max(spec.low, Math.round(next)));
    if (within !== value) commit(spec.key, within);
  };
  const typed = () => {
    if (!editing) return;
    editing = false;
    waiting = [];
    commit(spec.key, field.value);
  };

  const keys = {
    ArrowUp: () => value + 1, ArrowDown: () => value - 1, ArrowRight: () => value + 1, ArrowLeft: () => value - 1,
    PageUp: () => 2 * value, PageDown: () => value / 2, Home: () => spec.low, End: () => high,
  };
  const onKey = (event) => {
    if (event.target === field && event.key === "Enter") typed();
    if (!keys[event.key] || (event.target === field && !/Up|Down/.test(event.key))) return;
    event.preventDefault();
    typed();
    if (waiting) waiting.push(keys[event.key]); else set(keys[event.key]());
  };
  for (const node of [range, field]) node.addEventListener("keydown", onKey);
  range.addEventListener("input", () => set(Number(range.value)));
  field.addEventListener("input", () => { editing = true; });
  for (const event of ["change", "blur"]) field.addEventListener(event, typed);

  const follow = (event) => {
    const box = track.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    set(spec.low + Math.exp(share * decades()) - 1);
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    range.focus();
    track.setPointerCapture(event.pointerId);
    follow(event);
  });
  track.addEventListener("pointermove", (event) => {
    if (track.hasPointerCapture(event.pointerId)) follow(event);
  });

  return { node: make("div", { class: "tutor-size", title: spec.help }, make("span", {}, spec.label), track, field), show };
};

const flagControl = (spec, commit) => {
  const box = make("input", { type: "checkbox", onchange: () => commit(spec.key, box.checked) });
  const show = (value) => { box.checked = value; };
  return { node: make("label", { class: "tutor-flag", title: spec.help }, box, spec.label), show };
};

const choiceControl = (spec, commit) => {
  const options = Object.entries(spec.options).map(([value, name]) => make("option", { value }, name));
  const list = make("select", { onchange: () => commit(spec.key, list.value) }, ...options);
  const show = (value) => { list.value = value; };
  return { node: make("label", { class: "tutor-flag", title: spec.help }, spec.label, list), show };
};

const CONTROLS = { size: sizeControl, flag: flagControl, choice: choiceControl };

// A picture comes whole once, as its key. Then comes what differs from the key; what no longer does goes back to it.
class Picture {
  constructor() { this.node = make("div"); }
  show(whole, { alt, items }) {
    if (whole !== this.whole) {
      this.whole = this.node.innerHTML = whole;
      this.svg = this.node.firstElementChild;
      this.items = new Map([...this.svg.querySelectorAll("[data-item]")].map((item) => [item.dataset.item, item]));
      this.keys = new Map();
      this.differ = {};
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
  }
}

const download = (name, bytes) => {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([bytes])) });
  link.click();
  URL.revokeObjectURL(link.href);
};

// How many views of each explorer the page has: when its first one comes or its last one goes, the kernel is told.
const views = new Map();

function render({ model, el }) {
  const { title, controls: specs, presets, said, pictures, words, still } = model.get("opening");
  el.classList.add("tutor-explorer");
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", title);

  // A move tells all that was moved since the kernel last answered, so that one left out on the way leaves nothing out.
  const isBehind = () => model.get("stands").told !== model.get("moves").n;
  const send = (move) => {
    model.set("moves", { ...move, n: move.n + 1 });
    model.save_changes();
  };
  const commit = (key, value) => {
    const { changes, ...last } = model.get("moves");
    send({ ...last, changes: { ...(isBehind() && changes), [key]: value } });
  };
  const jump = (to) => {
    const { n, jumps } = model.get("moves");
    send({ n, jumps: jumps + 1, to, changes: {} });
  };

  const controls = new Map(specs.map((spec) => [spec.key, CONTROLS[spec.kind](spec, commit)]));
  const nodesOf = (...kinds) => specs.filter((spec) => kinds.includes(spec.kind)).map((spec) => controls.get(spec.key).node);
  const button = (name, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, name);

  const preset = make("select", { "aria-label": words.preset, onchange: () => { jump(preset.value); preset.value = ""; } },
    make("option", { value: "" }, words.presets),
    ...Object.entries(presets).map(([value, name]) => make("option", { value }, name)));
  const copy = button(words.copy, async () => {
    try {
      await navigator.clipboard.writeText(panes.code.textContent);
      panes.move.textContent = words.copied;
    } catch {
      listing.open = true; // over plain http, browsers give no page the clipboard
      panes.move.textContent = words.uncopied;
    }
  });
  const which = make("select", { "aria-label": words.picture }, 
    ...Object.entries(pictures).map(([value, { title: name }]) => make("option", { value }, name)));
  const save = make("span", { class: "tutor-save" }, words.save, which, ...["png", "svg", "pdf"].map((format) => button(
    format.toUpperCase(), () => model.send({ do: "save", picture: which.value, format }),
    { "aria-label": `${words["save as"]} ${format.toUpperCase()}` })));
  const restart = button(words.restart, () => model.send({ do: "restart" }));

  const pane = (name, attributes) => make("div", { class: `tutor-${name}`, ...attributes });
  const panes = {
    formula: pane("formula"), shapes: pane("shapes"), diagram: pane("diagram"), weights: pane("weights"),
    move: make("p", { class: "tutor-move", role: "status" }),
    code: make("pre", { class: "tutor-code", tabindex: 0, "aria-label": words.listing }),
    rows: pane("rows", { tabindex: 0, "aria-label": words.rows }),
    keras: pane("keras"), verdict: pane("verdict", { role: "status" }),
  };
  const listing = make("details", {}, make("summary", {}, words.listing), panes.code);
  const summary = make("pre", { tabindex: 0, "aria-label": words.summary });
  const waiting = pane("waiting", { role: "status" });
  panes.keras.append(summary, waiting);

  el.append(
    make("style", {}, `.${still}, .jp-OutputArea-child:has(.${still}) { display: none; }`),
    make("div", { class: "tutor-page" },
      make("div", { class: "tutor-controls" },
        ...nodesOf("size"),
        make("div", { class: "tutor-flags" }, ...nodesOf("flag", "choice")),
        make("div", { class: "tutor-buttons" }, preset, button(words.reset, () => jump("")), copy, save)),
      make("div", { class: "tutor-lesson" },
        make("div", { class: "tutor-words" }, panes.formula, panes.move), panes.diagram, panes.shapes, panes.weights),
      panes.keras, panes.verdict, panes.rows, listing));
  // Else JupyterLab takes the arrow keys. It asks the focused element first, so the attribute has to be there.
  for (const node of [el, restart, ...el.querySelectorAll("input, select, button, pre, summary")]) {
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  const showBusy = () => {
    const behind = isBehind();
    el.setAttribute("aria-busy", behind);
    for (const node of [panes.keras, panes.verdict]) node.setAttribute("aria-busy", behind || model.get("waits"));
  };
  const showStands = () => {
    const { values, ends } = model.get("stands");
    // While moves are under way, the controls stand where they were put.
    if (!isBehind()) for (const [key, value] of Object.entries(values)) controls.get(key).show(value, ends[key]);
    showBusy();
  };
  const showMoves = () => {
    for (const [key, value] of Object.entries(model.get("moves").changes)) {
      if (typeof value !== "string" || !controls.get(key).node.matches(".tutor-size")) controls.get(key).show(value);
    }
    showBusy();
  };
  const showSummary = () => {
    const text = model.get("summary");
    summary.textContent = text;
    summary.hidden = !text;
    const columns = Math.max(...text.split("\n").map((line) => line.length));
    summary.style.setProperty("--columns", columns);
    panes.keras.classList.toggle("tutor-wide", columns > WIDE);
  };
  const showKeras = () => {
    const { state, sentence } = model.get("keras");
    waiting.hidden = !sentence;
    waiting.dataset.state = state;
    waiting.replaceChildren(sentence, ...(state === "failed" ? [restart] : []));
  };

  // The event comes when the kernel's side goes, and again if it comes back.
  let alive = true;
  const showLife = () => {
    alive = !alive;
    el.classList.toggle("tutor-gone", !alive);
    if (!alive) panes.move.textContent = words.lost;
  };

  const watched = {
    "change:stands": showStands, "change:moves": showMoves, "change:waits": showBusy, "change:summary": showSummary,
    "change:keras": showKeras,
    "change:refused": () => { el.classList.toggle("tutor-refused", model.get("refused")); },
    "change:verdict": () => { panes.verdict.innerHTML = model.get("verdict"); },
  };
  for (const [key, place] of Object.entries(said)) {
    watched[`change:${key}`] = () => {
      panes[place].innerHTML = model.get(key);
      panes[place].hidden = place === "rows" && !model.get(key);
    };
  }
  for (const [key, { place }] of Object.entries(pictures)) {
    const picture = new Picture();
    panes[place].append(picture.node);
    watched[`change:${key}`] = watched[`change:${key}_now`] = () => picture.show(model.get(key), model.get(`${key}_now`));
  }
  for (const show of new Set(Object.values(watched))) show();
  // A page that opens loads each explorer as it was when it asked, and may lay that over what has come since.
  let newest = model.get("serial");
  watched["change:serial"] = () => {
    const serial = model.get("serial");
    if (serial < newest) model.send({ do: "shown", serial });
    newest = serial;
  };
  watched["comm_live_update"] = showLife;
  watched["msg:custom"] = (message, buffers) => download(message.download, buffers[0]);
  for (const [event, handler] of Object.entries(watched)) model.on(event, handler);

  views.set(still, (views.get(still) ?? 0) + 1);
  if (views.get(still) === 1) model.send({ do: "shown", serial: model.get("serial") });
  return () => {
    for (const [event, handler] of Object.entries(watched)) model.off(event, handler);
    views.set(still, views.get(still) - 1);
    if (!views.get(still)) model.send({ do: "gone" });
  };
}

export default { render };

// Lays an explorer out, reports what the learner moves, and fills in what Python says. It computes nothing itself.

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

const grouped = (number) => number.toLocaleString("en-US");

// As people write sizes: 1000000, 1,000,000, 1_000_000, 1 000 000, 1e6.
const read = (text) => (text.trim() === "" ? NaN : Number(text.replace(/(?<=\d)[,_\s'’](?=\d{3})/g, "")));

// A size runs over decades, so the track is logarithmic. Underneath lies a native range, invisible, for the keyboard
// and for screen readers: its value is the size itself, and an arrow key moves it by one.
const sizeControl = (spec, commit, say) => {
  const decades = Math.log(spec.high - spec.low + 1);
  let value = spec.start;

  const range = make("input", { type: "range", min: spec.low, max: spec.high, step: 1, "aria-label": spec.label });
  // Not of type "number": that swallows "abc" without a word, and "1,000,000" too.
  const field = make("input", {
    type: "text", inputmode: "numeric", role: "spinbutton", "aria-valuemin": spec.low, "aria-valuemax": spec.limit,
    "aria-label": spec.label, autocomplete: "off", spellcheck: "false",
  });
  let editing = false; // what is being typed must not be overwritten by an answer that comes in meanwhile
  const thumb = make("span", { class: "tutor-thumb" });
  const track = make("span", { class: "tutor-track" }, make("span", { class: "tutor-rail" }), range, thumb);

  const show = (next) => {
    value = next;
    const shown = Math.min(value, spec.high);
    range.value = shown;
    range.setAttribute("aria-valuenow", shown);
    range.setAttribute("aria-valuetext", grouped(value));
    field.setAttribute("aria-valuenow", value);
    if (!editing) field.value = value;
    thumb.style.left = `${(100 * Math.log(shown - spec.low + 1)) / decades}%`;
  };
  const set = (next) => {
    if (next === value) return show(value);
    show(next);
    commit(spec.key, next);
  };

  range.addEventListener("input", () => set(Number(range.value)));
  range.addEventListener("keydown", (event) => {
    const factor = { PageUp: 2, PageDown: 1 / 2 }[event.key];
    if (!factor) return;
    event.preventDefault();
    set(Math.min(spec.high, Math.max(spec.low, Math.round(value * factor))));
  });

  const follow = (event) => {
    const box = track.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    set(Math.round(spec.low + Math.exp(share * decades) - 1));
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

  const typed = () => {
    editing = false;
    const text = field.value;
    const next = read(text);
    if (Number.isInteger(next) && next >= spec.low && next <= spec.limit) return set(next);
    show(value);
    const given = text.trim() && `, not “${text.trim().slice(0, 40)}”`;
    say(`${spec.label} takes a whole number from ${grouped(spec.low)} to ${grouped(spec.limit)}${given}.`);
  };
  field.addEventListener("change", typed);
  field.addEventListener("input", () => { editing = true; });
  field.addEventListener("blur", () => {
    if (editing) typed(); // browsers send no "change" where Enter came between two edits
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") typed();
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (editing) typed();
    set(Math.min(spec.limit, Math.max(spec.low, value + step)));
  });

  show(value);
  const node = make("div", { class: "tutor-size", title: spec.help }, make("span", {}, spec.label), track, field);
  return { node, show };
};

const flagControl = (spec, commit) => {
  const box = make("input", { type: "checkbox", onchange: () => commit(spec.key, box.checked) });
  const show = (value) => { box.checked = value; };
  show(spec.start);
  return { node: make("label", { class: "tutor-flag", title: spec.help }, box, spec.label), show };
};

const choiceControl = (spec, commit) => {
  const list = make("select", { onchange: () => commit(spec.key, list.value) },
    ...spec.options.map((option) => make("option", {}, option)));
  const show = (value) => { list.value = value; };
  show(spec.start);
  return { node: make("label", { class: "tutor-flag", title: spec.help }, spec.label, list), show };
};

const CONTROLS = { size: sizeControl, flag: flagControl, choice: choiceControl };

// A kept picture is brought to new numbers by setting attributes of its items; nothing is drawn. What stays the same is
// not set again, since the browser would lay it out again.
const fill = (svg, change) => {
  svg.setAttribute("aria-label", change.alt);
  for (const [name, attributes] of Object.entries(change.items)) {
    const item = svg.items.get(name);
    for (const [key, value] of Object.entries(attributes)) {
      const attribute = key === "size" ? "font-size" : key;
      if (attribute === "text") { if (item.textContent !== value) item.textContent = value; }
      else if (item.getAttribute(attribute) !== `${value}`) item.setAttribute(attribute, value);
    }
  }
};

const download = (name, bytes) => {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([bytes])) });
  link.click();
  URL.revokeObjectURL(link.href);
};

function render({ model, el }) {
  el.classList.add("tutor-explorer");
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", `${model.get("title")} explorer`);

  const move = make("p", { class: "tutor-move", role: "status" });
  const say = (text) => { move.textContent = text; };
  const commit = (key, value) => {
    model.set("values", { ...model.get("values"), [key]: value });
    model.save_changes();
  };
  // A jump goes the way of every other move: what follows it at once must stand on it, and not overtake it.
  const jump = (values) => {
    model.set({ values, jumps: model.get("jumps") + 1 });
    model.save_changes();
  };

  const controls = new Map(model.get("controls").map((spec) => [spec.key, CONTROLS[spec.kind](spec, commit, say)]));
  const nodesOf = (...kinds) => model.get("controls").filter((spec) => kinds.includes(spec.kind))
    .map((spec) => controls.get(spec.key).node);

  const presets = make("select", {
    "aria-label": "preset",
    onchange: () => { jump(model.get("presets")[presets.value]); presets.value = ""; },
  }, make("option", { value: "" }, "presets …"), ...Object.keys(model.get("presets")).map((name) => make("option", {}, name)));
  const start = Object.fromEntries(model.get("controls").map((spec) => [spec.key, spec.start]));
  const reset = make("button", { type: "button", onclick: () => jump(start) }, "reset");
  const copy = make("button", {
    type: "button",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(model.get("words").code);
        say("The Keras code is on the clipboard.");
      } catch {
        listing.open = true; // over plain http, browsers give no page the clipboard
        say("This browser does not let the page copy. The code stands below: mark it and copy it by hand.");
      }
    },
  }, "copy the Keras code");
  const which = make("select", { "aria-label": "picture to save" });
  const save = make("span", { class: "tutor-save" }, "save", which, ...["png", "svg", "pdf"].map((format) =>
    make("button", {
      type: "button",
      "aria-label": `save as ${format.toUpperCase()}`,
      onclick: () => model.send({ do: "save", picture: which.value, format }),
    }, format.toUpperCase())));

  const formula = make("div", { class: "tutor-formula" });
  const shapes = make("div", { class: "tutor-shapes" });
  const main = make("div", { class: "tutor-diagram" });
  const weights = make("div", { class: "tutor-weights" });
  const code = make("pre", { class: "tutor-code", tabindex: 0, "aria-label": "Keras code" });
  const listing = make("details", {}, make("summary", {}, "the Keras code"), code);
  const keras = make("div", { class: "tutor-keras" });
  const ledger = make("div", { class: "tutor-rows", tabindex: 0, "aria-label": "the model row by row" });
  const summary = make("pre", { tabindex: 0, "aria-label": "Keras's own summary" });
  const waiting = make("div", { class: "tutor-waiting", role: "status" });
  const verdict = make("div", { class: "tutor-verdict", role: "status" });
  const restart = make("button", { type: "button", onclick: () => model.send({ do: "restart" }) }, "start Keras again");
  keras.append(summary, waiting);

  el.append(make("div", { class: "tutor-page" },
    make("div", { class: "tutor-controls" },
      ...nodesOf("size"),
      make("div", { class: "tutor-flags" }, ...nodesOf("flag", "choice")),
      make("div", { class: "tutor-buttons" }, presets, reset, copy, save)),
    make("div", { class: "tutor-lesson" }, make("div", { class: "tutor-words" }, formula, move), main, shapes, weights),
    keras, verdict, ledger, listing));
  // Else JupyterLab takes the arrow keys. It asks the focused element first, so the attribute has to be there.
  for (const node of [el, restart, ...el.querySelectorAll("input, select, button, pre, summary")]) {
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  // Pictures and what is filled into them come in one message, but are told apart, and in any order.
  let drawn = {};
  const frames = new Map();
  const showPictures = () => {
    const pictures = model.get("pictures");
    if (pictures !== drawn) draw(drawn = pictures);
    for (const [name, change] of Object.entries(model.get("changes"))) {
      fill(frames.get(name).firstElementChild, change);
    }
  };
  const draw = (pictures) => {
    const names = Object.keys(pictures);
    which.replaceChildren(...names.map((name) => make("option", {}, name)));
    main.replaceChildren();
    weights.replaceChildren();
    for (const [name, text] of Object.entries(pictures)) {
      const frame = make("div");
      frames.set(name, frame);
      (name === names[0] ? main : weights).append(frame);
      frame.innerHTML = text;
      const svg = frame.firstElementChild;
      svg.items = new Map([...svg.querySelectorAll("[data-item]")].map((item) => [item.dataset.item, item]));
    }
  };
  const showWords = () => {
    const words = model.get("words");
    formula.innerHTML = words.formula;
    shapes.innerHTML = words.shapes;
    move.innerHTML = words.move;
    code.textContent = words.code;
    el.classList.toggle("tutor-refused", words.refused);
    showBusy();
  };
  const showBusy = () => {
    const answered = model.get("words").values;
    const moved = Object.entries(model.get("values")).some(([key, value]) => answered[key] !== value);
    const behind = moved || model.get("keras").serial !== model.get("words").serial;
    const rows = (!behind && model.get("keras").ledger) || model.get("words").ledger;
    if (ledger.source !== rows) ledger.innerHTML = ledger.source = rows;
    ledger.hidden = !rows;
    el.setAttribute("aria-busy", moved);
    keras.setAttribute("aria-busy", behind);
    verdict.setAttribute("aria-busy", behind);
  };
  const showKeras = () => {
    const news = model.get("keras");
    const running = news.state === "ready";
    if (news.summary) {
      summary.textContent = news.summary;
      const columns = Math.max(...news.summary.split("\n").map((line) => line.length));
      summary.style.setProperty("--columns", columns);
      keras.classList.toggle("tutor-wide", columns > WIDE);
    }
    summary.hidden = !news.summary;
    waiting.hidden = running;
    waiting.textContent = running ? "" : news.sentence;
    waiting.dataset.state = news.state;
    if (news.state === "failed") waiting.append(restart);
    verdict.innerHTML = news.verdict;
    showBusy();
  };
  const showValues = () => {
    for (const [key, value] of Object.entries(model.get("values"))) controls.get(key).show(value);
    showBusy();
  };

  // The event comes when the kernel's side goes, and again if it comes back.
  let alive = true;
  const showLife = () => {
    alive = !alive;
    el.classList.toggle("tutor-gone", !alive);
    if (!alive) say("The kernel is gone or was started anew. Run the cell again to go on.");
  };

  const watched = {
    "comm_live_update": showLife, "change:pictures": showPictures, "change:changes": showPictures, "change:words": showWords,
    "change:keras": showKeras, "change:values": showValues,
    "msg:custom": (message, buffers) => download(message.download, buffers[0]),
  };
  for (const [event, handler] of Object.entries(watched)) model.on(event, handler);
  showPictures(); showWords(); showKeras(); showValues();
  return () => { for (const [event, handler] of Object.entries(watched)) model.off(event, handler); };
}

export default { render };

// Lays out what Python shows, and reports what the learner moves, as it was moved or typed. It reads no number, knows no
// rule and says no sentence. `model` is anywidget's; its attributes are those of widget.py and session.py.

// How many views of each explorer the page has: when its first one comes or its last one goes, the kernel is told.
const views = new Map();

function render({ model, el }) {
  const opening = model.get("opening");
  const { title, controls: specs, presets, said, pictures, words, still, guided = false } = opening;
  el.classList.add("tutor-explorer");
  el.classList.toggle("tutor-guided", guided);
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", title);
  el.setAttribute("data-lm-suppress-shortcuts", "true");

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
  const preset = make("select", { "aria-label": words.preset, onchange: () => { jump(preset.value); preset.value = ""; } },
    make("option", { value: "" }, words.presets),
    ...Object.entries(presets).map(([value, name]) => make("option", { value }, name)));

  const pane = (name, attributes) => make("div", { class: `tutor-${name}`, ...attributes });
  const listing = (name, label) => make("pre", { class: `tutor-${name}`, tabindex: 0, "aria-label": label });
  const panes = {
    formula: pane("formula"), shapes: pane("shapes"), allShapes: pane("all-shapes"), rows: pane("rows"),
    move: make("p", { class: "tutor-move", role: "status" }),
    code: listing("code", words.listing), verdict: pane("verdict", { role: "status" }),
  };
  const summaries = [listing("summary", words.summary), listing("summary", words.summary)];
  const waiting = pane("waiting", { role: "status" });
  const restart = button(words.restart, () => model.send({ do: "restart" }));
  const drawn = new Map(Object.keys(pictures).map((key) => [key, new Picture()]));
  const panels = new Map([
    ...Object.entries(pictures).map(([key, title]) => [key, { title, node: drawn.get(key).node }]),
    ["shapes", { title: words.shapes, node: panes.allShapes }],
    ["keras", { title: words.keras, node: pane("listing", {}) }],
    ["rows", { title: words.table, node: panes.rows }],
  ]);
  panels.get("keras").node.append(summaries[1], make("p", { class: "tutor-title" }, words.listing), panes.code);

  const showPicture = (key) => {
    if (tabs.shown === key) drawn.get(key)?.show(model.get(key), model.get(`${key}_now`), model.get("guide")?.lit ?? []);
  };
  const tabs = makeTabs(panels, words.pictures, (key) => {
    if (drawn.has(key)) lastDrawn = key;
    showPicture(key);
  });
  let lastDrawn = "";

  // One line speaks, and the latest event has it: feedback and hints lie over the line on the last move.
  const last = {};
  const say = (text) => {
    panes.move.textContent = text;
    el.classList.remove("tutor-answered");
    refit();
  };
  const showVoice = () => {
    const { feedback = "", hint = "", speaks = false } = model.get("guide") ?? {};
    const answer = hint !== last.hint && hint ? hint : feedback || hint;
    if (guide && (hint !== last.hint || feedback !== last.feedback)) guide.feedback.innerHTML = answer;
    el.classList.toggle("tutor-answered", Boolean(speaks && answer));
    const move = model.get("move");
    if (move !== last.move) panes.move.innerHTML = move;
    Object.assign(last, { feedback, hint, move });
    refit();
  };
  const guide = guided ? makeGuide(model, opening, controls) : null;

  let isToFit = false;
  const refit = () => {
    if (!isToFit) requestAnimationFrame(() => {
      isToFit = false;
      for (const node of el.querySelectorAll(FITTED)) fit(node);
    });
    isToFit = true;
  };

  const onKey = (event) => {
    const way = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    const isTaken = event.target.matches?.("input, select, [role=tab], .tutor-options *, .tutor-menu *");
    if (!way || (isTaken && /Arrow/.test(event.key))) return false;
    if (!guide?.go(way > 0 ? "next" : "back")) tabs.turn(way);
    return true;
  };
  const stage = makeStage(el, words, onKey, () => refit());
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      say(words.copied);
    } catch {
      tabs.open("keras"); // over plain http, browsers give no page the clipboard
      say(words.uncopied);
    }
  };
  const formula = () => [...panes.formula.querySelectorAll(".tutor-symbols, .tutor-numbers")].map((line) => line.textContent);
  const menu = makeMenu(words.menu,
    button(words.copy, () => copy(panes.code.textContent)),
    button(words["copy formula"], () => copy(formula().join("\n"))),
    button(words["show code"], () => tabs.open("keras")),
    make("span", { class: "tutor-save" }, words.save, ...["png", "svg", "pdf"].map((format) => button(
      format.toUpperCase(), () => model.send({ do: "save", picture: lastDrawn, format }),
      { "aria-label": `${words.save} ${format.toUpperCase()}` }))));

  el.append(
    // The still picture beside it is not needed; nor is what JupyterLab has to the left of an output.
    make("style", {}, `.${still}, .jp-OutputArea-child:has(.${still}), .jp-OutputPrompt:has(~ * .tutor-explorer),
      .jp-OutputArea:has(.tutor-explorer) > .jp-OutputArea-promptOverlay { display: none; }`),
    make("div", { class: "tutor-page" },
      ...(guide ? [guide.node] : []),
      make("div", { class: "tutor-controls", role: "group", "aria-label": words.controls },
        make("div", { class: "tutor-sizes" }, ...nodesOf("size")), ...nodesOf("text"),
        make("div", { class: "tutor-flags" }, ...nodesOf("flag", "choice"), preset, button(words.reset, () => jump("")))),
      panes.move, panes.formula,
      make("div", { class: "tutor-picture", role: "group", "aria-label": words.pictures },
        make("div", { class: "tutor-bar" }, tabs.list, make("span", { class: "tutor-keys", "aria-hidden": true },
          guided ? words.stepping : words.turning), stage.opener, menu),
        tabs.panel, panes.shapes),
      make("div", { class: "tutor-keras", role: "group", "aria-label": words.summary },
        make("p", { class: "tutor-title" }, words["Keras says"]), summaries[0], waiting),
      panes.verdict));

  const showBusy = () => {
    const behind = isBehind();
    el.setAttribute("aria-busy", behind);
    for (const node of [waiting.parentElement, panes.verdict]) node.setAttribute("aria-busy", behind || model.get("waits"));
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
  const showKeras = () => {
    const { state, sentence } = model.get("keras");
    const { covered = false } = model.get("guide") ?? {};
    const text = covered ? "" : model.get("summary");
    for (const node of summaries) {
      node.textContent = text;
      node.hidden = !text;
      node.style.setProperty("--columns", Math.max(...text.split("\n").map((line) => line.length)));
    }
    waiting.hidden = !sentence && !covered;
    waiting.dataset.state = state;
    waiting.parentElement.classList.toggle("tutor-flap", covered);
    waiting.replaceChildren(sentence || words.covered, ...(state === "failed" ? [restart] : []));
  };
  const showGuide = () => {
    const { picture, free } = model.get("guide");
    if (picture && picture !== last.picture) tabs.open(picture);
    last.picture = picture;
    el.classList.toggle("tutor-free", free);
    guide.show();
    showVoice();
    showKeras();
    showPicture(tabs.shown);
  };

  // The event comes when the kernel's side goes, and again if it comes back.
  let alive = true;
  const showLife = () => {
    alive = !alive;
    el.classList.toggle("tutor-gone", !alive);
    if (!alive) say(words.lost);
  };

  const watched = {
    "change:stands": showStands, "change:moves": showMoves, "change:waits": showBusy, "change:summary": showKeras,
    "change:keras": showKeras,
    "change:refused": () => { el.classList.toggle("tutor-refused", model.get("refused")); },
    "change:verdict": () => { panes.verdict.innerHTML = model.get("verdict"); refit(); },
  };
  for (const key of said) {
    watched[`change:${key}`] = () => { panes[key].innerHTML = model.get(key); refit(); };
  }
  watched["change:move"] = showVoice;
  watched["change:rows"] = () => {
    panes.rows.innerHTML = model.get("rows");
    tabs.list.lastElementChild.hidden = !model.get("rows");
  };
  watched["change:shapes"] = () => {
    panes.shapes.innerHTML = panes.allShapes.innerHTML = model.get("shapes");
    refit();
  };
  for (const key of drawn.keys()) watched[`change:${key}`] = watched[`change:${key}_now`] = () => showPicture(key);
  if (guide) watched["change:guide"] = showGuide;
  tabs.open([...panels.keys()][0]);
  for (const show of new Set(Object.values(watched))) show();
  if (guide) watched["change:progress"] = guide.keep;
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
  const resized = new ResizeObserver(() => refit());
  resized.observe(el);

  views.set(still, (views.get(still) ?? 0) + 1);
  if (views.get(still) === 1) {
    model.send({ do: "shown", serial: model.get("serial") });
    guide?.resume();
  }
  return () => {
    stage.close();
    resized.disconnect();
    for (const [event, handler] of Object.entries(watched)) model.off(event, handler);
    views.set(still, views.get(still) - 1);
    if (!views.get(still)) model.send({ do: "gone" });
  };
}

export default { render };

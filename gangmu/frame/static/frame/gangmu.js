/* 纲目: what pages do in the browser. Read from data attributes; nothing is evaluated. */
(function () {
  "use strict";

  const words = document.body.dataset;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const at = (event, selector) => event.target instanceof Element && event.target.closest(selector);

  /* Where there are more tabs than fit, the one that is open stands in sight. */
  all(".gm-tabs").forEach(function (tabs) {
    const here = tabs.querySelector("[aria-current]");
    if (here) tabs.scrollLeft = here.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;
  });

  /* Charts: ECharts is fetched only where a chart stands. */
  const theme = {
    color: ["#2f6d86", "#8a6d3b", "#5b7f4d", "#7a5a8c", "#4a525b", "#b98a00"],
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "#1f2328" },
  };
  let library = null;
  function echartsLibrary() {
    library = library || new Promise(function (resolve, reject) {
      const script = document.createElement("script");
      script.src = words.echarts;
      script.onload = () => resolve(window.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }
  function drawChart(echarts, element) {
    const chart = echarts.init(element, null, { renderer: "canvas" });
    const links = JSON.parse(element.dataset.chartLinks || "{}");
    const size = parseFloat(getComputedStyle(document.body).fontSize);
    const options = Object.assign({}, theme, JSON.parse(element.dataset.chart));
    options.textStyle = Object.assign({}, theme.textStyle, { fontSize: size * 0.93 });
    options.tooltip = Object.assign({ renderMode: "richText", confine: true }, options.tooltip);
    chart.setOption(options);
    chart.on("click", function (point) {
      if (links[point.name]) window.location.assign(links[point.name]);
    });
    new ResizeObserver(() => chart.resize()).observe(element);
  }
  function drawCharts(within) {
    const waiting = all("[data-chart]:not([data-drawn])", within);
    if (!waiting.length) return;
    waiting.forEach((element) => { element.dataset.drawn = ""; });
    echartsLibrary().then((echarts) => waiting.forEach((element) => drawChart(echarts, element)), () => {
      waiting.forEach((element) => { const table = element.parentElement.querySelector("details"); if (table) table.open = true; });
    });
  }

  /* Asking before doing. */
  const confirmBox = document.getElementById("gm-confirm");
  function ask(question, then) {
    confirmBox.querySelector("[data-confirm-text]").textContent = question;
    confirmBox.returnValue = "";
    confirmBox.onclose = () => { if (confirmBox.returnValue === "yes") then(); };
    confirmBox.showModal();
  }
  document.addEventListener("click", function (event) {
    const button = at(event, "button[data-confirm]");
    if (!button || button.hasAttribute("hx-post") || button.hasAttribute("hx-get") || !button.form) return;
    event.preventDefault();
    if (button.form.noValidate || button.form.reportValidity()) ask(button.dataset.confirm, () => button.form.requestSubmit(button));
  });
  document.addEventListener("htmx:confirm", function (event) {
    const question = event.detail.elt.dataset.confirm;
    if (!question) return;
    event.preventDefault();
    ask(question, () => event.detail.issueRequest(true));
  });

  /* A form is sent once, and not at all while the network is down: the page would be lost. */
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!navigator.onLine) { event.preventDefault(); tellNetwork(); return; }
    form.dataset.sent = "1";
    const pressed = event.submitter;
    if (pressed) pressed.classList.add("gm-busy");
    setTimeout(() => { delete form.dataset.sent; if (pressed) pressed.classList.remove("gm-busy"); }, 8000);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => { delete form.dataset.sent; all(".gm-busy", form).forEach((b) => b.classList.remove("gm-busy")); }));

  /* Dialogs, toasts, small buttons. */
  document.addEventListener("click", function (event) {
    let found;
    if ((found = at(event, "[data-opens]"))) { const dialog = document.getElementById(found.dataset.opens); if (dialog) dialog.showModal(); }
    else if ((found = at(event, "[data-closes]"))) found.closest("dialog").close();
    else if ((found = at(event, "[data-dismisses]"))) found.closest(".gm-toast, .gm-note").remove();
    else if (at(event, "[data-prints]")) window.print();
    else if (at(event, "[data-goes-back]")) window.history.back();
    all("details.gm-menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    if (!at(event, ".gm-search")) clearFound();
  });

  /* Trees: the first opening fetches, the next ones fold. */
  document.addEventListener("click", function (event) {
    const toggle = at(event, ".gm-tree-toggle");
    if (!toggle) return;
    const below = toggle.closest("li").querySelector("ul");
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    below.hidden = !open;
  });

  /* Searching: slash, arrows, escape. */
  const searchBox = document.getElementById("gm-search-box");
  const foundBox = document.getElementById("gm-found");
  function clearFound() { if (foundBox) foundBox.replaceChildren(); }
  document.addEventListener("keydown", function (event) {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && searchBox && !event.ctrlKey && !event.metaKey) { event.preventDefault(); searchBox.focus(); searchBox.select(); }
    if (event.key === "Escape") {
      all("details.gm-menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
      clearFound();
      if (location.hash === "#gm-menu") location.hash = "content";
    }
    if (at(event, ".gm-search") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const stops = [searchBox].concat(all("a", foundBox));
      const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  });

  /* Finders: a text one types into, a value that is chosen. */
  function options(finder) { return all("[role=option]:not([aria-disabled])", finder); }
  function showOptions(finder, shown) {
    finder.querySelector(".gm-options").hidden = !shown;
    finder.querySelector("[role=combobox]").setAttribute("aria-expanded", String(shown));
  }
  function choose(finder, option) {
    finder.querySelector("input[type=hidden]").value = option.dataset.value;
    const box = finder.querySelector("[role=combobox]");
    box.value = option.dataset.title;
    showOptions(finder, false);
    box.focus();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function mark(finder, step) {
    const list = options(finder);
    if (!list.length) return;
    const now = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = (now + step + list.length) % list.length;
    list.forEach((option, index) => {
      option.id = option.id || finder.querySelector(".gm-options").id + "-" + index;
      option.setAttribute("aria-selected", String(index === next));
    });
    finder.querySelector("[role=combobox]").setAttribute("aria-activedescendant", list[next].id);
    list[next].scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:configRequest", function (event) {
    const box = event.detail.elt;
    if (box.dataset && box.dataset.query) { event.detail.parameters = { [box.dataset.query]: box.value, for: box.id.replace(/^field-/, "") }; }
  });
  document.addEventListener("input", function (event) {
    const finder = at(event, "[data-finder]");
    if (!finder) return;
    finder.querySelector("input[type=hidden]").value = "";
    if (!event.target.value) showOptions(finder, false);
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    const finder = event.detail.target.closest && event.detail.target.closest("[data-finder]");
    if (finder) showOptions(finder, true);
    drawCharts(event.detail.target);
    fitTables();
  });
  document.addEventListener("mousedown", function (event) {
    const option = at(event, "[data-finder] [role=option][data-value]");
    if (option) { event.preventDefault(); choose(option.closest("[data-finder]"), option); }
  });
  document.addEventListener("keydown", function (event) {
    const finder = at(event, "[data-finder]");
    if (!finder) return;
    const open = !finder.querySelector(".gm-options").hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (open) mark(finder, event.key === "ArrowDown" ? 1 : -1); }
    if (event.key === "Enter" && open) {
      event.preventDefault();
      const chosen = options(finder).find((option) => option.getAttribute("aria-selected") === "true") || (options(finder).length === 1 && options(finder)[0]);
      if (chosen) choose(finder, chosen);
    }
    if (event.key === "Escape" && open) { event.stopPropagation(); showOptions(finder, false); }
  });
  document.addEventListener("focusout", function (event) {
    const finder = at(event, "[data-finder]");
    if (finder && !finder.contains(event.relatedTarget)) showOptions(finder, false);
  });

  /* Rows chosen together. */
  document.addEventListener("change", function (event) {
    const every = at(event, "[data-selects-all]");
    if (every) all("input[name=chosen]", every.closest("table")).forEach((box) => { box.checked = every.checked; });
    const filters = at(event, "form[data-sends-itself]");
    if (filters) filters.requestSubmit();
  });

  function tellMore(frame) { frame.classList.toggle("gm-more", frame.scrollLeft + frame.clientWidth < frame.scrollWidth - 1); }

  /* A table that is wider than its place scrolls in it; all others keep their heads in sight. */
  function fitTables() {
    all(".gm-table-scroll").forEach(function (frame) {
      frame.classList.remove("gm-scrolls");
      const wide = frame.firstElementChild && frame.firstElementChild.scrollWidth > frame.clientWidth + 1;
      frame.classList.toggle("gm-scrolls", wide);
      tellMore(frame);
      frame.onscroll = () => tellMore(frame);
      if (wide) frame.tabIndex = 0; else frame.removeAttribute("tabindex");
    });
  }
  let fitting = 0;
  window.addEventListener("resize", () => { cancelAnimationFrame(fitting); fitting = requestAnimationFrame(fitTables); });

  /* Network. */
  const offline = document.getElementById("gm-offline");
  function tellNetwork() { if (offline) offline.hidden = navigator.onLine; }
  window.addEventListener("online", tellNetwork);
  window.addEventListener("offline", tellNetwork);
  document.addEventListener("htmx:sendError", function () { if (offline) offline.hidden = false; });

  /* On a phone filters stay folded until something is filtered; on a wide screen nothing could unfold them. */
  const phone = window.matchMedia("(max-width: 767px)");
  function foldFilters() {
    const asked = new URLSearchParams(location.search);
    all("details.gm-filters").forEach((filters) => { filters.open = !phone.matches || all("input:not([type=hidden]), select", filters).some((box) => asked.get(box.name)); });
  }
  phone.addEventListener("change", foldFilters);

  /* Where the tabs are wider than the screen, the one that is shown stands in sight. */
  all(".gm-tabs [aria-current]").forEach((tab) => { tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2; });

  /* Ready. */
  tellNetwork();
  foldFilters();
  fitTables();
  drawCharts();
  all("dialog[data-opens-itself]").forEach((dialog) => dialog.showModal());
  const summary = document.querySelector("[data-takes-focus]");
  if (summary) summary.focus();
})();

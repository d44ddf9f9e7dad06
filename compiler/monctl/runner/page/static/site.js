// Times that go on between two readings, and a word when the runner does not answer. Everything else works without it.
"use strict";
(() => {
  const units = (seconds) => {
    const s = Math.max(0, Math.floor(seconds)), d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
    if (d) return h && d < 10 ? `${d}d ${h}h` : `${d}d`;
    if (h) return m ? `${h}h ${m}m` : `${h}h`;
    if (m) return m < 5 && s % 60 ? `${m}m ${s % 60}s` : `${m}m`;
    return `${s}s`;
  };
  // the server's clock counts: a phone's may be wrong
  let offset = 0;
  const setClock = () => {
    const live = document.getElementById("live");
    if (live && live.dataset.read) offset = Number(live.dataset.read) - Date.now() / 1000;
  };
  const tick = () => {
    const now = Date.now() / 1000 + offset;
    document.querySelectorAll("time[data-at]").forEach((one) => { one.textContent = units(now - Number(one.dataset.at)); });
    document.querySelectorAll("time[data-until]").forEach((one) => {
      const left = Number(one.dataset.until) - now;
      one.textContent = left > 0 ? units(left) : "now";
    });
  };
  const offline = document.getElementById("offline");
  let good = new Date();
  const lost = () => {
    document.getElementById("offline-since").textContent = good.toLocaleTimeString();
    offline.hidden = false;
  };
  // nobody looks: nothing is asked for; the moment somebody looks again, at once
  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && event.target.id === "live") event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    const live = document.getElementById("live");
    if (!document.hidden && live && live.dataset.hxTrigger !== "none") window.htmx.trigger(live, "every");
  });
  document.addEventListener("htmx:after:request", (event) => {
    const status = event.detail.ctx && event.detail.ctx.response ? event.detail.ctx.response.status : 0;
    if (status === 401 || status === 403) window.location.reload();
    else if (status >= 200 && status < 400) { good = new Date(); offline.hidden = true; }
    else lost();
  });
  document.addEventListener("htmx:before:swap", (event) => {
    const status = event.detail.ctx && event.detail.ctx.response ? event.detail.ctx.response.status : 200;
    if (status >= 400) event.preventDefault();
  });
  document.addEventListener("htmx:error", lost);
  document.addEventListener("htmx:response:error", lost);
  document.addEventListener("htmx:after:swap", () => { setClock(); tick(); });
  setClock();
  setInterval(tick, 1000);
})();

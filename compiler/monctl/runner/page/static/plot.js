// Puts a plot one can point at and zoom in the place of the drawn one. Without it the drawing stays.
"use strict";
(() => {
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const shown = (value, unit) => {
    if (value === null || value === undefined) return "–";
    const round = (number, digits) => String(Number(number.toFixed(digits)));
    if (unit.dimension === "time" && value >= 0 && unit.name !== "d") {
      const ms = value * unit.scale;
      return ms < 1000 ? `${round(ms, 1)}ms` : ms < 60000 ? `${round(ms / 1000, 2)}s` : ms < 3600000 ? `${round(ms / 60000, 1)}m` : `${round(ms / 3600000, 1)}h`;
    }
    const number = Math.abs(value) < 1000 ? round(value, 3) : round(value, 1);
    if (unit.name === "percent") return `${round(value, 2)}%`;
    return unit.name ? `${number}${unit.name.startsWith("/") ? "" : " "}${unit.name}` : number;
  };
  const bands = (found) => ({
    hooks: {
      drawClear: (plot) => {
        const ctx = plot.ctx, box = plot.bbox, y = (value) => plot.valToPos(value, "y", true);
        ctx.save();
        ctx.beginPath();
        ctx.rect(box.left, box.top, box.width, box.height);
        ctx.clip();
        for (const band of found) {
          const top = band.high === null ? box.top : y(band.high), bottom = band.low === null ? box.top + box.height : y(band.low);
          ctx.fillStyle = band.color;
          ctx.globalAlpha = 0.13;
          ctx.fillRect(box.left, top, box.width, bottom - top);
          ctx.globalAlpha = 1;
          ctx.strokeStyle = band.color;
          ctx.setLineDash([6, 5]);
          ctx.lineWidth = 1.2 * devicePixelRatio;
          for (const edge of [band.low, band.high]) {
            if (edge === null) continue;
            ctx.beginPath();
            ctx.moveTo(box.left, y(edge));
            ctx.lineTo(box.left + box.width, y(edge));
            ctx.stroke();
          }
        }
        ctx.restore();
      },
    },
  });
  const range = (data, low, high) => {
    const edges = data.bands.flatMap((band) => [band.low, band.high]).filter((edge) => edge !== null);
    if (edges.length) {
      const middle = (low + high) / 2, near = edges.reduce((a, b) => (Math.abs(b - middle) < Math.abs(a - middle) ? b : a));
      low = Math.min(low, near);
      high = Math.max(high, near);
    }
    if (low > 0 && low < 0.5 * high) low = 0;
    const room = (high - low) * 0.12 || Math.abs(high) * 0.1 || 1;
    return [low === 0 ? 0 : low - room, high + room];
  };
  let plot = null, data = null, box = null, at = [];
  const draw = () => {
    if (!data || !data.points.at.length) return;
    const line = color("--plot"), soft = color("--soft"), grid = { stroke: color("--line"), width: 1 };
    at = data.points.at;
    const quiet = { stroke: "transparent", points: { show: false } };
    const value = (self, number) => shown(number, data.unit);
    const ranged = data.points.low.some((one, place) => one !== data.points.high[place]);
    const zone = { timeZone: data.time_zone, hour12: false }, days = data.until - data.since > 2 * 86400;
    const short = new Intl.DateTimeFormat("en-GB", days ? { ...zone, day: "2-digit", month: "short" } : { ...zone, hour: "2-digit", minute: "2-digit" });
    const whole = new Intl.DateTimeFormat("en-GB", { ...zone, day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const options = {
      width: box.clientWidth, height: 240, legend: { live: true }, cursor: { y: false },
      scales: { x: { time: true, range: (self, from, to) => (from <= at[0] && to >= at[at.length - 1] ? [data.since, data.until] : [from, to]) }, y: { range: (self, from, to) => range(data, from, to) } },
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), data.time_zone),
      axes: [{ stroke: soft, grid, ticks: grid, space: 70, values: (self, all) => all.map((one) => short.format(one * 1000)) }, { stroke: soft, grid, ticks: grid, size: 64, values: (self, all) => all.map((one) => shown(one, data.unit)) }],
      series: [
        { value: (self, number) => (number === null ? "–" : whole.format(number * 1000)), label: "at" },
        { ...quiet, label: "highest", value, ...(ranged ? {} : { class: "hidden" }) },
        { label: data.value.replaceAll("_", " "), stroke: line, width: 1.6, value, points: { show: at.length < 60, size: 4, fill: line } },
        { ...quiet, label: "lowest", value, ...(ranged ? {} : { class: "hidden" }) },
      ],
      bands: [{ series: [1, 3], fill: line + "33" }],
      plugins: [bands(data.bands)],
    };
    if (plot) plot.destroy();
    box.replaceChildren();
    plot = new window.uPlot(options, columns(data.points), box);
  };
  const columns = ({ at, low, mean, high }) => [at, high, mean, low];
  const refresh = () => {
    const { min, max } = plot.scales.x, known = plot.data[0];
    const zoomed = min > known[0] || max < known[known.length - 1];
    at = data.points.at;
    plot.setData(columns(data.points), !zoomed);
  };
  const load = async () => {
    box = document.getElementById("plot");
    if (!box || !box.dataset.series) return;
    const answer = await fetch(box.dataset.series, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    data = await answer.json();
    if (plot && box.querySelector(".uplot")) refresh();
    else draw();
  };
  // the living part of the page is read again and again: the plot in it is ours
  document.addEventListener("htmx:after:swap", load);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let waiting = 0;
  window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
  load();
})();

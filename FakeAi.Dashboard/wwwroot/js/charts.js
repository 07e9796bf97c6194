// The Overview's charts: the server sends seconds that changed, this module slides them along with time.
import uPlot from '../lib/uplot/uPlot.esm.js';

const WINDOW = 300;
const HEIGHT = 168;
// Positions in a point: time, requests, errors, tokens, TTFT p50 and p95, latency p50 and p95.
const CHARTS = {
  traffic: { counts: true, least: 4, series: [['requests', 1, '--series-1'], ['errors', 2, '--series-bad', [4, 3]]], format: rate },
  tokens: { counts: true, least: 4, series: [['tokens', 3, '--series-2']], format: rate },
  ttft: { counts: false, least: 100, series: [['p50', 4, '--series-1'], ['p95', 5, '--series-3', [6, 3]]], format: ms },
  latency: { counts: false, least: 100, series: [['p50', 6, '--series-1'], ['p95', 7, '--series-3', [6, 3]]], format: ms },
};

function rate(value) { return value == null ? '–' : value >= 1e4 ? (value / 1e3).toFixed(0) + ' k' : String(Math.round(value * 10) / 10); }
function ms(value) {
  if (value == null) { return '–'; }
  return value >= 1000 ? String(Math.round(value / 10) / 100) + ' s' : Math.round(value) + ' ms';
}
const time = seconds => new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
const minute = seconds => new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A value between two gaps has no line; it gets a dot.
function isolated(u, index) {
  const values = u.data[index], found = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) { found.push(i); }
  }
  return found;
}

function build(host, chart, data) {
  const axis = {
    stroke: variable('--text-muted'), font: '11px system-ui, sans-serif',
    grid: { stroke: variable('--grid'), width: 1 }, ticks: { show: false },
  };
  return new uPlot({
    width: Math.max(200, host.clientWidth), height: HEIGHT,
    padding: [8, 18, 0, 0],
    cursor: { sync: { key: 'overview' }, drag: { x: false, y: false }, points: { size: 6 } },
    legend: { live: true },
    scales: { x: { time: true }, y: { range: (u, low, high) => [0, Math.max(chart.least, (high ?? 0) * 1.1)] } },
    axes: [
      { ...axis, size: 24, space: 48, incrs: [60, 120, 300], values: (u, ticks) => ticks.map(minute) },
      { ...axis, size: 50, space: 32, values: (u, ticks) => ticks.map(chart.format) },
    ],
    series: [
      { label: 'at', value: (u, value) => value == null ? '–' : time(value) },
      ...chart.series.map(([label, , color, dash]) => ({
        label, stroke: variable(color), width: 1.6, dash, spanGaps: false,
        fill: chart.counts && !dash ? variable(color) + '22' : undefined,
        value: (u, value) => chart.format(value),
        points: chart.counts ? { show: false } : { show: true, size: 4, fill: variable(color), filter: isolated },
      })),
    ],
  }, data, host);
}

/** Makes the charts in all [data-chart] figures below an element. */
export function create(root) {
  const bySecond = new Map();
  const figures = [...root.querySelectorAll('[data-chart]')].map(figure => ({
    figure, chart: CHARTS[figure.dataset.chart], host: figure.querySelector('.chart-canvas'),
    details: figure.querySelector('details'), rows: figure.querySelector('.chart-rows'), plot: null,
  }));
  let offset = null, heard = Infinity;

  const now = () => (Date.now() + (offset ?? 0)) / 1000;

  // Up to the last second that is over: the one under way would always look like a slump.
  function columns() {
    const end = Math.floor(now() - 1.2), times = [];
    for (let t = end - WINDOW + 1; t <= end; t++) { times.push(t); }
    for (const t of bySecond.keys()) { if (t < end - WINDOW) { bySecond.delete(t); } }
    return times;
  }

  function dataOf(chart, times) {
    return [times, ...chart.series.map(([, position]) =>
      times.map(t => bySecond.get(t)?.[position] ?? (chart.counts && t < heard ? 0 : null)))];
  }

  function describe(item, data) {
    const parts = item.chart.series.map(([label], i) => {
      const values = data[i + 1].filter(v => v != null);
      return values.length
        ? `${label} now ${item.chart.format(data[i + 1].at(-1))}, highest ${item.chart.format(Math.max(...values))}`
        : `${label} without samples`;
    });
    item.host.setAttribute('aria-label', `${item.figure.querySelector('h2').textContent}, last 5 minutes: ${parts.join('; ')}.`);
  }

  function table(item, data) {
    const element = document.createElement('table');
    element.className = 'data';
    const head = element.createTHead().insertRow();
    for (const label of ['Time', ...item.chart.series.map(s => s[0])]) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = label;
      head.append(cell);
    }
    const body = element.createTBody();
    for (let i = data[0].length - 1; i >= 0 && body.rows.length < 60; i--) {
      const row = body.insertRow();
      row.insertCell().textContent = time(data[0][i]);
      for (let s = 1; s < data.length; s++) { row.insertCell().textContent = item.chart.format(data[s][i]); }
    }
    item.rows.replaceChildren(element);
  }

  function draw() {
    if (document.hidden) { return; }
    const times = columns();
    for (const item of figures) {
      const data = dataOf(item.chart, times);
      if (item.plot) { item.plot.setData(data); } else { item.plot = build(item.host, item.chart, data); }
      // Nobody points at it: the legend tells the newest second.
      if (item.plot.cursor.idx == null) { item.plot.setLegend({ idx: times.length - 1 }); }
      describe(item, data);
      // While somebody is inside it, the table stands still.
      if (item.details.open && !item.rows.contains(document.activeElement)) { table(item, data); }
    }
  }

  function rebuild() {
    for (const item of figures) { item.plot?.destroy(); item.plot = null; }
    draw();
  }

  const resize = new ResizeObserver(() => {
    for (const item of figures) {
      const width = Math.max(200, item.host.clientWidth);
      if (item.plot && item.plot.width !== width) { item.plot.setSize({ width, height: HEIGHT }); }
    }
  });
  for (const item of figures) {
    resize.observe(item.host);
    item.details.addEventListener('toggle', draw);
  }
  document.addEventListener('fakeai:theme', rebuild);
  document.addEventListener('visibilitychange', draw);
  const timer = setInterval(draw, 1000);
  draw();

  return {
    /** Takes in changed seconds; after a reset everything that was known is forgotten. Of what was after `heardMs` nothing is known. */
    push(reset, serverNow, points, heardMs) {
      heard = heardMs == null ? Infinity : Math.floor(heardMs / 1000);
      const measured = serverNow - Date.now();
      offset = offset == null ? measured : Math.max(offset - 1, measured);
      if (reset) { bySecond.clear(); }
      for (const point of points) { bySecond.set(point[0], point); }
      draw();
    },
    dispose() {
      clearInterval(timer);
      resize.disconnect();
      document.removeEventListener('fakeai:theme', rebuild);
      document.removeEventListener('visibilitychange', draw);
      for (const item of figures) { item.plot?.destroy(); }
    },
  };
}

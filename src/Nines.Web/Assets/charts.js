// Signals as charts: drawn on a canvas, with texts as text, from what the API gives; the tables below each say the same without.
(() => {
  const charts = [];
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const units = { seconds: 's', blocks: 'blocks', bytes: 'B', ratio: '' };
  const lines = ['#3b7ddd', '#b5651d', '#7a5cc2', '#20808a', '#a23b72', '#5f7a1f'];

  const print = (value, unit) => {
    if (value === null || value === undefined) return '–';
    if (unit === 'ratio') return `${(value * 100).toFixed(2)} %`;
    if (unit === 'seconds') return value < 1 ? `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms` : `${value.toFixed(value < 10 ? 2 : 0)} s`;
    return `${Number(value.toPrecision(6)).toLocaleString('en')} ${units[unit] ?? ''}`.trim();
  };

  const optionOf = (series, unit) => {
    const [ink, soft, line] = [css('--console-ink'), css('--console-soft'), css('--console-line')];
    // A stretch without values is a gap: a line over it would claim what nobody saw.
    const points = one => {
      const isGap = i => i < 1 || i >= one.points.length || Date.parse(one.points[i].at) > Date.parse(one.points[i - 1].at) + one.points[i - 1].width_s * 1500;
      return one.points.flatMap((point, i) => {
        const at = Date.parse(point.at);
        // One that stands alone has no line: it gets a dot.
        const here = { value: [at, point.median ?? point.mean], symbol: isGap(i) && isGap(i + 1) ? 'circle' : 'none' };
        return i > 0 && isGap(i) ? [{ value: [at - 1, null], symbol: 'none' }, here] : [here];
      });
    };
    const limits = series.limits.map(limit => limit.value);
    // The limits are always in sight: how far a signal is from them is what one looks for. Ends are round, so that their labels have room.
    const ends = ({ min, max }) => {
      const [low, high] = [Math.min(min, ...limits), Math.max(max, ...limits.map(limit => limit * 1.1))];
      const step = 10 ** Math.floor(Math.log10(high - low || Math.abs(high) || 1));
      return [Math.floor(low / step) * step, Math.max(Math.ceil(high / step), Math.floor(low / step) + 1) * step];
    };
    const isEmpty = series.lines.every(one => one.points.length === 0);
    return {
      animation: false,
      aria: { enabled: true },
      color: lines,
      grid: { left: 8, right: 12, top: 28, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: ink }, itemHeight: 8, icon: 'roundRect' },
      tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, valueFormatter: value => print(value, unit) },
      xAxis: { type: 'time', min: Date.parse(series.from), max: Date.parse(series.to), axisLabel: { color: soft, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, splitLine: { show: false } },
      title: { show: isEmpty, text: 'Nothing was measured in this stretch.', left: 'center', top: 'middle', textStyle: { color: soft, fontSize: 13, fontWeight: 'normal' } },
      yAxis: { type: 'value', min: isEmpty ? undefined : of => ends(of)[0], max: isEmpty ? undefined : of => ends(of)[1], axisLabel: { color: soft, formatter: value => print(value, unit) }, splitLine: { lineStyle: { color: line } } },
      useUTC: true,
      series: series.lines.map((one, i) => ({
        name: one.vantage_point, type: 'line', showSymbol: true, symbolSize: 5, lineStyle: { width: 1.5, type: i % 2 ? 'dashed' : 'solid' }, connectNulls: false, data: points(one),
        markLine: i > 0 || series.limits.length === 0 ? undefined : {
          silent: true, symbol: 'none', lineStyle: { color: css('--fill-down'), type: 'dotted', width: 1.5 },
          label: { color: ink, position: 'insideEndTop', formatter: ({ value }) => `good ${series.limits.find(limit => limit.value === value)?.comparison ?? ''} ${print(value, unit)}` },
          data: series.limits.map(limit => ({ yAxis: limit.value })),
        },
      })),
    };
  };

  const draw = async chart => {
    const answer = await fetch(chart.address, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) return; // what was drawn stays; the table is there all the same
    chart.series = await answer.json();
    chart.view ??= (chart.box.hidden = false, echarts.init(chart.box, null, { renderer: 'canvas' }));
    chart.view.setOption(optionOf(chart.series, chart.box.dataset.unit), true);
  };

  for (const box of document.querySelectorAll('[data-chart]')) {
    box.hidden = false; // takes its room at once: nothing moves when it is drawn
    charts.push({ box, address: box.dataset.chart, view: null, series: null });
  }
  const drawAll = () => { for (const chart of charts) draw(chart); };
  if (window.echarts) drawAll();
  setInterval(() => { if (!document.hidden && document.getElementById('live-state')?.dataset.state === 'live') drawAll(); }, 60_000);
  new ResizeObserver(() => { for (const chart of charts) chart.view?.resize(); }).observe(document.body);
  new MutationObserver(() => {
    for (const chart of charts) if (chart.view) chart.view.setOption(optionOf(chart.series, chart.box.dataset.unit), true);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-bs-theme'] });
})();

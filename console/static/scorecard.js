// Draws the months of the scorecard; the table below says the same in figures.

const place = document.getElementById('chart');
const told = JSON.parse(place.dataset.chart);
const names = JSON.parse(place.dataset.names);
const colours = [
  getComputedStyle(document.body).getPropertyValue('--brand').trim(),
  '#7d8790',
  '#c3c9cf',
];
const chart = echarts.init(place, null, { renderer: 'svg' });
chart.setOption({
  animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  color: colours,
  grid: { left: 64, right: 16, top: 40, bottom: 32 },
  legend: { data: names, left: 0 },
  tooltip: { trigger: 'axis' },
  xAxis: { type: 'category', data: told.months },
  yAxis: { type: 'value' },
  series: [told.members, told.others, told.nobody].map((data, i) => ({
    name: names[i],
    type: 'bar',
    stack: 'sales',
    data,
  })),
});
addEventListener('resize', () => chart.resize());

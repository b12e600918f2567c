// What a reader gains from a script: values under the pointer, lines that can
// be hidden, time that can be enlarged, tables that can be sorted. All that is
// known of the plots is in their drawings: their paths are in the plot's own
// coordinates, and data-* attributes of the svg say what these stand for.
(() => {
  'use strict';
  const make = (name, attributes) => {
    const e = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const k in attributes) e.setAttribute(k, attributes[k]);
    return e;
  };
  const short = x => Math.abs(x) >= 99.95 ? Math.round(x).toLocaleString('en') : String(+x.toPrecision(3));
  const units = {
    ms: v => v < 1 ? short(v * 1e3) + ' µs' : v < 1e3 ? short(v) + ' ms' : short(v / 1e3) + ' s',
    s: v => v < 120 ? short(v) + ' s' : v < 7200 ? short(v / 60) + ' min' : short(v / 3600) + ' h',
    B: v => v < 1024 ? short(v) + ' B' : v < 2 ** 20 ? short(v / 1024) + ' KiB' : short(v / 2 ** 20) + ' MiB',
    nines: v => +(100 * (1 - 10 ** -v)).toPrecision(Math.max(2, Math.ceil(v) + 2)) + ' %',
    n: short,
  };

  // A plot knows its axes: numbers as [left, right, low, high, logarithmic].
  const axes = svg => ({ x: svg.dataset.x.split(' ').map(Number), y: svg.dataset.y.split(' ').map(Number) });
  const value = ([from, to, low, high, log], at) => {
    const part = (at - from) / (to - from);
    return log ? low * (high / low) ** part : low + (high - low) * part;
  };
  const place = ([from, to, low, high, log], v) =>
    from + (to - from) * (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low));

  const hue = e => (/var\(--(\w+)\)/.exec(e.getAttribute('style') || '') || [])[1];
  const dashed = e => /stroke-dasharray/.test(e.getAttribute('style') || '');
  const stroked = e => /fill:none.*stroke-width/.test(e.getAttribute('style') || ''); // thinner ones are marks
  const points = d => [...d.matchAll(/[ML]([-\d.e]+),([-\d.e]+)/g)].map(m => [+m[1], +m[2]]);

  // The lines of a plot by their key in the legend.
  const lines = (svg, keys) => keys.filter(k => k.line).map(key => {
    const own = [...svg.querySelectorAll('g path')].filter(key.owns), drawn = own.filter(stroked);
    const dots = p => points(p.getAttribute('d')).slice(0, 1).map(([x, y]) => [x - 4, y]); // a circle begins at its right
    return { key, points: drawn.length ? drawn.flatMap(p => points(p.getAttribute('d'))) : own.flatMap(dots) };
  });

  const readKeys = figure => [...figure.querySelectorAll('.keys li')].map(li => {
    const name = li.dataset.hue, shape = li.dataset.shape;
    const isDashed = shape === 'dashes';
    return {
      li, label: li.textContent.trim(),
      line: shape !== 'area' && shape !== 'mark',
      owns: e => hue(e) === name && (shape === 'area' ? /fill-opacity|fill:var/.test(e.getAttribute('style')) : dashed(e) === isDashed),
    };
  });

  const hint = document.createElement('div');
  hint.className = 'hint';
  hint.hidden = true;
  hint.setAttribute('aria-hidden', 'true');
  document.body.append(hint);

  const readOut = (figure, svg, keys) => {
    const guide = make('line', { style: 'stroke:var(--muted);stroke-width:1', visibility: 'hidden', 'pointer-events': 'none' });
    svg.append(guide);
    const leave = () => { hint.hidden = true; guide.setAttribute('visibility', 'hidden'); };
    svg.addEventListener('pointerleave', leave);
    svg.addEventListener('pointermove', event => {
      const { x, y } = axes(svg), box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
      const at = (event.clientX - box.left) * view.width / box.width;
      if (at < x[0] - 8 || at > x[1] + 8) return leave();
      let nearest = at, apart = Infinity;
      const rows = [];
      for (const { key, points } of lines(svg, keys)) {
        if (key.hidden || !points.length) continue;
        const p = points.reduce((a, b) => Math.abs(a[0] - at) <= Math.abs(b[0] - at) ? a : b);
        if (Math.abs(p[0] - at) > 60) continue;
        if (Math.abs(p[0] - at) < apart) [nearest, apart] = [p[0], Math.abs(p[0] - at)];
        rows.push([key.label, units[svg.dataset.up](value(y, p[1]))]);
      }
      if (!rows.length) return leave();
      const across = units[svg.dataset.across](value(x, nearest));
      hint.replaceChildren(Object.assign(document.createElement('b'), { textContent: across }),
        ...rows.map(([label, v]) => Object.assign(document.createElement('div'), { textContent: label + ': ' + v })));
      hint.hidden = false;
      hint.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - hint.offsetWidth - 8)) + 'px';
      hint.style.top = Math.max(4, event.clientY - hint.offsetHeight - 12) + 'px';
      for (const [k, v] of Object.entries({ x1: nearest, x2: nearest, y1: view.height - y[1], y2: view.height - y[0], visibility: 'visible' })) guide.setAttribute(k, v);
    });
  };

  const toggles = (figure, keys) => {
    for (const k of keys) {
      if (!k.line && k.li.dataset.hue === 'warm' || k.li.dataset.shape === 'mark') continue;
      k.li.setAttribute('role', 'button');
      k.li.setAttribute('aria-pressed', 'true');
      k.li.tabIndex = 0;
      const toggle = () => {
        k.hidden = !k.hidden;
        k.li.setAttribute('aria-pressed', String(!k.hidden));
        for (const e of figure.querySelectorAll(':scope > svg path, :scope > svg image'))
          if (e.tagName === 'image' ? k.li.dataset.shape === 'area' : k.owns(e)) e.style.visibility = k.hidden ? 'hidden' : '';
      };
      k.li.addEventListener('click', toggle);
      k.li.addEventListener('keydown', e => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); toggle(); } });
    }
  };

  // Enlarging: what lies in the plot moves, and the time axis gets new ticks.
  const timed = [...document.querySelectorAll('svg[data-across=s]')];
  const reset = document.createElement('button');
  reset.className = 'reset';
  reset.textContent = 'show the whole run';
  reset.hidden = true;
  reset.addEventListener('click', () => { reset.hidden = true; timed.forEach(svg => enlarge(svg)); });
  document.querySelector('#time h2')?.append(reset);

  const enlarge = (svg, from, to) => {
    svg.dataset.whole ??= svg.dataset.x;
    svg.dataset.x = svg.dataset.whole;
    const [left, right, low, high] = axes(svg).x, height = svg.viewBox.baseVal.height, [bottom, top] = axes(svg).y;
    svg.querySelectorAll('.tick').forEach(e => e.remove());
    const whole = from === undefined;
    if (whole) [from, to] = [low, high];
    else svg.dataset.x = [left, right, from, to, 0].join(' ');
    const zoom = (high - low) / (to - from), shift = x => left + (x - place([left, right, low, high, 0], from)) * zoom;
    const clip = 'clip-' + timed.indexOf(svg);
    if (!svg.querySelector('clipPath')) {
      const c = make('clipPath', { id: clip });
      c.append(make('rect', { x: left, y: -2 * height, width: right - left, height: 4 * height })); // an image stands on its head
      svg.querySelector('g').prepend(c);
    }
    for (const e of svg.querySelectorAll('g path, g image, g text')) {
      if (e.closest('clipPath')) continue;
      if (e.tagName === 'text') { text(e); continue; }
      if (e.tagName === 'image') {
        e.dataset.was ??= e.getAttribute('x') + ' ' + e.getAttribute('width');
        const [x, width] = e.dataset.was.split(' ').map(Number);
        e.setAttribute('x', shift(x));
        e.setAttribute('width', width * zoom);
      } else {
        const d = e.dataset.was ??= e.getAttribute('d'), all = points(d);
        if (all.every(p => p[1] < bottom - 0.5)) { e.style.display = whole ? '' : 'none'; continue; } // a tick
        if (hue(e) === 'rule' || all.some(p => p[0] < left - 6)) continue;
        const xs = all.map(p => p[0]), middle = (Math.min(...xs) + Math.max(...xs)) / 2;
        if (!stroked(e) && hue(e) !== 'band' && hue(e) !== 'warm' && Math.max(...xs) - Math.min(...xs) < 14) {
          e.setAttribute('transform', `translate(${shift(middle) - middle},0)`); // a mark keeps its shape
          e.style.display = shift(middle) < left - 1 || shift(middle) > right + 1 ? 'none' : '';
          continue;
        }
        e.setAttribute('d', d.replace(/([ML])([-\d.e]+),/g, (_, c, x) => c + shift(+x) + ','));
      }
      e.setAttribute('clip-path', whole ? 'none' : `url(#${clip})`);
    }
    function text(e) {
      const x = +(e.dataset.was ??= e.getAttribute('x')), up = -e.getAttribute('y');
      if (x < left - 20 && up > bottom - 4 || x < left && up > bottom - 4) return; // of the y axis
      if (up < bottom) { e.style.display = whole ? '' : 'none'; return; }
      const half = e.getComputedTextLength() / 2, middle = shift(x + half);
      e.setAttribute('x', whole ? x : middle - half);
      e.style.display = whole || middle > left && middle < right ? '' : 'none';
    }
    if (whole) return;
    const about = (to - from) / Math.max(2, Math.floor((right - left) / 90)), base = 10 ** Math.floor(Math.log10(about));
    const step = base * [1, 2, 5, 10].find(m => m * base >= about);
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      const label = make('text', { class: 'tick', x: place([left, right, from, to, 0], t), y: height - bottom + 17, 'text-anchor': 'middle', style: 'fill:var(--muted);font-size:12px' });
      label.textContent = units.s(t);
      svg.append(label);
    }
  };

  const selecting = svg => {
    let start = null;
    const mark = make('rect', { style: 'fill:var(--blue);fill-opacity:0.15', visibility: 'hidden', 'pointer-events': 'none' });
    svg.append(mark);
    const at = event => {
      const { x } = axes(svg), box = svg.getBoundingClientRect();
      return Math.max(x[0], Math.min(x[1], (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width));
    };
    svg.addEventListener('pointerdown', event => { if (event.pointerType !== 'touch') start = at(event); });
    svg.addEventListener('pointermove', event => {
      if (start === null) return;
      const { y } = axes(svg), now = at(event), height = svg.viewBox.baseVal.height;
      for (const [k, v] of Object.entries({ x: Math.min(start, now), width: Math.abs(now - start), y: height - y[1], height: y[1] - y[0], visibility: 'visible' })) mark.setAttribute(k, v);
    });
    addEventListener('pointerup', event => {
      if (start === null) return;
      const { x } = axes(svg), a = value(x, Math.min(start, at(event))), b = value(x, Math.max(start, at(event)));
      mark.setAttribute('visibility', 'hidden');
      const far = Math.abs(at(event) - start) > 6;
      start = null;
      if (!far) return;
      reset.hidden = false;
      timed.forEach(other => enlarge(other, a, b));
    });
    svg.addEventListener('dblclick', () => reset.click());
  };

  for (const figure of document.querySelectorAll('figure')) {
    const keys = readKeys(figure);
    toggles(figure, keys);
    for (const svg of figure.querySelectorAll(':scope > svg[data-x]')) {
      readOut(figure, svg, keys);
      if (svg.dataset.across === 's') selecting(svg);
    }
  }

  // Sorting: by number and unit where a cell begins with a number.
  const worth = { 'µs': 1e-3, ms: 1, s: 1e3, min: 6e4, h: 3.6e6, KiB: 1024, MiB: 2 ** 20, GiB: 2 ** 30 };
  const rank = cell => {
    const m = /^([-+]?[\d,.]+(?:e[-+]?\d+)?)\s*(\S*)/.exec(cell.textContent.trim());
    return m ? +m[1].replaceAll(',', '') * (worth[m[2]] ?? 1) : NaN;
  };
  for (const table of document.querySelectorAll('.scroll table')) {
    const heads = [...table.tHead.rows[0].cells];
    if (table.tBodies[0].rows.length < 2) continue;
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') !== 'descending';
        heads.forEach(h => h.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const compare = (a, b) => {
          const [x, y] = [a.cells[column], b.cells[column]], [n, m] = [rank(x), rank(y)];
          if (isNaN(n) !== isNaN(m)) return isNaN(n) ? 1 : -1;
          const c = isNaN(n) ? x.textContent.localeCompare(y.textContent) : n - m;
          return down ? -c : c;
        };
        table.tBodies[0].append(...[...table.tBodies[0].rows].sort(compare));
      });
    });
  }
})();

(function () {
  'use strict';
  var all = function (selector, root) { return [].slice.call((root || document).querySelectorAll(selector)); };
  document.body.className = '';
  var q = document.getElementById('q'), area = document.getElementById('area'), boxes = all('.f'), cases = all('.case'), texts = [];
  document.getElementById('filter').addEventListener('submit', function (e) { e.preventDefault(); });

  function show() {
    var on = {}, words = q.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    boxes.forEach(function (b) { on[b.value] = b.checked; });
    cases.forEach(function (c, i) {
      var observed = !(c.dataset.status in on);
      if (words.length && texts[i] === undefined) texts[i] = c.textContent.toLowerCase();
      var fits = (observed || on[c.dataset.status]) && (!area.value || c.dataset.area === area.value) &&
        words.every(function (w) { return texts[i].indexOf(w) >= 0; });
      c.hidden = !fits;
      if (fits) shown++;
    });
    all('.rule,section.cases').forEach(function (s) { s.hidden = all('.case', s).every(function (c) { return c.hidden; }); });
    document.getElementById('shown').textContent = shown + ' of ' + cases.length + ' shown';
  }

  function keep() {
    var state = new URLSearchParams(), off = boxes.filter(function (b) { return !b.checked; }).map(function (b) { return b.value; });
    if (q.value) state.set('q', q.value);
    if (area.value) state.set('area', area.value);
    if (off.length) state.set('hide', off.join(','));
    history.replaceState(null, '', '#' + (state.toString() && '?' + state));
    show();
    if (q.value || area.value || off.length) all('.group').forEach(function (g) { if (q.value || off.length) g.open = true; });
  }

  function restore() {
    var hash = location.hash.slice(1);
    if (hash && hash[0] !== '?') {
      try { hash = decodeURIComponent(hash); } catch (e) { return; }
      var at = document.getElementById(hash);
      for (var d = at; d; d = d.parentElement) if (d.tagName === 'DETAILS') d.open = true;
      if (at) { at.hidden = false; at.scrollIntoView(); }
      return;
    }
    var state = new URLSearchParams(hash.slice(1)), hide = (state.get('hide') || '').split(',');
    q.value = state.get('q') || '';
    area.value = state.get('area') || '';
    boxes.forEach(function (b) { b.checked = hide.indexOf(b.value) < 0; });
    show();
    if (q.value || state.get('hide')) all('.group').forEach(function (g) { g.open = true; });
  }

  all('dd.try,pre.curl').forEach(function (e) {
    var b = document.createElement('button');
    b.type = 'button';
    b.textContent = 'copy';
    b.addEventListener('click', function () {
      var range = document.createRange(), picked = getSelection();
      range.selectNodeContents(e.tagName === 'PRE' ? e : e.firstChild);
      picked.removeAllRanges();
      picked.addRange(range);
      b.textContent = document.execCommand('copy') ? 'copied' : 'press Ctrl+C';
    });
    if (e.tagName === 'PRE') e.previousElementSibling.appendChild(b); else e.appendChild(b);
  });
  q.addEventListener('input', keep);
  area.addEventListener('change', keep);
  boxes.forEach(function (b) { b.addEventListener('change', keep); });
  addEventListener('hashchange', restore);
  show();
  restore();
})();

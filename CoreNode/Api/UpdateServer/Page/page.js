'use strict';
(() => {
  const root = '/corenode/v1/update-server/';
  const states = ['granted', 'downloading', 'downloaded', 'installed', 'complete', 'on-hold', 'error', 'rolled-back',
    'timed-out', 'undefined'];
  const words = {
    granted: 'was told of {v}', downloading: 'fetches {v}', downloaded: 'installs {v}',
    installed: 'installed {v}, waits for its reboot', complete: 'up to date', 'on-hold': 'put {v} off itself',
    error: 'failed with {v}', 'rolled-back': 'went back from {v}', 'timed-out': 'stalled with {v}', undefined: '',
  };
  const tones = { error: 'bad', 'rolled-back': 'bad', 'timed-out': 'wait', complete: 'good', installed: 'wait',
    granted: 'busy', downloading: 'busy', downloaded: 'busy' };
  const byId = id => document.getElementById(id);
  const view = { app: '', group: '', state: '', version: '', text: '', after: '', days: 7 };
  const open = new Map();
  const samples = new Map();
  let apps = [], groups = [], channels = new Map(), standings = new Map(), pulse = -1, skew = 0, run = 0, next = '';

  // ---- asking ----
  class Refused extends Error {
    constructor(status, message) { super(message); this.status = status; }
  }

  async function ask(path, signal) {
    const secret = sessionStorage.getItem('token');
    const answer = await fetch(root + path, {
      signal, cache: 'no-store', credentials: 'omit', headers: secret ? { Authorization: 'Bearer ' + secret } : {},
    });
    const text = await answer.text();
    let page = {};
    try { page = JSON.parse(text); } catch { /* told below */ }
    if (!answer.ok) throw new Refused(answer.status, page.message || `the server answered ${answer.status}`);
    return page;
  }

  const query = values => Object.entries(values).filter(([, v]) => v !== '' && v != null)
    .map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&');

  // ---- making elements ----
  function make(tag, attributes, ...children) {
    const one = tag === 'svg' || tag === 'rect' || tag === 'path'
      ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) one.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) one.setAttribute(name, value);
    }
    one.append(...children.filter(c => c !== null && c !== undefined && c !== ''));
    return one;
  }

  const now = () => Date.now() + skew;
  const count = n => Number(n || 0).toLocaleString('en').replaceAll(',', '\u202f');

  function length(ms) {
    const s = Math.abs(ms) / 1000;
    if (s < 100) return `${Math.ceil(s)} s`;
    if (s < 6000) return `${Math.round(s / 60)} min`;
    if (s < 172800) return `${Math.round(s / 3600)} h`;
    return `${Math.round(s / 86400)} d`;
  }

  function far(text) {
    const ms = Date.parse(text) - now();
    return ms > 0 ? `in ${length(ms)}` : `${length(ms)} ago`;
  }

  const when = text => text
    ? make('time', { datetime: text, title: new Date(text).toLocaleString() }, far(text)) : '–';

  // ---- groups ----
  function rollout(group, standing) {
    const c = standing.counts;
    if (standing.problem) return ['bad', standing.problem];
    if (!standing.release) return ['quiet', 'nothing is offered: its channel leads nowhere'];
    if (!group.policy.enabled) return ['wait', 'updates are switched off'];
    if (standing.stop) return ['bad', `stopped ${far(standing.stop.at)}: ${standing.stop.reason}`];
    if (standing.pausedAt) {
      return ['wait', `paused ${far(standing.pausedAt)}${standing.pauseNote ? ': ' + standing.pauseNote : ''}`];
    }
    const kept = standing.keptOut ? [`${count(standing.keptOut)} exempt or pinned`] : [];
    if (running(standing) + standing.keptOut >= c.machines) {
      return c.machines ? ['good', ['done', ...kept].join(', ')] : ['quiet', 'no machines yet'];
    }
    const parts = [];
    if (standing.firstMachine && !standing.firstPassed) parts.push(`${standing.firstMachine} goes first, alone`);
    if (standing.nextWave) parts.push(`${+standing.wavePercent.toFixed(1)} % may, more ${far(standing.nextWave)}`);
    if (c.atWork) parts.push(`${count(c.atWork)} at work`);
    if (c.waiting) parts.push(`${count(c.waiting)} wait for their reboot`);
    if (!parts.length) parts.push('waits for machines to ask');
    return ['busy', [...parts, ...kept].join(', ')];
  }

  // Who runs something newer has nothing to get either.
  const running = standing => standing.release ? standing.upToDate : 0;

  // The version that is rolled out first, then the others by machines; the colour stays with it in bar and chart.
  function palette(standing) {
    const target = standing.release && standing.release.version;
    const rest = standing.byVersion.map(v => v.version).filter(v => v !== target);
    return new Map((target ? [target, ...rest] : ['', ...rest]).slice(0, 6).map((v, i) => [v, 'v' + i]));
  }

  function bar(standing) {
    const c = standing.counts, all = Math.max(1, c.machines), svg = make('svg', {
      class: 'bar', viewBox: '0 0 1000 10', preserveAspectRatio: 'none', 'aria-hidden': 'true',
    });
    let at = 0;
    for (const [n, name] of [[running(standing), 'v0'], [c.waiting, 'there'], [c.atWork, 'work'],
      [c.failed + c.rolledBack, 'fail']]) {
      const width = Math.min(1000 - at, n * 1000 / all);
      if (width > 0) svg.append(make('rect', { x: at, y: 0, width, height: 10, class: name }));
      at += width;
    }
    svg.append(make('rect', { x: at, y: 0, width: 1000 - at, height: 10, class: 'rest' }));
    return svg;
  }

  function chart(group, standing) {
    const known = samples.get(group.id), colours = palette(standing);
    const list = known && known.days === view.days ? known.list : [];
    const label = standing.byVersion.slice(0, 6).map(v => `${v.version}: ${v.machines}`).join(', ');
    const svg = make('svg', {
      class: 'chart', viewBox: '0 0 300 54', preserveAspectRatio: 'none', role: 'img',
      'aria-label': `versions over ${view.days} days; now ${label || 'none'}`,
    });
    const points = list.map(s => ({ at: Date.parse(s.at), versions: s.versions }));
    points.push({ at: now(), versions: standing.byVersion });
    if (points.length === 1) points.unshift({ ...points[0], at: now() - view.days * 864e5 / 60 });
    const start = now() - view.days * 864e5, names = [...colours.keys(), null];
    const base = points.map(() => 0), total = points.map(p => p.versions.reduce((n, v) => n + v.machines, 0));
    const most = Math.max(1, ...total);
    const x = i => Math.max(0, (points[i].at - start) / (view.days * 864e5) * 300).toFixed(1);
    const y = n => (54 - n / most * 54).toFixed(1);
    for (const name of names) {
      const share = points.map(p => p.versions.filter(v => name === null ? !colours.has(v.version) : v.version === name)
        .reduce((n, v) => n + v.machines, 0));
      if (!share.some(n => n)) continue;
      const upper = points.map((_, i) => `${x(i)} ${y(base[i] + share[i])}`);
      const lower = points.map((_, i) => `${x(i)} ${y(base[i])}`).reverse();
      svg.append(make('path', { class: colours.get(name) || 'rest', d: `M${upper.join('L')}L${lower.join('L')}Z` }));
      share.forEach((n, i) => { base[i] += n; });
    }
    return svg;
  }

  // A button that looks like a link: it shows the machines that are meant.
  const link = (text, tone, change) => make(
    'button', { type: 'button', class: `link ${tone}`, onclick: () => go(change, true) }, text);

  const swatch = colour => make('svg', { viewBox: '0 0 9 9', 'aria-hidden': 'true' },
    make('rect', { width: 9, height: 9, rx: 2, class: colour }));

  function showGroup(group) {
    const standing = standings.get(group.id);
    if (!standing) return '';
    const c = standing.counts, [tone, why] = rollout(group, standing), channel = channels.get(group.channel);
    const colours = palette(standing);
    const share = c.machines ? Math.floor(running(standing) * 100 / c.machines) : 0;
    const legend = make('ul', { class: 'legend', 'aria-label': 'Versions now' });
    for (const v of standing.byVersion.slice(0, 6)) {
      legend.append(make('li', null, swatch(colours.get(v.version) || 'rest'),
        link(v.version || 'unknown', '', { group: group.id, version: v.version, state: '' }),
        ` ${count(v.machines)}`));
    }
    const failed = c.failed + c.rolledBack, facts = make('ul', { class: 'legend', 'aria-label': 'Under way' });
    const fact = (n, colour, text, tone, state) => n && facts.append(make('li', null, swatch(colour),
      link(`${count(n)} ${text}`, tone, { group: group.id, version: '', state })));
    fact(c.waiting, 'there', 'installed', '', 'installed');
    fact(c.atWork, 'work', 'at work', '', 'downloading');
    fact(failed, 'fail', 'failed', 'bad', c.failed ? 'error' : 'rolled-back');
    return make('article', { class: 'group' + (standing.stop ? ' stopped' : ''), 'aria-label': group.name },
      make('div', null,
        make('div', { class: 'head' },
          make('h3', null, link(group.name, '', { group: group.id, version: '', state: '' })),
          make('span', { class: 'quiet' }, `${count(c.machines)} machines`)),
        make('p', { class: 'quiet' }, channel ? channel.name : 'no channel', standing.release ? ' → ' : '',
          standing.release ? make('strong', null, standing.release.version) : '',
          standing.release ? ', ' : '', standing.release ? when(standing.release.startedAt) : ''),
        make('p', { class: tone }, why)),
      make('div', null,
        make('p', null, make('span', { class: 'num' }, standing.release ? `${share} %` : '–'),
          standing.release ? ` run ${standing.release.version}` : ''),
        bar(standing), facts),
      make('div', null, chart(group, standing), legend));
  }

  function showGroups() {
    const none = 'There are no groups yet: corenode update-server group add NAME --channel CHANNEL';
    keepFocus(byId('groups'), () => byId('groups').replaceChildren(
      ...(groups.length ? groups.map(showGroup) : [make('p', { class: 'quiet' }, none)])));
    const stopped = groups.filter(g => (standings.get(g.id) || {}).stop).map(g => g.name).join(', ');
    const text = stopped ? `Stopped by errors: ${stopped}` : '';
    if (byId('said').textContent !== text) byId('said').textContent = text;
  }

  // ---- machines ----
  function where(m) {
    const parts = [], word = (words[m.state] || '').replace('{v}', m.target || 'an update');
    const done = m.state === 'complete';
    if (word && !(done && (m.hold || m.next))) {
      const code = m.errorCode && !done ? ` (error ${m.errorCode})` : '';
      parts.push(make('span', { class: tones[m.state] || '' }, word + code));
    }
    if (m.hold) {
      parts.push(make('span', null, `held: ${m.hold.text}`));
      if (m.hold.until) parts.push(make('span', { class: 'wait' }, 'likely ', when(m.hold.until)));
    } else if (m.next && !['granted', 'downloading', 'downloaded', 'installed'].includes(m.state)) {
      parts.push(make('span', { class: 'busy' }, 'gets an update when it asks'));
    }
    if (m.override) parts.push(make('span', { class: 'wait' }, wanted(m.override)));
    if (!parts.length) parts.push(make('span', { class: 'quiet' }, 'up to date'));
    return parts.flatMap((p, i) => i ? ['; ', p] : [p]);
  }

  function wanted(o) {
    const parts = [];
    if (o.exempt) parts.push('exempt');
    if (o.forced) parts.push('forced');
    if (o.pinnedVersion) parts.push(`pinned to ${o.pinnedVersion}`);
    if (o.group) parts.push('put into this group');
    return 'by hand: ' + [...parts, o.note].filter(Boolean).join(', ');
  }

  const groupName = id => (groups.find(g => g.id === id) || { name: id || '–' }).name;

  function showMachine(m) {
    const isOpen = open.has(m.machine), id = 'm-' + m.machine;
    const rows = [make('tr', null,
      make('td', null, make('button', {
        type: 'button', class: 'link', 'data-key': m.machine, 'aria-expanded': String(isOpen),
        'aria-controls': isOpen ? id : null, onclick: () => toggle(m),
      }, make('span', { class: m.alias ? '' : 'id' }, m.alias || m.machine))),
      make('td', null, groupName(m.group)), make('td', null, m.version || '–'), make('td', null, ...where(m)),
      make('td', null, when(m.lastSeen)))];
    if (isOpen) rows.push(make('tr', { class: 'more', id }, make('td', { colspan: 5 }, details(m))));
    return rows;
  }

  function details(m) {
    const list = make('dl');
    const add = (name, ...value) => list.append(make('dt', null, name), make('dd', null, ...value));
    add('Id', make('code', null, m.machine));
    add('Address', m.address || '–');
    add('Board', [m.board, m.oem, m.oemVersion].filter(Boolean).join(', ') || '–');
    add('First had', m.alephVersion || '–');
    add('In this state', when(m.since));
    add('First seen', when(m.firstSeen));
    const events = make('ol', { 'aria-label': 'What happened, newest first' });
    for (const e of open.get(m.machine) || []) {
      const at = make('time', { datetime: e.at }, new Date(e.at).toLocaleString());
      events.append(make('li', null, at, ' ', happened(e)));
    }
    return make('div', null, list, events);
  }

  function happened(e) {
    switch (e.kind) {
      case 'told': return told(e);
      case 'granted': return `was offered ${e.other}`;
      case 'version': return `runs ${e.version}${e.other ? `, before ${e.other}` : ''}`;
      case 'group': return `belongs to ${groupName(e.other)}`;
      case 'first': return 'first sign';
      default: return 'an administrator wants something else of it';
    }
  }

  function told(e) {
    const names = {
      1: 'downloaded', 2: 'installed', 3: 'update complete', 13: 'download began', 14: 'download finished',
      800: 'installed, holds its reboot',
    };
    const results = { 0: 'failed', 2: 'reboots', 9: 'put off' };
    const name = names[e.type] || `event ${e.type}`;
    const code = e.errorCode ? ` (error ${e.errorCode})` : '';
    return `told: ${[name, results[e.result]].filter(Boolean).join(', ')}${code}`;
  }

  async function toggle(m) {
    if (open.has(m.machine)) open.delete(m.machine);
    else {
      open.set(m.machine, []);
      try {
        const path = `apps/${encodeURIComponent(view.app)}/machines/${encodeURIComponent(m.machine)}/history?count=20`;
        open.set(m.machine, (await ask(path)).events);
      } catch (fault) { fail(fault); }
    }
    showMachines();
  }

  let page = { machines: [], next: '', total: 0 };

  function showMachines() {
    keepFocus(byId('rows'), () => byId('rows').replaceChildren(...page.machines.flatMap(showMachine)));
    next = page.next;
    byId('next').disabled = !next;
    byId('first').disabled = !view.after;
    byId('count').textContent = page.total === 0 ? 'no machine fits'
      : page.machines.length === page.total ? `${count(page.total)} machines`
        : `${count(page.machines.length)} of ${count(page.total)} machines`;
  }

  // What is drawn anew must not take the focus from who uses the keyboard.
  function keepFocus(parent, draw) {
    const focused = parent.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && focused.dataset.key;
    const index = focused ? [...parent.querySelectorAll('button')].indexOf(focused) : -1;
    draw();
    if (!focused) return;
    const buttons = [...parent.querySelectorAll('button')];
    const again = key ? buttons.find(b => b.dataset.key === key) : buttons[index];
    if (again) again.focus({ preventScroll: true });
  }

  // ---- state, in the address so that it can be passed on ----
  function readHash() {
    const hash = new URLSearchParams(location.hash.slice(1));
    for (const key of ['app', 'group', 'state', 'version', 'text', 'after']) view[key] = hash.get(key) || '';
  }

  function go(change, toMachines) {
    Object.assign(view, { after: '' }, change);
    const { days, ...kept } = view;
    history.pushState(null, '', '#' + query(kept));
    fillFilter();
    load().catch(fail);
    if (toMachines) byId('machines').focus();
  }

  function fillFilter() {
    const select = byId('group');
    select.replaceChildren(make('option', { value: '' }, 'all'),
      ...groups.map(g => make('option', { value: g.id, selected: g.id === view.group }, g.name)));
    byId('state').value = view.state;
    for (const id of ['text', 'version']) if (byId(id).value !== view[id]) byId(id).value = view[id];
  }

  // ---- loading ----
  async function load() {
    const mine = ++run;
    const list = (await ask('apps')).apps;
    const app = list.find(a => a.id === view.app || a.name === view.app) || list[0];
    const status = await ask('status');
    if (mine !== run) return;
    skew = Date.parse(status.now) - Date.now();
    pulse = Math.max(pulse, status.pulse);
    apps = list;
    byId('server').textContent = `${count(status.machines)} machines, corenode ${status.version.split('+')[0]}`;
    byId('apps').replaceChildren(...(apps.length > 1 ? apps.map(a => make('button', {
      type: 'button', 'aria-current': a === app ? 'true' : null,
      onclick: () => go({ app: a.id, group: '', version: '', state: '' }),
    }, a.name)) : apps.map(a => make('span', null, a.name))));
    complain(status.problems.join('; '));
    byId('content').hidden = false;
    byId('login').hidden = true;
    byId('forget').hidden = !sessionStorage.getItem('token');
    if (!app) {
      const none = 'There is no application yet: corenode update-server app add NAME';
      byId('groups').replaceChildren(make('p', { class: 'quiet' }, none));
      page = { machines: [], next: '', total: 0 };
      showMachines();
      return;
    }
    view.app = app.id;
    const path = `apps/${encodeURIComponent(app.id)}/`;
    const [g, c, s, m] = await Promise.all([
      ask(path + 'groups'), ask(path + 'channels'), ask('standings?' + query({ app: app.id })),
      ask(path + 'machines?' + query({
        group: view.group, state: view.state, version: view.version, text: view.text, after: view.after, count: 100,
      })),
    ]);
    if (mine !== run) return;
    groups = g.groups;
    channels = new Map(c.channels.map(one => [one.id, one]));
    standings = new Map(s.standings.map(one => [one.group, one]));
    page = m;
    if (byId('group').options.length !== groups.length + 1) fillFilter();
    showGroups();
    showMachines();
    loadSamples(path, mine).catch(() => { /* charts are not worth a complaint */ });
  }

  async function loadSamples(path, mine) {
    const from = new Date(now() - view.days * 864e5).toISOString().replace(/\.\d+Z/, 'Z');
    let isNew = false;
    for (const group of groups) {
      const known = samples.get(group.id);
      if (known && known.days === view.days && Date.now() - known.read < 6e5) continue;
      const list = (await ask(`${path}groups/${encodeURIComponent(group.id)}/samples?` + query({ from }))).samples;
      samples.set(group.id, { days: view.days, read: Date.now(), list });
      isNew = true;
      if (mine !== run) return;
    }
    if (isNew) showGroups();
  }

  function fail(fault) {
    if (fault.name === 'AbortError') return;
    if (fault instanceof Refused && (fault.status === 401 || fault.status === 403)) {
      byId('login').hidden = false;
      byId('content').hidden = true;
      byId('login-why').textContent = sessionStorage.getItem('token') ? fault.message : '';
      sessionStorage.removeItem('token');
      byId('forget').hidden = true;
      byId('token').focus();
      live(false, 'waits for a token');
      return;
    }
    complain(fault instanceof TypeError ? 'the server does not answer; trying again' : fault.message);
  }

  // Said once, not with each look.
  function complain(text) {
    byId('problem').hidden = !text;
    if (byId('problem').textContent !== text) byId('problem').textContent = text;
  }

  // ---- live ----
  function live(isOn, text) {
    byId('live').classList.toggle('on', isOn);
    if (byId('live-text').textContent !== text) byId('live-text').textContent = text;
  }

  const sleep = ms => new Promise(done => setTimeout(done, ms));

  async function follow() {
    let pause = 1000;
    for (;;) {
      if (document.hidden || !byId('login').hidden) { await sleep(500); continue; }
      try {
        if (pulse < 0) await load();
        live(true, 'live');
        const told = await ask(`pulse?after=${pulse}&wait=50`);
        pause = 1000;
        if (told.pulse === pulse) continue;
        pulse = told.pulse;
        await load();
        await sleep(1500);
      } catch (fault) {
        fail(fault);
        if (byId('login').hidden) {
          live(false, 'not connected');
          await sleep(pause);
          pause = Math.min(30000, pause * 2);
          pulse = -1;
        }
      }
    }
  }

  // ---- wiring ----
  function begin() {
    readHash();
    byId('state').append(...states.map(s => make('option', { value: s }, s)));
    byId('login').addEventListener('submit', event => {
      event.preventDefault();
      sessionStorage.setItem('token', byId('token').value.trim());
      byId('token').value = '';
      pulse = -1;
      load().catch(fail);
    });
    byId('forget').addEventListener('click', () => { sessionStorage.removeItem('token'); location.reload(); });
    byId('filter').addEventListener('submit', event => event.preventDefault());
    let typing;
    for (const id of ['text', 'version']) {
      byId(id).addEventListener('input', () => {
        clearTimeout(typing);
        typing = setTimeout(() => go({ [id]: byId(id).value.trim() }), 300);
      });
    }
    for (const id of ['group', 'state']) byId(id).addEventListener('change', () => go({ [id]: byId(id).value }));
    byId('first').addEventListener('click', () => go({ after: '' }));
    byId('next').addEventListener('click', () => go({ after: next }, true));
    for (const button of document.querySelectorAll('.range button')) {
      button.addEventListener('click', () => {
        view.days = +button.dataset.days;
        for (const other of document.querySelectorAll('.range button')) {
          other.setAttribute('aria-pressed', other === button);
        }
        load().catch(fail);
      });
    }
    addEventListener('popstate', () => { readHash(); fillFilter(); load().catch(fail); });
    follow();
  }

  begin();
})();

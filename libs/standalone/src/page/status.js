/* global AbortSignal, document, fetch, setTimeout */

const EVERY_MS = 2_000;
const ANSWER_MS_MAX = 8_000;

const at = (id) => document.getElementById(id);
const figures = new Intl.NumberFormat();
const show = (number) => (number === null || number === undefined ? '–' : figures.format(number));

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const stateOf = (state) => {
  const pill = element('span', { className: 'state' }, state);
  pill.dataset.state = state;
  return pill;
};

const number = (value, title = '') => element('td', { className: 'number', title }, show(value));

const sum = (services, figure) => {
  const known = services.filter(({ progress }) => progress);
  return known.length === 0 ? null : known.reduce((total, { progress }) => total + figure(progress), 0);
};

const parkedIn = (progress) => progress.parked.reduce((total, { count }) => total + count, 0);

const tile = (label, value, isBad = false) => {
  const made = element('div', { className: 'tile' }, element('span', { className: 'quiet' }, label));
  made.append(element('strong', {}, show(value)));
  if (isBad) made.dataset.mood = 'bad';
  return made;
};

const rowOf = ({ name, state, progress, docs }) => {
  const why = progress?.parked.map(({ waitsFor, count }) => `${show(count)} wait for ${waitsFor}`).join(', ') ?? '';
  return element(
    'tr',
    {},
    element('td', {}, element('strong', {}, name)),
    element('td', {}, stateOf(state)),
    number(progress?.handled),
    number(progress?.lag),
    number(progress?.outbox),
    number(progress && parkedIn(progress), why),
    number(progress?.deadLetters),
    element('td', {}, element('a', { href: docs }, 'Reference')),
  );
};

const bars = (counts, isEmpty, nothing) => {
  const entries = Object.entries(counts ?? {});
  if (!counts) return element('p', { className: 'quiet' }, 'Not known yet.');
  if (entries.length === 0 || isEmpty) return element('p', { className: 'quiet' }, nothing);

  const most = Math.max(1, ...entries.map(([, count]) => count));
  return element(
    'dl',
    {},
    ...entries.map(([name, count]) => {
      const fill = element('i');
      fill.style.width = `${Math.max(0, (100 * count) / most)}%`;
      const bar = element('div', { className: 'bar' }, fill);
      bar.setAttribute('aria-hidden', 'true');
      return element('div', {}, element('dt', {}, name), element('dd', {}, show(count)), bar);
    }),
  );
};

const span = (seconds) => {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
};

function render({ state, services, totals, currency, uptimeSeconds }) {
  const pill = at('state');
  pill.textContent = state;
  pill.dataset.state = state;
  at('summary').textContent = [`up for ${span(uptimeSeconds)}`, currency && `books in ${currency}`]
    .filter(Boolean)
    .join(' · ');

  const deadLetters = sum(services, (progress) => progress.deadLetters);
  at('tiles').replaceChildren(
    tile('Members', totals.members),
    tile('Active points', totals.points?.active),
    tile('Messages', totals.messages),
    tile(
      'Events waiting',
      sum(services, ({ lag, outbox }) => lag + outbox),
    ),
    tile('Dead letters', deadLetters, deadLetters > 0),
  );
  at('services').replaceChildren(...services.map(rowOf));

  const hasMembers = totals.members !== 0;
  at('tiers').replaceChildren(
    bars(totals.tiers, !hasMembers, 'No members yet. Register the first at POST /membership/v1/members.'),
  );
  const hasPoints = Object.values(totals.points ?? {}).some((count) => count !== 0);
  at('points').replaceChildren(
    bars(totals.points, !hasPoints, 'No points yet. They come with the first purchase of a member.'),
  );
  at('segments').replaceChildren(
    bars(totals.segments, false, 'No segments yet. Define one at PUT /segmentation/v1/segments/{name}.'),
  );
}

async function refresh() {
  const notice = at('notice');
  try {
    const response = await fetch('/status.json', { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    render(await response.json());
    notice.hidden = true;
    at('read').textContent = `Read at ${new Date().toLocaleTimeString()}`;
  } catch {
    notice.textContent =
      'Tessera does not answer. The figures below are the last that were read; this page keeps asking.';
    notice.hidden = false;
    at('state').textContent = 'no answer';
    at('state').dataset.state = 'no answer';
  }
  setTimeout(refresh, EVERY_MS);
}

void refresh();

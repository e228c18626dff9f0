/* global AbortSignal, document, fetch, history, location, sessionStorage, URLSearchParams */

const ANSWER_MS_MAX = 10_000;
const KEPT_AS = 'tessera-token';
/** Beside the frame's sandbox, which turns off scripts, forms and links: nothing is loaded from anywhere. */
const POLICY =
  `<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
  '<meta charset="utf-8">';

const at = (id) => document.getElementById(id);

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** The link that is printed at the start carries the token behind #, which no browser sends anywhere. */
function settleToken() {
  const given = /^#token=([^&]+)$/.exec(location.hash);
  if (!given) return;
  sessionStorage.setItem(KEPT_AS, decodeURIComponent(given[1]));
  history.replaceState(null, '', location.pathname + location.search);
}

class TokenNeeded extends Error {}

async function read(path) {
  const token = sessionStorage.getItem(KEPT_AS);
  if (!token) throw new TokenNeeded('');
  const response = await fetch(path, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  const body = await response.json();
  if (response.status === 401 || response.status === 403) throw new TokenNeeded(body.detail);
  if (!response.ok) throw new Error(body.detail ?? `answered ${response.status}`);
  return body;
}

const timeOf = (instant) => new Date(instant).toLocaleString();

const rowOf = ({ mailId, to, subject, receivedAt, copies }) =>
  element(
    'tr',
    {},
    element('td', {}, timeOf(receivedAt)),
    element('td', {}, to),
    element('td', { className: 'subject' }, element('a', { href: `/mailbox?mail=${mailId}` }, subject || '(none)')),
    element('td', { className: 'number' }, String(copies)),
  );

async function showList(cursor) {
  const to = at('to').value.trim();
  const search = new URLSearchParams({ limit: '50', ...(to && { to }), ...(cursor && { cursor }) });
  const { items, nextCursor, forgotten } = await read(`/mailbox.json?${search}`);
  if (!cursor) at('mails').replaceChildren();
  at('mails').append(...items.map(rowOf));
  at('list').hidden = false;
  at('table').hidden = at('mails').children.length === 0;
  at('none').hidden = !at('table').hidden;
  at('more').hidden = nextCursor === null;
  at('more').onclick = () => void guarded(() => showList(nextCursor));
  at('forgotten').textContent = forgotten > 0 ? `${forgotten} older mails are no longer kept.` : '';
}

const header = (name, value) => element('div', {}, element('dt', {}, name), element('dd', {}, value));

async function showMail(mailId) {
  const mail = await read(`/mailbox/${encodeURIComponent(mailId)}.json`);
  at('subject').textContent = mail.subject || '(no subject)';
  at('headers').replaceChildren(
    header('From', mail.from),
    header('To', mail.to),
    header('Received', `${timeOf(mail.receivedAt)}${mail.copies > 1 ? `, ${mail.copies} times` : ''}`),
    header('Message-ID', mail.messageId),
    ...mail.attachments.map(({ name, type, bytes }) => header('Attachment', `${name ?? type}, ${bytes} bytes`)),
  );
  const frame = element('iframe', { title: 'The mail as it looks', srcdoc: POLICY + (mail.html ?? '') });
  frame.setAttribute('sandbox', '');
  at('shown').replaceChildren(frame);
  at('shown').hidden = mail.html === null;
  at('text').textContent = mail.text ?? '';
  at('text-part').hidden = mail.text === null;
  at('mail').hidden = false;
}

async function guarded(work) {
  at('notice').hidden = true;
  at('ask').hidden = true;
  try {
    await work();
  } catch (error) {
    at('ask').hidden = !(error instanceof TokenNeeded);
    at('notice').textContent = error.message;
    at('notice').hidden = error.message === '';
  }
}

const show = () => {
  const mailId = new URLSearchParams(location.search).get('mail');
  return guarded(() => (mailId === null ? showList() : showMail(mailId)));
};

at('ask').onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEPT_AS, at('token').value.trim());
  void show();
};
at('filter').onsubmit = (event) => {
  event.preventDefault();
  void guarded(() => showList());
};
settleToken();
void show();

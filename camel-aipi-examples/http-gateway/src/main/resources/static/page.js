// The page of the gateway. It uses the gateway's HTTP API (openapi.json) and keeps nothing: all it shows is read from there.

const LARGEST_PICTURE = 11_000_000; // bytes; a data URI is a third longer, and a body may have 16 MB
const PAUSE_WHILE_BUSY = 2_000; // between two looks at the list, in milliseconds
const PAUSE = 5_000;
const LONGEST_PAUSE = 15_000;

const $ = (id) => document.getElementById(id);

/** A response that is no success. Its message is for people; status 0 is none at all. */
class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether it may be over in a moment. */
  get isPassing() {
    return this.status === 0 || this.status >= 500;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', ...options });
  } catch {
    throw new Problem(0, 'The gateway cannot be reached. Try again.');
  }
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    const reason = said.messages?.join('; ') ?? said.detail ?? `The gateway has answered with ${response.status}`;
    const wait = response.headers.get('Retry-After');
    if (response.status === 401 && path !== '/login') {
      showLogin();
    }
    throw new Problem(response.status, wait ? `${reason}. Try again in ${wait} s.` : reason);
  }
  return response.status === 204 ? null : response.json();
}

function setText(element, text) {
  // the same text again would be read out again
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// ---- words

const WORDS = { accepted: 'Accepted', queued: 'In the queue', processing: 'In progress', done: 'Done', failed: 'Failed' };

function stateOf(job) {
  const word = WORDS[job.state] ?? job.state;
  return job.state === 'queued' && job.queuePosition ? `${word}, place ${job.queuePosition}` : word;
}

/** How far it is, in the model's unit; empty if that is not known. */
function amountOf(job) {
  const tokens = job.tokens ?? job.result?.tokens?.completion;
  if (tokens !== undefined) {
    return `${tokens} tokens`;
  }
  if (job.progress === undefined || job.state !== 'processing') {
    return '';
  }
  const amount = Math.round(job.progress);
  return isCounted(job) ? `${amount} tokens` : `${amount} %`;
}

/** Whether its progress is a number of tokens, of which nobody knows how many there will be. */
function isCounted(job) {
  return models.get(job.model)?.output === 'text';
}

const AGE = new Intl.RelativeTimeFormat('en', { style: 'narrow' });

function ageOf(instant) {
  const seconds = Math.max(0, (Date.now() - Date.parse(instant)) / 1000);
  for (const [unit, length] of [['day', 86_400], ['hour', 3_600], ['minute', 60]]) {
    if (seconds >= length) {
      return AGE.format(-Math.floor(seconds / length), unit);
    }
  }
  return seconds < 5 ? 'now' : AGE.format(-Math.floor(seconds), 'second');
}

// ---- whether the gateway is there

let isLost = false;

function lost() {
  isLost = true;
  setText($('connection'), 'The connection to the gateway is lost. It is tried again.');
}

function connected() {
  isLost = false;
  setText($('connection'), '');
}

// ---- the job that is shown

/** The job that is shown: its id, what is known of it, and the stream that tells more. Null for none. */
let shown = null;

function show(id) {
  shown?.source?.close();
  clearTimeout(shown?.timer);
  shown = { id, job: null, source: null, timer: null, pause: 1_000, preview: null, tried: null, isLoading: false };
  $('job').hidden = false;
  for (const part of ['earlier', 'text', 'pictures', 'failure', 'facts', 'state', 'question']) {
    $(part).replaceChildren();
  }
  $('progress').hidden = true;
  $('again').hidden = true;
  showQuestion();
  watch(shown);
}

function watch(mine) {
  mine.source?.close();
  const source = new EventSource(`/jobs/${mine.id}/events`);
  mine.source = source;
  const told = (event) => {
    if (mine === shown) {
      connected();
      mine.pause = 1_000;
      showJob(mine, JSON.parse(event.data));
    }
    if (event.type !== 'progress') {
      source.close();
      refresh();
    }
  };
  ['progress', 'result', 'failure'].forEach((type) => source.addEventListener(type, told));
  source.onerror = () => {
    if (mine !== shown) {
      source.close();
    } else if (source.readyState === EventSource.CLOSED) {
      // it was refused, and the browser gives up: the job itself says why
      mine.timer = setTimeout(() => look(mine), mine.pause);
      mine.pause = Math.min(2 * mine.pause, LONGEST_PAUSE);
    } else {
      lost();
    }
  };
}

/** At once, however long the browser would wait. */
function watchAgain() {
  if (shown && !(shown.job && isEnded(shown.job))) {
    watch(shown);
  }
}

async function look(mine) {
  try {
    const job = await call(`/jobs/${mine.id}`);
    if (mine === shown) {
      connected();
      showJob(mine, job);
      if (!isEnded(job)) {
        watch(mine);
      }
    }
  } catch (problem) {
    if (mine !== shown) {
      return;
    }
    if (problem.isPassing) {
      lost();
      mine.timer = setTimeout(() => look(mine), mine.pause);
      mine.pause = Math.min(2 * mine.pause, LONGEST_PAUSE);
    } else {
      setText($('failure'), problem.message);
    }
  }
}

function isEnded(job) {
  return job.state === 'done' || job.state === 'failed';
}

function showJob(mine, job) {
  const before = mine.job;
  mine.job = job;
  setText($('state'), stateOf(job));
  $('state').dataset.state = job.state;
  showProgress(job);
  setText($('text'), job.result?.text ?? job.text ?? (isEnded(job) ? '' : $('text').textContent));
  showPictures(mine, job);
  setText($('failure'), job.error?.reason ?? '');
  showFacts(job);
  $('again').hidden = !isEnded(job);
  $('again').disabled = false;
  showQuestion();
  showInList(job);
  if (before?.state !== job.state) {
    const more = job.error?.reason ?? job.result?.text ?? '';
    setText($('news'), more ? `${stateOf(job)}: ${more}` : stateOf(job));
  }
}

function showProgress(job) {
  const bar = $('progress');
  bar.hidden = isEnded(job);
  if (isCounted(job) && job.state === 'processing') {
    bar.removeAttribute('value');
  } else {
    bar.value = job.state === 'processing' ? (job.progress ?? 0) : 0;
  }
}

function showFacts(job) {
  const facts = [models.get(job.model)?.title ?? job.model, amountOf(job)];
  if (job.result?.computeSeconds !== undefined) {
    facts.push(`computed in ${job.result.computeSeconds.toFixed(1)} s`);
  } else if (!isEnded(job) && job.estimateSeconds > 0) {
    facts.push(`about ${Math.ceil(job.estimateSeconds)} s left`);
  }
  if (job.result?.seed !== undefined) {
    facts.push(`seed ${job.result.seed}`);
  }
  setText($('facts'), facts.filter((fact) => fact).join(' · '));
}

function showPictures(mine, job) {
  if (job.result?.images) {
    mine.preview = null;
    $('pictures').replaceChildren(...job.result.images.map((link, number) => {
      const image = element('img', 'result', '');
      image.src = link.url;
      image.alt = `Picture ${number + 1} for: ${promptOf(job.id)}`;
      return image;
    }));
  } else if (isEnded(job)) {
    mine.preview = null;
    $('pictures').replaceChildren();
  } else if (job.previews) {
    mine.preview = job.previews[0].url;
    loadPreview(mine);
  }
}

/** One after the other, and the newest only: the one before stays until it is there. */
async function loadPreview(mine) {
  if (mine.isLoading) {
    return;
  }
  mine.isLoading = true;
  while (mine === shown && mine.preview && mine.preview !== mine.tried) {
    mine.tried = mine.preview;
    const image = element('img', 'preview', '');
    image.alt = 'How far the picture is';
    image.src = mine.tried;
    const isThere = await image.decode().then(() => true, () => false);
    // one that is gone was followed by another one, or by the end
    if (isThere && mine === shown && mine.preview) {
      $('pictures').replaceChildren(image);
    }
  }
  mine.isLoading = false;
}

$('again').addEventListener('click', async () => {
  $('again').disabled = true;
  try {
    await open(await call(`/jobs/${shown.id}/again`, { method: 'POST' }));
    $('job-title').focus();
  } catch (problem) {
    $('again').disabled = false;
    setText($('failure'), problem.message);
  }
});

// ---- what was asked

/** Ended jobs of conversations, by their ids. */
const answers = new Map();

function promptOf(id) {
  return list.find((entry) => entry.id === id)?.prompt ?? '';
}

function showQuestion() {
  const { id, job } = shown;
  setText($('question'), promptOf(id));
  $('question').hidden = !promptOf(id);
  const goesOn = Boolean(job?.conversation) && model()?.takesConversations === true && model().name === job.model;
  if ($('go-on').hidden && goesOn) {
    $('conversation').checked = true;
  }
  $('go-on').hidden = !goesOn;
  if (job?.conversation) {
    showEarlier(shown);
  }
}

async function showEarlier(mine) {
  const earlier = list
    .filter((entry) => entry.conversation === mine.job.conversation && entry.submitted < mine.job.submitted)
    .filter((entry) => entry.id !== mine.id && entry.state === 'done')
    .reverse();
  for (const one of earlier) {
    if (!answers.has(one.id)) {
      const job = await call(`/jobs/${one.id}`).catch(() => null);
      answers.set(one.id, job?.result?.text ?? '');
    }
  }
  if (mine === shown && $('earlier').children.length !== earlier.length) {
    $('earlier').replaceChildren(...earlier.map((one) => {
      const item = element('li', '', '');
      item.append(element('p', '', one.prompt), element('p', '', answers.get(one.id)));
      return item;
    }));
  }
}

// ---- the list

let list = [];
let refreshing = null;

async function refresh() {
  clearTimeout(refreshing);
  if (document.hidden || $('work').hidden) {
    return;
  }
  let pause = PAUSE;
  try {
    list = (await call('/jobs')).jobs;
    if (isLost) {
      watchAgain();
    }
    connected();
    showList();
    if (shown) {
      showQuestion();
    }
    pause = list.some((entry) => !entry.ended) ? PAUSE_WHILE_BUSY : PAUSE;
  } catch (problem) {
    if (problem.isPassing) {
      lost();
      pause = PAUSE_WHILE_BUSY;
    }
  }
  clearTimeout(refreshing);
  refreshing = setTimeout(refresh, pause);
}

function showList() {
  $('none').hidden = list.length > 0;
  const known = new Map([...$('jobs').children].map((item) => [item.dataset.id, item]));
  const items = list.map((entry) => showItem(known.get(entry.id) ?? newItem(entry), entry));
  // those that stay are not taken out, so that they keep the focus
  const stays = items.length === known.size && items.every((item, i) => item === $('jobs').children[i]);
  if (!stays) {
    const focused = document.activeElement;
    $('jobs').replaceChildren(...items);
    if ($('jobs').contains(focused)) {
      focused.focus();
    }
  }
}

/** What is heard of the job that is shown is newer than the list. */
function showInList({ id, state, progress, queuePosition }) {
  const entry = list.find((one) => one.id === id);
  if (entry && !entry.ended) {
    Object.assign(entry, { state, progress, queuePosition });
    showList();
  }
}

function newItem(entry) {
  const item = element('li', '', '');
  item.dataset.id = entry.id;
  const link = element('a', '', '');
  link.href = `#jobs/${entry.id}`;
  link.append(element('span', 'what', ''), element('span', 'how', ''));
  item.append(link);
  return item;
}

function showItem(item, entry) {
  const link = item.firstChild;
  link.toggleAttribute('aria-current', false);
  if (shown?.id === entry.id) {
    link.setAttribute('aria-current', 'true');
  }
  setText(link.firstChild, entry.prompt || '(no prompt)');
  const facts = [entry.model, ageOf(entry.submitted), amountOf(entry), entry.error?.reason];
  const text = ` · ${facts.filter((fact) => fact).join(' · ')}`;
  const state = stateOf(entry);
  if (link.lastChild.textContent !== state + text) {
    link.lastChild.replaceChildren(element('span', entry.state, state), text);
  }
  return item;
}

// ---- asking

/** By their names, in the gateway's order. */
const models = new Map();
let picture = null;

function model() {
  return models.get($('model').value);
}

function showModel() {
  const takes = model()?.takesImages !== false;
  $('file').disabled = !takes;
  $('picture').hidden = !takes;
  if (!takes) {
    choose(null);
  }
  if (shown) {
    showQuestion();
  }
}

/** A picture to go along; null for none. */
function choose(file) {
  if (file && !file.type.startsWith('image/')) {
    setText($('ask-error'), `${file.name} is no picture`);
    return;
  }
  if (file && file.size > LARGEST_PICTURE) {
    setText($('ask-error'), `${file.name} is too large: a picture may have ${LARGEST_PICTURE / 1e6} MB`);
    return;
  }
  URL.revokeObjectURL($('thumbnail').src);
  picture = file;
  $('file').value = '';
  $('chosen').hidden = !file;
  if (file) {
    $('thumbnail').src = URL.createObjectURL(file);
    $('thumbnail').alt = 'The picture that goes along';
    setText($('chosen-name'), file.name);
    setText($('ask-error'), '');
  } else {
    $('thumbnail').removeAttribute('src');
  }
}

function dataUri(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Problem(400, `${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}

/** Not to be guessed; crypto.randomUUID is not there without TLS. */
function newName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send() {
  const asked = model();
  const body = { prompt: $('prompt').value };
  if (picture) {
    body.image = await dataUri(picture);
  }
  if (asked?.previews) {
    body.parameters = asked.previews;
  }
  if (asked?.takesConversations) {
    const goesOn = !$('go-on').hidden && $('conversation').checked;
    body.conversation = goesOn ? shown.job.conversation : newName();
  }
  return call(`/prompts?model=${encodeURIComponent($('model').value)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The new job is shown. */
async function open(accepted) {
  location.hash = `#jobs/${accepted.id}`;
  await refresh();
  // on a phone it is below
  $('job').scrollIntoView({ block: 'nearest' });
}

$('ask-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  $('send').disabled = true;
  setText($('ask-error'), '');
  try {
    const accepted = await send();
    $('prompt').value = '';
    choose(null);
    await open(accepted);
  } catch (problem) {
    setText($('ask-error'), problem.message);
  } finally {
    $('send').disabled = false;
  }
});

$('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !$('send').disabled) {
    $('ask-form').requestSubmit();
  }
});
$('model').addEventListener('change', showModel);
$('file').addEventListener('change', () => choose($('file').files[0] ?? null));
$('remove').addEventListener('click', () => {
  choose(null);
  $('file').focus();
});
document.addEventListener('paste', (event) => {
  const file = [...event.clipboardData.files].find((one) => one.type.startsWith('image/'));
  if (file && !$('file').disabled) {
    choose(file);
  }
});
// on the whole page: the browser would leave it for the picture
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  $('picture').classList.add('over');
});
document.addEventListener('dragleave', () => $('picture').classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  $('picture').classList.remove('over');
  if (event.dataTransfer.files.length > 0 && !$('file').disabled) {
    choose(event.dataTransfer.files[0]);
  }
});

// ---- who is there

function showLogin() {
  shown?.source?.close();
  clearTimeout(shown?.timer);
  $('work').hidden = true;
  $('user').hidden = true;
  $('login').hidden = false;
  $('token-login').hidden = session.login !== 'token';
  $('oidc-login').hidden = session.login !== 'oidc';
  $('token').focus();
}

$('token-login').addEventListener('submit', async (event) => {
  event.preventDefault();
  setText($('login-error'), '');
  try {
    await call('/login', { method: 'POST', body: new URLSearchParams({ token: $('token').value }) });
    // nothing of whoever was here before stays in the page
    location.replace('/');
  } catch (problem) {
    setText($('login-error'), problem.status === 401 ? 'This token is nobody\u2019s' : problem.message);
  }
});

$('logout').addEventListener('click', async () => {
  try {
    await call('/logout', { method: 'POST' });
  } catch (problem) {
    setText($('connection'), problem.message);
    return;
  }
  // nothing of the user stays in the page
  location.replace('/');
});

// ---- start

let session = { login: 'none' };

function showHash() {
  const id = /^#jobs\/([-\w]+)$/.exec(location.hash)?.[1];
  if (id && id !== shown?.id) {
    const fromList = $('jobs').contains(document.activeElement);
    show(id);
    showList();
    if (fromList) {
      $('job-title').focus();
    }
  }
}

async function start() {
  try {
    session = await call('/session');
    if (session.login !== 'none' && !session.user) {
      showLogin();
      return;
    }
    const described = (await call('/models')).models;
    models.clear();
    described.forEach((one) => models.set(one.name, one));
    $('model').replaceChildren(...described.map((one) => new Option(one.title, one.name)));
    setText($('user-name'), session.user ?? '');
    $('user').hidden = !session.user;
    $('login').hidden = true;
    $('work').hidden = false;
    connected();
  } catch (problem) {
    if (problem.isPassing) {
      lost();
      setTimeout(start, PAUSE_WHILE_BUSY);
    } else {
      setText($('connection'), problem.message);
    }
    return;
  }
  showModel();
  await refresh();
  showHash();
}

/** Another tab may have logged in as somebody else. */
async function reloadForAnother() {
  const present = await call('/session').catch(() => session);
  if (present.user !== session.user) {
    location.replace('/');
  }
}

window.addEventListener('hashchange', showHash);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    // a browser has six connections to a server, for all of its tabs
    shown?.source?.close();
  } else {
    watchAgain();
    reloadForAnother();
  }
  refresh();
});
window.addEventListener('online', refresh);
await start();

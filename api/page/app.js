"use strict";

// Everything in an answer is untrusted: it becomes text nodes, and never markup.

const part = (id) => document.getElementById(id);

/** An element with a class and children; strings become text. */
function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

const FAILURES = {
  413: "質問が長すぎます。",
  422: "質問を受け付けられませんでした。",
  502: "言語モデルから回答を得られませんでした。",
  503: "いまは回答できません。しばらくしてからもう一度お試しください。",
};

async function fetched(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error("サービスに接続できません。");
  }
  // A proxy on the way may answer with something else.
  const content = await response.json().catch(() => null);
  if (response.ok && content) return content;
  const detail = [content?.detail, content?.hint].filter(Boolean).join("; ");
  const failure = FAILURES[response.status] ?? "エラーが発生しました。";
  throw new Error(detail ? `${failure}（${detail}）` : failure);
}

const labelled = fetched("/page/labels.json");
// Told when it is used.
labelled.catch(() => {});

const reviewed = (claim) => (claim.needs_review ? " review" : "");

/** The text of a claim, its markers linked to the citations they name. */
function linked(text, numbers) {
  return text.split(/(\[\d+\])/).map((piece) => {
    const number = /^\[(\d+)\]$/.exec(piece)?.[1];
    if (!numbers.has(Number(number))) return piece;
    const link = make("a", "", piece);
    link.href = `#citation-${number}`;
    return link;
  });
}

/** The answer's text, with each claim underlined in the colour of its verdict. */
function marked(answer, labels) {
  const points = Array.from(answer.text); // spans count code points
  const numbers = new Set(answer.citations.map((citation) => citation.number));
  const between = (start, end) => points.slice(start, end).join("");
  const nodes = [];
  let position = 0;
  for (const claim of [...answer.claims].sort((one, other) => one.start - other.start)) {
    if (claim.start < position) continue;
    nodes.push(between(position, claim.start));
    const words = linked(between(claim.start, claim.end), numbers);
    if (claim.verdict === "not_a_claim") {
      nodes.push(...words);
    } else {
      const span = make("span", `claim ${claim.verdict}${reviewed(claim)}`, ...words);
      span.title = labels.verdicts[claim.verdict];
      nodes.push(span);
    }
    position = claim.end;
  }
  nodes.push(between(position, points.length));
  return nodes;
}

const quoted = (words) => (words.trim() ? `「${words}」` : "（なし）");

function claimItem(claim, labels) {
  const label = labels.verdicts[claim.verdict] + (claim.needs_review ? labels.review : "");
  const differences = claim.differences.map((difference) =>
    make(
      "li",
      "",
      `違い（${labels.differences[difference.kind] ?? difference.kind}）: ` +
        `回答${quoted(difference.claim)} / 資料${quoted(difference.evidence)}`,
    ),
  );
  return make(
    "li",
    claim.verdict + reviewed(claim),
    make("span", "label", label),
    ` ${claim.text}`,
    differences.length ? make("ul", "", ...differences) : null,
  );
}

/** The heading path of a passage, linked to its source where it has a web address. */
function place(source, number) {
  const path = [source.title, ...source.section].join(" > ");
  const shown = number ? `[${number}] ` : "";
  if (!/^https?:\/\//.test(source.url ?? "")) return make("p", "place", shown + path);
  const link = make("a", "", path);
  link.href = source.url;
  link.rel = "noreferrer";
  return make("p", "place", shown, link);
}

function facts(source, labels) {
  const edition = labels.editions[source.edition_status];
  const others = [
    source.society,
    source.edition,
    source.page ? `p.${source.page}` : null,
    source.strength ? `推奨の強さ: ${source.strength.raw}` : null,
    source.certainty ? `エビデンスの確実性: ${source.certainty.raw}` : null,
  ].filter(Boolean);
  return make(
    "p",
    "facts",
    make("span", source.edition_status, edition),
    others.length ? ` ・ ${others.join(" ・ ")}` : "",
  );
}

function sourceItem(source, quote, number, labels) {
  const item = make(
    "li",
    "",
    place(source, number),
    facts(source, labels),
    make("blockquote", "", quote),
  );
  if (number) item.id = `citation-${number}`;
  return item;
}

function fill(id, items) {
  part(id).replaceChildren(...items);
  part(`${id}-section`).hidden = items.length === 0;
}

function show(answer, labels) {
  part("result-heading").textContent = labels.statuses[answer.status];
  part("result-heading").className = answer.status;
  const tier = labels.tiers[answer.verified_by.split(":")[0]];
  part("how").textContent = `${labels.modes[answer.mode]} ・ 検証: ${tier ? `${tier}（${answer.verified_by}）` : answer.verified_by}`;
  part("text").replaceChildren(...marked(answer, labels));
  part("warnings").replaceChildren(
    ...answer.warnings.map((warning) => make("p", "", `⚠ ${warning.message}`)),
  );
  const stated = answer.claims.filter((claim) => claim.verdict !== "not_a_claim");
  fill("claims", stated.map((claim) => claimItem(claim, labels)));
  fill(
    "citations",
    answer.citations.map((citation) =>
      sourceItem(citation, citation.quote, citation.number, labels),
    ),
  );
  part("nearest-heading").textContent = labels.nearest;
  const nearest = answer.status === "abstained" ? answer.hits.slice(0, 3) : [];
  fill("nearest", nearest.map((hit) => sourceItem(hit, hit.text, null, labels)));
  part("result").hidden = false;
  part("result").focus();
}

part("ask").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const button = submitted.target.querySelector("button");
  const status = part("status");
  button.disabled = true;
  part("result").hidden = true;
  status.className = "";
  status.textContent = "ガイドラインを調べています…";
  try {
    const answer = await fetched("/v1/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ question: part("question").value }),
    });
    show(answer, await labelled);
    status.textContent = "";
  } catch (error) {
    status.className = "failed";
    status.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

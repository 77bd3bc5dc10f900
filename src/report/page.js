// SPDX-License-Identifier: GPL-2.0-or-later
// Filters the tables of the page, and nothing else: what is to be read stands there without it.
// The filter is kept in the address, behind #, so that it can be passed on.
'use strict';
(() => {
	const data = JSON.parse(document.getElementById('data').textContent);
	const form = document.getElementById('filter');
	const fields = ['q', 'verdict', 'node', 'module', 'from', 'to'];
	const spans = data.timeline.spans.map((span) => span.start);

	// The rows of the page with what they are made of.
	const sections = [...document.querySelectorAll('table[data-part]')].map((table) => ({
		part: table.dataset.part,
		count: table.closest('section').querySelector('.rows'),
		nothing: table.closest('section').querySelector('.nothing'),
		scroll: table.closest('.scroll'),
		rows: [...table.tBodies[0].rows].map((element, i) => ({
			element,
			text: element.textContent.toLowerCase(),
			about: data[table.dataset.part].rows[i],
		})),
	}));

	// The texts of a field: one, or a list of those that a row has seen. null: others, not kept.
	const texts = (field) => {
		if (field === undefined)
			return [];
		return typeof field === 'string' ? [field] : field.map((entry) => entry.value);
	};

	const has = (field, text) => texts(field).some((entry) => entry === text || entry === null);

	// The words of `modwarden log --verdict`.
	const verdicts = {
		deny: ['any denial', 'deny', 'would_deny', 'not_stopped'],
		blocked: ['denied', 'deny'],
		would_deny: ['would be denied', 'would_deny'],
		not_stopped: ['not stopped', 'not_stopped'],
		failed: ['failed in the kernel', 'failed'],
		undecided: ['undecided', 'undecided'],
		allow: ['let in', 'allow'],
	};
	const meets = (about, verdict) => (verdicts[verdict] ?? []).slice(1)
		.some((outcome) => about.outcomes?.[outcome] || about.outcome === outcome);

	const matches = (row, want) => {
		const about = row.about;
		if (want.q && !want.q.toLowerCase().split(/\s+/).every((word) => row.text.includes(word)))
			return false;
		if (want.verdict && !meets(about, want.verdict))
			return false;
		if (want.node && !has(about.node, want.node))
			return false;
		if (want.module && !has(about.module, want.module))
			return false;
		if (want.from && !(about.last && about.last >= want.from))
			return false;
		return !want.to || (about.first !== '' && about.first < want.to);
	};

	const wanted = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value]));

	const showSelection = (from, to) => {
		const first = from ? Math.max(spans.findIndex((start) => start >= from), 0) : 0;
		const after = to ? spans.findIndex((start) => start >= to) : spans.length;
		for (const brush of document.querySelectorAll('.brush')) {
			brush.setAttribute('x', first * 10);
			brush.setAttribute('width', from || to ? Math.max((after < 0 ? spans.length : after) - first, 0) * 10 : 0);
		}
	};

	const apply = () => {
		const want = wanted();
		const isFiltered = fields.some((name) => want[name]);
		let all = 0, shown = 0;
		for (const section of sections) {
			let here = 0;
			for (const row of section.rows) {
				const isShown = matches(row, want);
				row.element.hidden = !isShown;
				here += isShown;
			}
			section.scroll.hidden = section.nothing.hidden = false;
			section[here ? 'nothing' : 'scroll'].hidden = true;
			section.count.textContent = isFiltered ? `${here} of ${section.rows.length}` : section.rows.length;
			all += section.rows.length;
			shown += here;
		}
		showSelection(want.from, want.to);
		document.getElementById('shown').textContent =
			isFiltered ? `${shown} of ${all} rows match the filter.` : `All ${all} rows are shown.`;
	};

	const remember = () => {
		const kept = new URLSearchParams(Object.entries(wanted()).filter(([, value]) => value));
		history.replaceState(null, '', `#${kept}`);
	};

	const change = () => {
		apply();
		remember();
	};

	const addOption = (select, value, label) => {
		const option = document.createElement('option');
		option.value = value;
		option.textContent = label;
		select.append(option);
	};

	const fill = (name, entries) => {
		for (const [value, label] of entries)
			addOption(form.elements[name], value, label);
	};

	const seen = (field) => {
		const found = new Set(sections.flatMap((section) => section.rows.flatMap((row) => texts(row.about[field]))));
		found.delete(null);
		return [...found].sort().map((text) => [text, text]);
	};

	const moment = (time) => [time, `${time.slice(0, 10)} ${time.slice(11, 19)}`];

	const restore = () => {
		if (!location.hash.includes('='))
			return; // a link to a table
		const kept = new URLSearchParams(location.hash.slice(1));
		for (const name of fields) {
			const field = form.elements[name], value = kept.get(name) ?? '';
			if (field.options && ![...field.options].some((option) => option.value === value))
				addOption(field, value, value);
			field.value = value;
		}
	};

	// Dragging over the timeline, or a tap on it, selects a time; the lists do the same.
	const brushWith = (lane) => {
		let anchor = null;
		const spanAt = (event) => {
			const box = lane.getBoundingClientRect();
			const at = Math.floor((event.clientX - box.left) / box.width * spans.length);
			return Math.min(Math.max(at, 0), spans.length - 1);
		};
		const select = (event) => {
			const here = spanAt(event);
			form.elements.from.value = spans[Math.min(anchor, here)];
			form.elements.to.value = spans[Math.max(anchor, here) + 1] ?? '';
			apply();
		};
		lane.addEventListener('pointerdown', (event) => {
			anchor = spanAt(event);
			lane.setPointerCapture(event.pointerId);
		});
		lane.addEventListener('pointermove', (event) => anchor !== null && select(event));
		lane.addEventListener('pointerup', (event) => {
			if (anchor === null)
				return;
			select(event);
			remember();
			anchor = null;
		});
		lane.addEventListener('pointercancel', () => { anchor = null; });
	};

	// Each of the last records as a whole, made when it is asked for; what cannot be seen is escaped.
	const unseen = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;
	const escape = (text) => text.replace(unseen, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
	const offerDetails = (row) => {
		const details = document.createElement('details'), summary = document.createElement('summary');
		summary.textContent = 'All of it';
		details.append(summary);
		details.addEventListener('toggle', () => {
			if (details.children.length > 1)
				return;
			const pre = document.createElement('pre');
			pre.textContent = escape(JSON.stringify(row.about.record, null, 2));
			details.append(pre);
		});
		row.element.cells[0].append(details);
	};

	fill('verdict', Object.entries(verdicts).filter(([word]) => meets(data, word)).map(([word, [label]]) => [word, label]));
	fill('node', seen('node'));
	fill('module', seen('module'));
	fill('from', spans.map(moment));
	fill('to', spans.slice(1).map(moment));
	for (const section of sections.filter((section) => section.part === 'records'))
		section.rows.forEach(offerDetails);
	document.querySelectorAll('.lane').forEach(brushWith);
	form.addEventListener('input', change);
	form.addEventListener('reset', () => setTimeout(change));
	form.addEventListener('submit', (event) => event.preventDefault());
	window.addEventListener('hashchange', () => { restore(); apply(); });
	form.hidden = false;
	restore();
	apply();
})();

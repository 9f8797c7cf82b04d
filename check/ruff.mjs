// SPDX-License-Identifier: GPL-2.0-only
// ruff over Python files, as its command line would do it; only the module is to be had
// here.  Standard input is JSON: where the module is, ruff's settings, the files, and
// whether they are to be formatted instead of checked.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { home, settings, files, write } = JSON.parse(readFileSync(0, "utf8"));
const { Workspace, PositionEncoding } =
	createRequire(`${home}/`)("@astral-sh/ruff-wasm-nodejs");
const workspace = new Workspace(settings, PositionEncoding.Utf32);

for (const file of files) {
	const text = readFileSync(file, "utf8");
	const found = write ? [] : workspace.check(text);
	let formatted = text;

	for (const { start_location: at, code, message } of found)
		console.log(`${file}:${at.row}: ${code} ${message}`);
	try {
		formatted = workspace.format(text);
	} catch (error) {
		// What cannot be parsed was reported as such by check().
		if (write)
			console.log(`${file}:1: ${error}`);
	}
	if (formatted === text)
		continue;
	if (write)
		writeFileSync(file, formatted);
	console.log(`${file}:1: ${write ? "formatted" : "not formatted as ruff format does it"}`);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings of `doctor`, explained: sections of docs/troubleshooting.md, which is
 * part of the program.
 */
#include "cmd/explain.h"

#include <string.h>

#include "cmd/export.h"

#define NP_PAGE		"troubleshooting.md"
#define NP_SECTION	"### "

static const char *const *np_page(void)
{
	const struct np_export_file *file;

	for (file = np_export_files; file->name; file++)
		if (!strcmp(file->name, NP_PAGE))
			return file->lines;

	return NULL;
}

static bool np_is_section(const char *line, const char *id)
{
	size_t length = strlen(id);

	return !strncmp(line, NP_SECTION, strlen(NP_SECTION)) &&
	       !strncmp(line + strlen(NP_SECTION), id, length) &&
	       line[strlen(NP_SECTION) + length] == '\n';
}

/* A line without the asterisks of Markdown, behind what is there. */
static char *np_append(char *text, const char *line)
{
	char *longer = np_print("%s%s", text, line);
	char *from, *to = longer + strlen(text);

	for (from = to; *from; from++)
		if (*from != '*')
			*to++ = *from;
	*to = '\0';
	free(text);

	return longer;
}

/**
 * np_explain_finding - what a finding of `doctor` means
 * @id: of it, as in "RX-RING-OVERFLOW"
 *
 * Return: to be freed; NULL if there is no such finding.
 */
char *np_explain_finding(const char *id)
{
	const char *const *line = np_page();
	char *text;

	while (line && *line && !np_is_section(*line, id))
		line++;
	if (!line || !*line)
		return NULL;
	text = np_copy("");
	for (line++; *line && strncmp(*line, "##", 2) != 0; line++)
		if (*text || **line != '\n')
			text = np_append(text, *line);
	/* Sections end with an empty line. */
	while (*text && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';

	return text;
}

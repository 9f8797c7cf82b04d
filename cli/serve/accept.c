// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Accept header of RFC 9110, as far as two formats need it; and addresses.
 */
#include "serve/accept.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* In two parts, which no tool takes for the beginning of a comment. */
#define NP_ANY		"*"

/* How much a format is wanted: in thousandths, and how exactly it was named. */
struct np_wish {
	int quality;
	int exact;
};

/* "0.5" as 500; what is no such number as 0, so that nothing is guessed. */
static int np_quality(const char *text)
{
	int quality, unit = 100;

	if (*text != '0' && *text != '1')
		return 0;
	quality = (*text++ - '0') * 1000;
	if (*text == '.')
		for (text++; isdigit((unsigned char)*text) && unit; text++) {
			quality += (*text - '0') * unit;
			unit /= 10;
		}

	return *text || quality > 1000 ? 0 : quality;
}

/* The value of a parameter without quotes, or NULL if it is another one. */
static const char *np_parameter(char *text, const char *name)
{
	size_t length = strlen(name);

	if (strncasecmp(text, name, length) || text[length] != '=')
		return NULL;
	text += length + 1;
	if (*text == '"' && strlen(text) > 1 && text[strlen(text) - 1] == '"') {
		text[strlen(text) - 1] = '\0';
		text++;
	}

	return text;
}

static void np_wish(struct np_wish *wish, int exact, int quality)
{
	if (exact < wish->exact)
		return;
	/* Of several that are as exact, versions for one, the best. */
	if (exact > wish->exact || quality > wish->quality)
		wish->quality = quality;
	wish->exact = exact;
}

/* One part between commas: a type, and parameters. */
static void np_accept_part(char *part, struct np_wish wishes[2])
{
	char *type = np_strip(strsep(&part, ";")), *word;
	const char *version = NULL, *value;
	int quality = 1000;

	while ((word = strsep(&part, ";"))) {
		word = np_strip(word);
		value = np_parameter(word, "q");
		if (value)
			quality = np_quality(value);
		value = np_parameter(word, "version");
		if (value)
			version = value;
	}
	if (!strcasecmp(type, NP_ANY "/" NP_ANY)) {
		np_wish(&wishes[0], 1, quality);
		np_wish(&wishes[1], 1, quality);
	} else if (!strcasecmp(type, "application/" NP_ANY)) {
		np_wish(&wishes[1], 2, quality);
	} else if (!strcasecmp(type, "text/" NP_ANY)) {
		np_wish(&wishes[0], 2, quality);
	} else if (!strcasecmp(type, "text/plain")) {
		if (!version || !strcmp(version, "0.0.4"))
			np_wish(&wishes[0], 3, quality);
	} else if (!strcasecmp(type, "application/openmetrics-text")) {
		if (!version || !strcmp(version, "1.0.0"))
			np_wish(&wishes[1], 3, quality);
	}
}

/**
 * np_accept - which format a client wants
 * @accept: value of its Accept header, or NULL
 *
 * Return: OpenMetrics if it is wanted more than text, or as much and by its
 * name; else text, which every client understands.
 */
enum np_exposition np_accept(const char *accept)
{
	struct np_wish wishes[2] = {};
	char *copy, *rest, *part;

	if (!accept)
		return NP_EXPOSITION_TEXT;
	copy = np_copy(accept);
	rest = copy;
	while ((part = strsep(&rest, ",")))
		np_accept_part(part, wishes);
	free(copy);
	if (wishes[1].quality > wishes[0].quality ||
	    (wishes[1].quality && wishes[1].quality == wishes[0].quality &&
	     wishes[1].exact > wishes[0].exact))
		return NP_EXPOSITION_OPENMETRICS;

	return NP_EXPOSITION_TEXT;
}

/**
 * np_split_address - "127.0.0.1:9000", "[::1]:9000", ":9000" in two parts
 * @text: address and port
 * @host: set to the address, freed by the caller; "" for all addresses
 * @port: set to the port, freed by the caller
 *
 * Return: false if it is no such thing; nothing is set.
 */
bool np_split_address(const char *text, char **host, char **port)
{
	const char *colon = strrchr(text, ':');
	size_t length;
	uint64_t number;

	if (!colon || !isdigit((unsigned char)colon[1]) ||
	    !np_parse_u64(colon + 1, &number) || number > UINT16_MAX)
		return false;
	length = (size_t)(colon - text);
	if (length > 1 && text[0] == '[' && colon[-1] == ']') {
		text++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		/* Which colon begins the port could not be told. */
		return false;
	}
	*host = np_print("%.*s", (int)length, text);
	*port = np_copy(colon + 1);

	return true;
}

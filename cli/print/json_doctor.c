// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings as JSON.
 */
#include "print/print.h"

static json_t *np_json_texts(char *const *texts, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		/* Names of programs need not be UTF-8. */
		if (json_array_append_new(array, json_string(texts[i])))
			json_array_append_new(array, json_string("?"));

	return array;
}

static json_t *np_json_evidence(const struct np_evidence *proof)
{
	json_t *object = json_object();

	np_put_text(object, "source", proof->source);
	np_put_number(object, "before", proof->before);
	np_put_number(object, "after", proof->after);
	np_put_text(object, "text", proof->text);

	return object;
}

static json_t *np_json_fix(const struct np_fix *fix)
{
	json_t *object = json_object();

	np_put_text(object, "command", fix->command);
	np_put_text(object, "effect", fix->effect);
	np_put_text(object, "cost", fix->cost);
	np_put_text(object, "undo", fix->undo);

	return object;
}

/**
 * np_json_finding - one thing that is wrong
 * @one: finding
 *
 * Return: an object; a reference of the caller's.
 */
json_t *np_json_finding(const struct np_finding *one)
{
	json_t *object = json_object(), *array = json_array();
	size_t i;

	np_put_text(object, "id", one->id);
	np_put_text(object, "severity", np_severity_names[one->severity]);
	np_put_text(object, "confidence", np_confidence_names[one->confidence]);
	np_put_text(object, "ifname", one->dev);
	np_put_text(object, "scope", one->scope);
	np_put_text(object, "summary", one->summary);
	np_put_text(object, "cause", one->cause);
	for (i = 0; i < one->nr_evidence; i++)
		json_array_append_new(array,
				      np_json_evidence(&one->evidence[i]));
	json_object_set_new(object, "evidence", array);
	json_object_set_new(object, "ruled-out",
			    np_json_texts(one->ruled_out, one->nr_ruled_out));
	array = json_array();
	for (i = 0; i < one->nr_fix; i++)
		json_array_append_new(array, np_json_fix(&one->fix[i]));
	json_object_set_new(object, "fixes", array);
	np_put_text(object, "verify", one->verify);

	return object;
}

/**
 * np_json_findings - all that is wrong
 * @document: gets them
 * @all: of np_judge()
 */
void np_json_findings(json_t *document, const struct np_findings *all)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < all->count; i++)
		json_array_append_new(array, np_json_finding(&all->item[i]));
	json_object_set_new(document, "findings", array);
	json_object_set_new(document, "unseen",
			    np_json_texts(all->unseen, all->nr_unseen));
}

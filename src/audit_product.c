// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_product.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

#define OS_RELEASE_MAX 65536
#define CALL(call)     (1U << AUDIT_CALL_##call)
#define LOADS          (CALL(INIT) | CALL(FINIT))
#define TODAY          (LOADS | CALL(DELETE))
#define EVER           (TODAY | CALL(CREATE) | CALL(QUERY))

struct product {
	const char *name;
	const char *os;      /* ID of os-release, or in ID_LIKE */
	const char *version; /* how VERSION_ID begins */
	unsigned int wiring;
	bool wants_auid;
	unsigned int stig; /* calls */
	unsigned int cis;
	bool cis_kmod;
	const char *stig_load, *stig_unload, *cis_id;
};

static const struct product products[AUDIT_PRODUCTS] = {
	[AUDIT_PRODUCT_RHCOS4] = { "rhcos4", NULL, "",
				   AUDIT_WIRING_AUDITD | AUDIT_WIRING_AUDIT_RULES, false, TODAY, 0,
				   false, "CNTR-OS-000930, CNTR-OS-000980",
				   "CNTR-OS-000930, CNTR-OS-000980", "" },
	[AUDIT_PRODUCT_RHEL8] = { "rhel8", "rhel", "8", AUDIT_WIRING_AUDITD, true, TODAY, EVER,
				  true, "RHEL-08-030360", "RHEL-08-030390", "6.3.3.19" },
	[AUDIT_PRODUCT_RHEL9] = { "rhel9", "rhel", "9", AUDIT_WIRING_AUDITD, true, TODAY, EVER,
				  true, "RHEL-09-654080", "RHEL-09-654075", "6.3.3.19" },
	[AUDIT_PRODUCT_RHEL10] = { "rhel10", "rhel", "10",
				   AUDIT_WIRING_AUDIT_RULES | AUDIT_WIRING_AUDITCTL, true, TODAY,
				   TODAY, false, "RHEL-10-500410", "RHEL-10-500400",
				   "6.3.3.32-34" },
	[AUDIT_PRODUCT_OL8] = { "ol8", "ol", "8", AUDIT_WIRING_AUDITD, true, TODAY, 0, false,
				"OL08-00-030360", "OL08-00-030390", "" },
	[AUDIT_PRODUCT_OL9] = { "ol9", "ol", "9", AUDIT_WIRING_AUDITD, true, TODAY, 0, false,
				"OL09-00-000685, OL09-00-000690", "OL09-00-000685, OL09-00-000690",
				"" },
	[AUDIT_PRODUCT_UBUNTU2204] = { "ubuntu2204", "ubuntu", "22.04", AUDIT_WIRING_AUDITD, true,
				       TODAY, EVER, false, "UBTU-22-654175", "UBTU-22-654170",
				       "6.3.3.19" },
	[AUDIT_PRODUCT_UBUNTU2404] = { "ubuntu2404", "ubuntu", "24.04", AUDIT_WIRING_AUDITD, true,
				       TODAY, EVER, false, "UBTU-24-900340", "UBTU-24-900350",
				       "6.2.3.19" },
	[AUDIT_PRODUCT_DEBIAN12] = { "debian12", "debian", "12", AUDIT_WIRING_AUDITD, false, 0,
				     EVER, false, "", "", "6.2.3.19" },
};

static const char *const product_names[AUDIT_PRODUCTS] = {
	[AUDIT_PRODUCT_RHCOS4] = "rhcos4",
	[AUDIT_PRODUCT_RHEL8] = "rhel8",
	[AUDIT_PRODUCT_RHEL9] = "rhel9",
	[AUDIT_PRODUCT_RHEL10] = "rhel10",
	[AUDIT_PRODUCT_OL8] = "ol8",
	[AUDIT_PRODUCT_OL9] = "ol9",
	[AUDIT_PRODUCT_UBUNTU2204] = "ubuntu2204",
	[AUDIT_PRODUCT_UBUNTU2404] = "ubuntu2404",
	[AUDIT_PRODUCT_DEBIAN12] = "debian12",
};

const struct words audit_product_words = { product_names, AUDIT_PRODUCTS };

/* The value of NAME= in os-release, quotes taken off. To free; NULL: there is none. */
static char *value_of(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		if (strncmp(text, name, length) != 0 || text[length] != '=')
			continue;
		text += length + 1;
		if (*text == '"' || *text == '\'')
			return strndup(text + 1, strcspn(text + 1, "\"'\n"));
		return strndup(text, strcspn(text, "\n"));
	}
	return NULL;
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; at && (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

static bool version_begins(const char *version, const char *beginning)
{
	size_t length = strlen(beginning);

	return !strncmp(version, beginning, length) && (!version[length] || version[length] == '.');
}

/*
 * A node of OpenShift: rhcos until 4.18; from 4.19 on it calls itself rhel, of the release that it
 * is made of, with the variant coreos.
 */
static bool is_node(const char *text, const char *id, const char *like)
{
	auto_free char *variant = value_of(text, "VARIANT_ID");
	auto_free char *openshift = value_of(text, "OPENSHIFT_VERSION");
	bool is_core = variant && !strcmp(variant, "coreos");

	return !strcmp(id, "rhcos") || !strcmp(id, "scos") || openshift ||
	       (is_core && (!strcmp(id, "rhel") || has_word(like, "rhel")));
}

enum audit_product audit_product_parse(const char *os_release)
{
	auto_free char *id = value_of(os_release, "ID");
	auto_free char *like = value_of(os_release, "ID_LIKE");
	auto_free char *version = value_of(os_release, "VERSION_ID");
	const char *os = id ?: "", *family = like ?: "";

	if (is_node(os_release, os, family))
		return AUDIT_PRODUCT_RHCOS4;
	for (enum audit_product product = AUDIT_PRODUCT_RHEL8; product < AUDIT_PRODUCTS; product++)
		if (version && version_begins(version, products[product].version) &&
		    !strcmp(os, products[product].os))
			return product;
	/* What is made from RHEL counts its releases as RHEL does; nothing like that holds of
	 * others. */
	for (enum audit_product product = AUDIT_PRODUCT_RHEL8; product <= AUDIT_PRODUCT_RHEL10;
	     product++)
		if (version && version_begins(version, products[product].version) &&
		    strcmp(os, "ol") != 0 && strcmp(os, "fedora") != 0 && has_word(family, "rhel"))
			return product;
	return AUDIT_PRODUCT_NONE;
}

/* What is there and cannot be read may be any system. */
int audit_product_find(enum audit_product *ret, const struct root *root)
{
	static const char *const paths[] = { "/etc/os-release", "/usr/lib/os-release" };
	int r = -ENOENT;

	*ret = AUDIT_PRODUCT_NONE;
	for (size_t i = 0; i < 2 && (r == -ENOENT || r == -ENOTDIR); i++) {
		auto_free char *text = NULL;
		size_t size;

		r = root_read(root, paths[i], OS_RELEASE_MAX, &text, &size);
		if (!r)
			*ret = audit_product_parse(text);
	}
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

unsigned int audit_product_wiring(enum audit_product product)
{
	return products[product].wiring;
}

bool audit_product_wants_auid(enum audit_product product)
{
	return products[product].wants_auid;
}

unsigned int audit_product_calls(enum audit_product product, enum audit_profile part)
{
	switch (part) {
	case AUDIT_PROFILE_E8:
		return product == AUDIT_PRODUCT_RHCOS4 ? TODAY : 0;
	case AUDIT_PROFILE_STIG:
		return products[product].stig;
	case AUDIT_PROFILE_CIS:
		return products[product].cis;
	default:
		return 0;
	}
}

bool audit_product_wants_kmod(enum audit_product product, enum audit_profile part)
{
	return part == AUDIT_PROFILE_CIS && products[product].cis_kmod;
}

const char *audit_product_id(enum audit_product product, enum audit_profile part,
			     enum audit_call call)
{
	if (part == AUDIT_PROFILE_CIS)
		return products[product].cis_id ?: "";
	if (part != AUDIT_PROFILE_STIG)
		return "";
	return (call == AUDIT_CALL_DELETE ? products[product].stig_unload
					  : products[product].stig_load)
		       ?: "";
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes registers of a PCI function behind its driver's back, for tests that
 * make the device misbehave.
 *
 *	regs BDF OFFSET		prints the 32-bit register
 *	regs BDF OFFSET VALUE	writes it
 *	regs BDF -		the same from standard input, a line each, with one mapping:
 *				"OFFSET", "OFFSET VALUE" or, to write what is there
 *				once more, "OFFSET ="
 *
 * Numbers are hexadecimal.  The kernel must be booted with iomem=relaxed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile uint32_t *bar;
static unsigned long bar_size;

static int access_register(const char *offset, const char *value)
{
	unsigned long where = strtoul(offset, NULL, 16);

	if (where % 4 || where >= bar_size) {
		fprintf(stderr, "regs: no register at %s\n", offset);
		return 2;
	}
	if (value && !strcmp(value, "="))
		bar[where / 4] = bar[where / 4];
	else if (value)
		bar[where / 4] = strtoul(value, NULL, 16);
	else
		printf("%08x\n", (unsigned int)bar[where / 4]);
	return 0;
}

int main(int argc, char **argv)
{
	char path[128], line[128], offset[32], value[32];
	struct stat info;
	int fd, fields;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: regs BDF OFFSET [VALUE] | regs BDF -\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", argv[1]);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0 || fstat(fd, &info)) {
		fprintf(stderr, "regs: %s: %s\n", path, strerror(errno));
		return 1;
	}
	bar_size = info.st_size;
	bar = mmap(NULL, bar_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bar == MAP_FAILED) {
		fprintf(stderr, "regs: %s: %s\n", path, strerror(errno));
		return 1;
	}
	if (strcmp(argv[2], "-"))
		return access_register(argv[2], argc > 3 ? argv[3] : NULL);
	while (fgets(line, sizeof(line), stdin)) {
		fields = sscanf(line, "%31s %31s", offset, value);
		if (fields > 0 && access_register(offset, fields > 1 ? value : NULL))
			return 2;
		fflush(stdout);
	}
	return 0;
}

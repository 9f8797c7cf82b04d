// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket that wants time stamps and that nothing is sent to, for as long as the machine
 * runs: with it no other that comes or goes patches the kernel's text; see docs/lab.md.
 */

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on))) {
		perror("stamps");
		return 1;
	}
	pause();
	return 0;
}

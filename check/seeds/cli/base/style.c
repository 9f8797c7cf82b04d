// SPDX-License-Identifier: GPL-2.0-only
/* Not as the kernel writes it, and it is recieved in capitals. */

int seed_style(int someValue)
{
	if (someValue==1) {
		return 0;
	}

	return 1;
}

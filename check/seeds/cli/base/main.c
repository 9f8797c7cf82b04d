// SPDX-License-Identifier: GPL-2.0-only
#include "base/seeds.h"

int main(void)
{
	return seed_branch(0);
}

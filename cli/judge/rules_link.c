// SPDX-License-Identifier: GPL-2.0-only
/*
 * Link and bus: damaged frames, a carrier that comes and goes, half duplex,
 * PCI Express, Energy-Efficient Ethernet, frames that are too long.
 */
#include "judge/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void np_rule_crc(struct np_case *c)
{
	static const char *const fields[] = {
		"rx_crc_errors", "rx_frame_errors",
	};
	const char *name = c->after->name;
	struct np_finding *one;
	uint64_t bad = 0;
	size_t i;

	for (i = 0; i < NP_COUNT(fields); i++)
		bad += np_known(np_case_gained(c, fields[i]));
	if (!bad)
		return;
	/* 10^-6 of frames of 1,500 octets are 10^-10 of bits: far too many. */
	one = np_found(c, "LINK-CRC", bad * 1000000 > c->rx_packets * 10 ?
		       NP_SEVERITY_WARNING : NP_SEVERITY_INFO,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "%" PRIu64 " frames came damaged in %" PRIu64 " s, of %" PRIu64,
		      bad, np_case_seconds(c), bad + c->rx_packets);
	np_found_cause(one, "%s", c->after->duplex &&
		       !strcmp(c->after->duplex, "half") ?
		       "Half duplex: if the other side has full, frames collide." :
		       "Cable, connector, transceiver or the port of the other side.");
	for (i = 0; i < NP_COUNT(fields); i++)
		if (np_known(np_case_gained(c, fields[i])))
			np_found_proof(one, np_print("ip -s -s link show %s: %s",
						     name, fields[i]),
				       np_value_of(c->before->link,
						   c->before->nr_link,
						   fields[i]),
				       np_value_of(c->after->link,
						   c->after->nr_link,
						   fields[i]),
				       "frames damaged on the wire");
	if (c->after->speed != NP_UNKNOWN)
		np_found_proof(one, np_print("ethtool %s", name), NP_UNKNOWN,
			       c->after->speed, "Mbit/s, %s duplex",
			       c->after->duplex ? c->after->duplex : "unknown");
	np_found_no_loss(c, one, "ring");
	np_found_fix(one, np_print("ethtool --cable-test %s", name),
		     np_copy("tells which pair is bad, where the PHY can"),
		     "the link goes down for some seconds", NULL);
	np_found_verify(one, "napier doctor %s --for 60s", name);
}

static void np_rule_flap(struct np_case *c)
{
	uint64_t flaps = np_gained(c->before->carrier_changes,
				   c->after->carrier_changes);
	const char *name = c->after->name;
	struct np_finding *one;

	/* Down and up again: one change alone is somebody who takes it down. */
	if (flaps == NP_UNKNOWN || flaps < 2)
		return;
	one = np_found(c, "LINK-FLAP", flaps >= 4 ? NP_SEVERITY_CRITICAL :
						    NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "the link went and came %" PRIu64 " times in %" PRIu64 " s",
		      flaps / 2, np_case_seconds(c));
	np_found_cause(one, "Cable, transceiver, the other side, or somebody who changes settings that take the link down.");
	np_found_proof(one, np_print("/sys/class/net/%s/carrier_changes", name),
		       c->before->carrier_changes, c->after->carrier_changes,
		       "changes of the carrier");
	np_found_proof(one, np_print("/sys/class/net/%s/operstate", name),
		       NP_UNKNOWN, NP_UNKNOWN, "%s now",
		       c->after->operstate ? c->after->operstate : "unknown");
	if (c->after->eee_active == 1)
		np_found_fix(one, np_print("ethtool --set-eee %s eee off", name),
			     np_copy("some pairs of PHYs lose the link in low power"),
			     "more power", np_print("ethtool --set-eee %s eee on",
						    name));
	np_found_fix(one, np_print("ip monitor link dev %s", name),
		     np_copy("shows when it happens"), "none", NULL);
	np_found_verify(one, "napier doctor %s --for 60s", name);
}

static void np_rule_duplex(struct np_case *c)
{
	const struct np_port *port = c->after;
	struct np_finding *one;

	if (!port->duplex || strcmp(port->duplex, "half") || port->carrier != 1)
		return;
	one = np_found(c, "LINK-HALF-DUPLEX", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "the link of %s is half duplex", port->name);
	np_found_cause(one, "%s", port->autoneg == 0 ?
		       "Autonegotiation is off on this side." :
		       "The other side does not negotiate, and then half duplex has to be assumed.");
	np_found_proof(one, np_print("/sys/class/net/%s/duplex", port->name),
		       NP_UNKNOWN, NP_UNKNOWN, "half");
	np_found_proof(one, np_print("ethtool %s: autoneg", port->name),
		       NP_UNKNOWN, port->autoneg, "1 is on; %" PRIu64 " collisions",
		       np_known(np_value_of(port->link, port->nr_link,
					    "collisions")));
	np_found_fix(one, np_print("ethtool -s %s autoneg on", port->name),
		     np_copy("both sides agree on full duplex; the other side has to do the same"),
		     "the link is negotiated anew",
		     np_print("ethtool -s %s autoneg off", port->name));
	np_found_verify(one, "ethtool %s", port->name);
}

static void np_rule_aer(struct np_case *c)
{
	const struct np_aer *was = &c->before->aer, *is = &c->after->aer;
	uint64_t mended = np_known(np_gained(was->correctable, is->correctable));
	uint64_t bad = np_known(np_gained(was->nonfatal, is->nonfatal)) +
		       np_known(np_gained(was->fatal, is->fatal));
	const char *name = c->after->name;
	struct np_finding *one;

	if (!mended && !bad)
		return;
	one = np_found(c, "PCIE-AER", bad ? NP_SEVERITY_CRITICAL :
					    NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "PCI Express reported %" PRIu64 " errors in %" PRIu64
	" s, of which it mended %" PRIu64,
		      mended + bad, np_case_seconds(c), mended);
	np_found_cause(one, "The slot, the card's seat in it, a riser, or power saving of the link (ASPM).");
	np_found_proof(one, np_print("/sys/class/net/%s/device/aer_dev_correctable",
				     name), was->correctable, is->correctable,
		       "mended by the bus");
	np_found_proof(one, np_print("/sys/class/net/%s/device/aer_dev_nonfatal, _fatal",
				     name),
		       np_known(was->nonfatal) + np_known(was->fatal),
		       np_known(is->nonfatal) + np_known(is->fatal),
		       "transactions lost");
	if (c->after->bus)
		np_found_fix(one, np_print("echo 0 > /sys/bus/pci/devices/%s/link/l1_aspm",
					   c->after->bus),
			     np_copy("the link no longer sleeps; where that file is there"),
			     "more power",
			     np_print("echo 1 > /sys/bus/pci/devices/%s/link/l1_aspm",
				      c->after->bus));
	np_found_verify(one, "napier doctor %s --for 60s", name);
}

/* Mbit/s of a slot that are left for packets, a fifth taken off for headers. */
static uint64_t np_slot_mbps(const struct np_port *port)
{
	double gts = port->pcie_speed ? strtod(port->pcie_speed, NULL) : 0;
	double lanes = port->pcie_width.now == NP_UNKNOWN ? 0 :
		(double)port->pcie_width.now;
	/* 8b/10b until 5 GT/s, 128b/130b above. */
	double code = gts > 5.5 ? 128.0 / 130 : 0.8;

	return (uint64_t)(gts * 1000 * lanes * code * 0.8);
}

static void np_rule_slot(struct np_case *c)
{
	const struct np_port *port = c->after;
	uint64_t mbps = np_slot_mbps(port);
	struct np_finding *one;

	if (!mbps || port->speed == NP_UNKNOWN || port->speed > 1000000 ||
	    mbps >= port->speed)
		return;
	one = np_found(c, "PCIE-SLOT", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_PROVEN, NULL);
	np_found_says(one, "the slot of %s carries about %" PRIu64 " Mbit/s, the link %" PRIu64,
		      port->name, mbps, port->speed);
	np_found_cause(one, "The card stands in a slot with too few lanes, or too slow ones.");
	np_found_proof(one, np_print("/sys/class/net/%s/device/current_link_width",
				     port->name), NP_UNKNOWN,
		       port->pcie_width.now, "lanes, of %" PRIu64,
		       np_known(port->pcie_width.max));
	np_found_proof(one, np_print("/sys/class/net/%s/device/current_link_speed",
				     port->name), NP_UNKNOWN, NP_UNKNOWN,
		       "%s, of %s", port->pcie_speed, port->pcie_speed_max ?
		       port->pcie_speed_max : "unknown");
	np_found_verify(one, "napier show %s", port->name);
}

static void np_rule_eee(struct np_case *c)
{
	const struct np_port *port = c->after;
	uint64_t flaps = np_known(np_gained(c->before->carrier_changes,
					    port->carrier_changes));
	struct np_finding *one;
	uint64_t hung = 0;
	size_t i;

	for (i = 0; i < port->nr_tx && port->nr_tx == c->before->nr_tx; i++)
		hung += np_known(np_gained(c->before->tx[i].timeouts,
					   port->tx[i].timeouts));
	if (port->eee_active != 1 || (!hung && flaps < 2))
		return;
	one = np_found(c, "LINK-EEE", NP_SEVERITY_WARNING,
		       NP_CONFIDENCE_POSSIBLE, NULL);
	np_found_says(one, "Energy-Efficient Ethernet is active on a link that failed %" PRIu64
	" times in %" PRIu64 " s",
		      hung + flaps / 2, np_case_seconds(c));
	np_found_cause(one, "Some pairs of PHYs do not wake up in time.");
	np_found_proof(one, np_print("ethtool --show-eee %s", port->name),
		       NP_UNKNOWN, 1, "active");
	np_found_fix(one, np_print("ethtool --set-eee %s eee off", port->name),
		     np_copy("a test: good if it does not fail again"),
		     "more power; the link is negotiated anew",
		     np_print("ethtool --set-eee %s eee on", port->name));
	np_found_verify(one, "napier doctor %s --for 60s", port->name);
}

static void np_rule_mtu(struct np_case *c)
{
	uint64_t length = np_known(np_case_gained(c, "rx_length_errors"));
	uint64_t over = np_known(np_case_gained(c, "rx_dropped"));
	uint64_t ring = np_case_lost(c, true, "ring");
	const struct np_port *port = c->after, *peer = c->peer_after;
	bool larger = peer && peer->mtu != NP_UNKNOWN && peer->mtu > port->mtu;
	struct np_finding *one;
	uint64_t lost;

	lost = larger && ring && over >= ring ? ring : length;
	if (!lost || port->mtu == NP_UNKNOWN)
		return;
	one = np_found(c, "MTU-MISMATCH", NP_SEVERITY_WARNING,
		       larger ? NP_CONFIDENCE_PROVEN : NP_CONFIDENCE_LIKELY,
		       NULL);
	np_found_says(one, "%" PRIu64 " frames were refused for their length in %" PRIu64
	" s; the MTU is %" PRIu64,
		      lost, np_case_seconds(c), port->mtu);
	np_found_cause(one, "%s", larger ?
		       "The other end has a larger MTU and sends longer frames." :
		       "The other side sends frames that are longer than the MTU of this one allows, or too short ones.");
	if (larger) {
		np_found_loss(c, one, true, "ring");
		np_found_proof(one, np_print("ip link show %s: mtu", peer->name),
			       NP_UNKNOWN, peer->mtu, "%" PRIu64 " here",
			       port->mtu);
		np_found_proof(one, np_print("ip -s link show %s: rx_dropped",
					     port->name), NP_UNKNOWN,
			       NP_UNKNOWN, "+%" PRIu64 ": refused here", over);
	} else {
		np_found_proof(one, np_print("ip -s -s link show %s: rx_length_errors",
					     port->name), NP_UNKNOWN,
			       NP_UNKNOWN, "+%" PRIu64, length);
		np_found_proof(one, np_print("ip link show %s: mtu", port->name),
			       NP_UNKNOWN, port->mtu, "octets");
	}
	np_found_fix(one, larger ?
		     np_print("ip link set %s mtu %" PRIu64, port->name,
			      peer->mtu) :
		     np_print("ip link set %s mtu 9000", port->name),
		     np_copy("both ends take what the other sends"),
		     "more memory for each buffer; many drivers take the link down for a moment",
		     np_print("ip link set %s mtu %" PRIu64, port->name,
			      port->mtu));
	np_found_verify(one, "napier drops %s --for 60s", port->name);
}

const np_rule np_rules_link[] = {
	np_rule_crc, np_rule_flap, np_rule_duplex, np_rule_aer, np_rule_slot,
	np_rule_eee, np_rule_mtu, NULL,
};

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Functions that the lab runs in the guest.  They are here and not in Python because each
# command through the agent costs 40 ms, and bringing a port up takes dozens.

# Addresses are known and links are wires: no advertisements, no duplicate detection, and
# an address survives its link being set down (by default IPv6 forgets it, IPv4 does not).
# What a link that comes up makes IPv6 report of its groups, it reports at once and not for
# seconds: whoever counts frames waits for the end of it.
quiet_ipv6() {
	for conf in default all; do
		for setting in accept_dad:0 accept_ra:0 keep_addr_on_down:1 \
			mldv2_unsolicited_report_interval:100; do
			echo "${setting#*:}" > "/proc/sys/net/ipv6/conf/$conf/${setting%:*}"
		done
	done
}

# port_netdev BDF: the name of its interface in this namespace.
port_netdev() {
	for path in "/sys/bus/pci/devices/$1"/net/* "/sys/bus/pci/devices/$1"/virtio*/net/*; do
		if [ -e "$path" ]; then
			echo "${path##*/}"
			return 0
		fi
	done
	return 1
}

# port_bind BDF DRIVER: bind a port to that driver, whoever else claims its ids.
port_bind() {
	device=/sys/bus/pci/devices/$1
	# virtio-pci only finds virtio devices; the network driver on top is another one.
	[ "$2" != virtio-pci ] || modprobe virtio_net
	if [ -e "$device/driver" ]; then
		[ "$(basename "$(readlink "$device/driver")")" = "$2" ] && return 0
		echo "$1" > "$device/driver/unbind"
	fi
	echo "$2" > "$device/driver_override"
	if [ ! -e "/sys/bus/pci/drivers/$2" ]; then
		if [ -e "/lab/$2.ko" ]; then
			for need in $(modinfo -F depends "/lab/$2.ko" | tr ',' ' '); do
				modprobe "$need" || return 1
			done
			insmod "/lab/$2.ko" || return 1
		else
			modprobe "$2" || return 1
		fi
	fi
	[ -e "$device/driver" ] || echo "$1" > /sys/bus/pci/drivers_probe
	# A device that was just plugged in may not be ready for a driver yet.
	tries=0
	until [ -e "$device/driver" ] || [ $((tries += 1)) -gt 20 ]; do
		sleep 0.1
		echo "$1" > /sys/bus/pci/drivers_probe
	done
	if [ ! -e "$device/driver" ]; then
		echo "$1: driver $2 did not take it" >&2
		return 1
	fi
}

# port_unbind BDF: leave a port without a driver, and keep it so.
port_unbind() {
	device=/sys/bus/pci/devices/$1
	echo none > "$device/driver_override"
	[ ! -e "$device/driver" ] || echo "$1" > "$device/driver/unbind"
}

# port_irq BDF MODE: what interrupts the next driver that binds can have.
port_irq() {
	device=/sys/bus/pci/devices/$1
	case $2 in
	msix) ;;
	msi) [ -e /sys/module/nomsix ] || insmod /lab/nomsix.ko
		echo "$1" > /sys/module/nomsix/parameters/hide ;;
	intx) echo 0 > "$device/msi_bus" ;;
	esac
}

# port_configure BDF NETNS IPV4/LEN IPV6/LEN: into its namespace, addresses, up.
# "-" as the namespace leaves the port where it is.
port_configure() {
	tries=0
	until name=$(port_netdev "$1"); do
		# It may have been moved there before; a new interface never is.
		if [ -e "/run/netns/$2" ] &&
		   ip netns exec "$2" sh -c ". /lab/lib.sh; port_configure $1 - $3 $4 once" 2> /dev/null; then
			return 0
		fi
		tries=$((tries + 1))
		if [ "${5:-}" = once ] || [ "$tries" -gt 100 ]; then
			echo "$1: no network interface after 5 s" >&2
			return 1
		fi
		sleep 0.05
	done
	if [ "$2" != - ]; then
		if [ ! -e "/run/netns/$2" ]; then
			ip netns add "$2"
			ip netns exec "$2" sh -c '. /lab/lib.sh; quiet_ipv6'
			ip -n "$2" link set lo up
		fi
		ip link set "$name" netns "$2"
		set -- "$1" "$2" "$3" "$4" -n "$2"
	else
		set -- "$1" "$2" "$3" "$4"
	fi
	address4=$3 address6=$4
	shift 4
	ip "$@" -batch - <<-EOF
	addr replace $address4 dev $name
	addr replace $address6 dev $name nodad
	link set $name up
	EOF
}

# port_behind SLOT: the function behind the root port at 0000:00:SLOT.0.
port_behind() {
	for path in "/sys/bus/pci/devices/0000:00:$1.0"/0000:*; do
		case ${path##*/} in
		*:pcie*) ;;
		*) [ -e "$path/vendor" ] && echo "${path##*/}" && return 0 ;;
		esac
	done
	return 1
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion for bash. Commands and options are what --help says, so that there
# is no second list of them.

# What --help of a command offers: "--for=" and the like.
_napier_options() {
	"$@" --help 2>/dev/null | grep -oE -- '--[a-z-]+=?' | sort -u
}

_napier_commands() {
	"$1" --help 2>/dev/null | sed -n '/^Commands:/,$s/^  \([a-z]*\) .*/\1/p'
}

# Interfaces of this namespace.
_napier_devices() {
	local path

	for path in /sys/class/net/*; do
		[ -L "$path" ] && echo "${path##*/}"
	done
}

# Counters, of the driver that was named before.
_napier_counters() {
	local program=$1 word driver=link

	for word in "${COMP_WORDS[@]}"; do
		case $word in
		--driver=*) driver=${word#--driver=} ;;
		esac
	done
	"$program" explain --list --driver="$driver" 2>/dev/null | sed '1d; s/ .*//'
}

# The words of an array that begin with the last one, which may have blanks.
_napier_reply() {
	local IFS=$'\n'

	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
	[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
	return 0
}

_napier() {
	local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} command='' at

	COMPREPLY=()
	for ((at = 1; at < COMP_CWORD; at++)); do
		case ${COMP_WORDS[at]} in
		--root) ((at++)) ;;
		-*) ;;
		=) ((at++)) ;;
		*)
			command=${COMP_WORDS[at]}
			break
			;;
		esac
	done

	if [[ $word == -* ]]; then
		_napier_reply "$(_napier_options "$program" ${command:+"$command"})" "$word"
	elif [ -z "$command" ]; then
		_napier_reply "$(_napier_commands "$program")" "$word"
	else
		case $command in
		explain) _napier_reply "$(_napier_counters "$program")" "$word" ;;
		snapshot | diff)
			mapfile -t COMPREPLY < <(compgen -d -- "$word"
				[ "$command" = snapshot ] || compgen -W live -- "$word"
				compgen -W "$(_napier_devices)" -- "$word")
			;;
		*) _napier_reply "$(_napier_devices)" "$word" ;;
		esac
	fi
}

complete -o default -F _napier napier

# Read by the scripts beside it. BRIDGE_DOCTOR is the program under test, and TREE the sources.
# shellcheck shell=bash
set -euo pipefail

TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${BRIDGE_DOCTOR:=$TREE/target/debug/bridge-doctor}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# What cannot be tested here is said loudly by main.rs, and fails where everything is required.
cannot() {
    printf '%s\n' "$*" >&2
    exit 77
}

# expect WHAT WANTED GOT
expect() {
    [[ $2 == "$3" ]] || fail "$1: wanted
$2
and got
$3"
}

# expect_part WHAT PART TEXT
expect_part() {
    [[ $3 == *"$2"* ]] || fail "$1: no '$2' in
$3"
}

# expect_exit CODE COMMAND...: its output is in $output.
expect_exit() {
    local wanted=$1 code=0
    shift
    output=$("$@" 2>&1) || code=$?
    [[ $code -eq $wanted ]] || fail "exit $code in place of $wanted from: $*
$output"
}

# A folder for PATH in which the program under test has its name.
program_on_path() {
    mkdir -p "$scratch/bin"
    ln -sf "$(realpath "$BRIDGE_DOCTOR")" "$scratch/bin/bridge-doctor"
    PATH="$scratch/bin:$PATH"
}

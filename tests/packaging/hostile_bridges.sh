# Read by the tests of completion, in a network namespace of their own.
# shellcheck shell=bash
# A name is whatever its maker wants: of the bytes that a shell knows, the kernel forbids only blanks, `/` and `:`.
for name in br0 br-lan '$(id>x)' ';id>y' $'br\e[31m'; do
    ip link add "$name" type bridge
done
ip tuntap add notabridge mode tap

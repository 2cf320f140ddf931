#!/usr/bin/env bash
# Prints the folder that holds a Swift toolchain, after making it when it is missing: Debian trixie's swiftlang and what
# it needs, unpacked into a folder of its own. The host is not changed, nothing is installed, and no root is needed.
#
#   scripts/swift-root.sh          uses ${CRM_CACHE:-${XDG_CACHE_HOME:-~/.cache}/crm-core}/swift-VERSION
#
# Needs apt-get, dpkg-deb and tar, and 1.5 GB of disk. A finished folder is used as it is, without the network.
set -euo pipefail

version=6.0.3
pin="swiftlang=$version*"
cache="${CRM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/crm-core}"
root="$cache/swift-$version"

give_up() {
    echo "swift-root: $1" >&2
    echo "swift-root: Swift $version could not be had; install Swift 6 yourself (https://swift.org/install) and put it on PATH." >&2
    exit 1
}

if [ -e "$root/.ready" ]; then
    echo "$root"
    exit 0
fi

for tool in apt-get dpkg dpkg-deb tar; do
    command -v "$tool" >/dev/null || give_up "$tool is missing: this way works on Debian and Ubuntu only"
done
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keys" ] || give_up "$keys is missing: install debian-archive-keyring"

mkdir -p "$cache"
exec 9>"$cache/swift-$version.lock"
flock 9 # two builds at once: the second waits and finds the folder finished
if [ -e "$root/.ready" ]; then
    echo "$root"
    exit 0
fi

work="$(mktemp -d "$cache/swift-$version.XXXXXX")"
trap 'rm -rf "$work"' EXIT
apt="$work/apt" new="$work/root"
mkdir -p "$apt"/etc/apt/{preferences.d,trusted.gpg.d,sources.list.d,apt.conf.d} "$apt"/var/lib/{apt/lists/partial,dpkg} \
    "$apt/var/cache/apt/archives/partial" "$new"
: >"$apt/var/lib/dpkg/status" # as if nothing were installed, so that everything it needs is fetched

# The host's own mirror when it is a Debian one, so that proxies and mirrors of the house are respected.
mirror="${CRM_DEBIAN_MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    grep -v '^ *#' | grep -oE '(https?|file|mirror\+file)://?[^ ]*debian/?( |$)' | head -n 1 || true)}"
mirror="${mirror:-http://deb.debian.org/debian}"
echo "deb [signed-by=$keys] ${mirror% } trixie main" >"$apt/etc/apt/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir "$apt";
Dir::State::status "$apt/var/lib/dpkg/status";
Dir::Etc::sourcelist "$apt/etc/apt/sources.list";
APT::Architecture "$(dpkg --print-architecture)";
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
# Of the host's settings only the way to the network is kept.
apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|ftp)::' >>"$apt/apt.conf" || true
export APT_CONFIG="$apt/apt.conf" DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

echo "swift-root: fetching Swift $version into $root (about 500 MB, once)" >&2
apt-get -qq -o APT::Update::Error-Mode=any update >&2 || give_up "no package lists from $mirror"
# Swift's own needs, a C library to build against, and a shell. A package without remote dependencies needs no git.
apt-get -qq -y --download-only install "$pin" libc6-dev libstdc++-14-dev base-files base-passwd dash bash coreutils \
    tzdata </dev/null >&2 || give_up "no $pin from $mirror"

unpack() {
    # Without the debugger, the servers for editors, static and embedded libraries, and documentation.
    dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2" \
        --exclude='./usr/libexec/swift/lib/swift/embedded' --exclude='./usr/libexec/swift/lib/swift_static' \
        --exclude='*/bin/lldb*' --exclude='*/liblldb.so*' --exclude='*/bin/clangd' --exclude='*/bin/sourcekit-lsp' \
        --exclude='*/libsourcekitdInProc.so' --exclude='*/bin/docc' --exclude='*/bin/swift-format' \
        --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
}
export -f unpack
debs="$apt/var/cache/apt/archives"
unpack "$(echo "$debs"/base-files_*.deb)" "$new" # first: it makes /bin a link to /usr/bin, and so on
find "$debs" -name '*.deb' ! -name 'base-files_*' -printf '%s %p\n' | sort -rn | cut -d' ' -f2- |
    xargs -d '\n' -P "$(nproc)" -I{} bash -euo pipefail -c 'unpack "$1" "$2"' _ {} "$new" ||
    give_up "a package could not be unpacked (is the disk full?)"
ln -sf dash "$new/usr/bin/sh"
ln -sf ../libexec/swift/bin/swift "$new/usr/bin/swift"
ln -sf ../libexec/swift/bin/clang "$new/usr/bin/clang"
mkdir -p "$new"/{proc,dev,tmp,root}
touch "$new/.ready"
rm -rf "$root"
mv "$new" "$root"
echo "$root"

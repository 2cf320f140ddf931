#!/usr/bin/env bash
# Runs a command where Swift is: as it is when Swift 6 is on PATH, else inside the folder that swift-root.sh makes.
#
#   scripts/swift-env.sh DIR... -- COMMAND ARG...
#
# Every DIR is the same path inside and outside; nothing else of the host is seen. The command starts in the first DIR.
# The mounts live in a mount namespace of the command's own, so nothing is left behind however it ends. CRM_SWIFT=root
# takes the folder even when Swift is on PATH.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
dirs=()
while [ "${1:?usage: swift-env.sh DIR... -- COMMAND}" != -- ]; do
    dirs+=("$(cd "$1" && pwd -P)")
    shift
done
shift

if [ "${CRM_SWIFT:-}" != root ] && swift --version 2>/dev/null | grep -qE 'Swift version ([6-9]|[1-9][0-9])\.'; then
    cd "${dirs[0]}"
    exec "$@"
fi

root="$("$here/swift-root.sh")"
namespace=(unshare --mount --propagation private)
[ "$(id -u)" = 0 ] || namespace=(unshare --user --map-root-user --mount --propagation private)
if ! "${namespace[@]}" true 2>/dev/null; then
    echo "swift-env: may not make a mount namespace here (a container without the right?); run as root, or put Swift 6 on PATH" >&2
    exit 1
fi
for dir in "${dirs[@]}"; do mkdir -p "$root$dir"; done
# /proc is needed: the Swift driver finds its libraries through $ORIGIN, which glibc reads from /proc/self/exe.
exec "${namespace[@]}" bash -euo pipefail -c '
    root="$1" count="$2"
    shift 2
    mount --rbind /proc "$root/proc"
    mount --rbind /dev "$root/dev"
    start="$1"
    while [ "$count" -gt 0 ]; do
        mount --rbind "$1" "$root$1"
        shift
        count=$((count - 1))
    done
    exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/usr/sbin:/usr/libexec/swift/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
        /bin/bash -c "cd \"\$1\" && shift && exec \"\$@\"" bash "$start" "$@"
' bash "$root" "${#dirs[@]}" "${dirs[@]}" "$@"

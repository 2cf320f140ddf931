#!/bin/bash
# Puts an Android archive together, without Gradle and without the Android SDK.
#   scripts/aar.sh OUT.aar CLASSES.jar ABI=libcrm_uniffi.so [ABI=...]
# The libraries are built elsewhere with the NDK (r28 or later, for pages of 16 KB):
#   cargo ndk -t arm64-v8a -t armeabi-v7a -t x86_64 build --release -p crm-uniffi
# No archive made by this has been on a device yet. ALLOW_4K=1 lets libraries with small pages pass, for a look at the form.
set -euo pipefail
out=$1 classes=$2
shift 2
package=org.crmcore
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/AndroidManifest.xml" <<XML
<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="$package">
  <uses-sdk android:minSdkVersion="26"/>
</manifest>
XML
cp "$classes" "$work/classes.jar"
: > "$work/R.txt"
mkdir -p "$work/res"
# JNA finds its structures and callbacks by reflection.
cat > "$work/proguard.txt" <<RULES
-keep class com.sun.jna.** { *; }
-keepclassmembers class * extends com.sun.jna.** { public *; }
-keep class $package.** { *; }
-dontwarn java.awt.**
RULES
for pair in "$@"; do
  abi=${pair%%=*} library=${pair#*=}
  case $abi in
    arm64-v8a | x86_64)
      align=$(readelf -lW "$library" | awk '$1 == "LOAD" { print $NF }' | sort | head -1)
      if [ $((align)) -lt 16384 ] && [ -z "${ALLOW_4K:-}" ]; then
        echo "aar: $library is aligned to $align, and Android wants 0x4000" >&2
        exit 1
      fi
      ;;
  esac
  install -D -m 644 "$library" "$work/jni/$abi/libcrm_uniffi.so"
done
rm -f "$out"
out=$(realpath -m "$out")
(cd "$work" && zip -q -r -X "$out" .)
echo "aar: $out"

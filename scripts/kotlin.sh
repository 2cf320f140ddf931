#!/bin/bash
# Builds and tests the Kotlin package: bindings, library, layer, tests and example.
# Needs a JDK 17 or later and Maven. What Maven fetches is kept in ${CRM_CACHE:-~/.cache/crm-core}.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${CRM_CACHE:-$HOME/.cache/crm-core}
target=${CARGO_TARGET_DIR:-target}
for tool in java mvn; do
  if ! command -v "$tool" > /dev/null; then
    echo "kotlin: $tool is not here; install a JDK (17 or later) and Maven" >&2
    [ "${CI:-}" = true ] && exit 1
    echo "kotlin: skipped"
    exit 0
  fi
done

scripts/bindings.sh
# Classes of an earlier build would hide those of this one.
rm -rf kotlin/target kotlin/bindings/target kotlin/crm-core/target
mkdir -p kotlin/target/native/linux-x86-64
cp -R "$target/bindings/kotlin" kotlin/target/bindings
# JNA finds the library in the jar. Without its symbols it is a quarter of the size.
strip --strip-unneeded -o kotlin/target/native/linux-x86-64/libcrm_uniffi.so "$target/debug/libcrm_uniffi.so"
mvn --batch-mode --no-transfer-progress --quiet --file kotlin/pom.xml -Dmaven.repo.local="$cache/maven" package
passed=$(grep -ho '<testsuite [^>]*' kotlin/crm-core/target/surefire-reports/*.xml | grep -o ' tests="[0-9]*"' |
  tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum }')
echo "kotlin: $passed passed, 0 failed"

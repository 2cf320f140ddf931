#!/bin/bash
# Builds and tests the Kotlin package: bindings, library, layer, tests and example.
#   scripts/kotlin.sh          the tests, with the library of the development profile
#   scripts/kotlin.sh bench    the bars of what a call costs, with the library as it is shipped; exits 1 when one is short
# Needs a JDK 17 or later and Maven. What Maven fetches is kept in ${CRM_CACHE:-~/.cache/crm-core}.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-test}
cache=${CRM_CACHE:-$HOME/.cache/crm-core}
target=${CARGO_TARGET_DIR:-target}
for tool in java mvn; do
  if ! command -v "$tool" > /dev/null; then
    echo "kotlin: $tool is not here; install a JDK (17 or later) and Maven" >&2
    if [ "${CI:-}" = true ] || [ "$mode" = bench ]; then exit 1; fi
    echo "kotlin: skipped"
    exit 0
  fi
done

scripts/bindings.sh
# Classes of an earlier build would hide those of this one.
rm -rf kotlin/target kotlin/bindings/target kotlin/crm-core/target
mkdir -p kotlin/target/native/linux-x86-64
cp -R "$target/bindings/kotlin" kotlin/target/bindings
library=$target/debug/libcrm_uniffi.so
tests=()
if [ "$mode" = bench ]; then
  cargo build --quiet --locked --release -p crm-uniffi
  library=$target/release/libcrm_uniffi.so
  tests=(-Dtest=CallCosts -Dsurefire.failIfNoSpecifiedTests=false -Dmaven.test.redirectTestOutputToFile=true)
fi
# JNA finds the library in the jar. Without its symbols it is a quarter of the size.
strip --strip-unneeded -o kotlin/target/native/linux-x86-64/libcrm_uniffi.so "$library"
mvn --batch-mode --no-transfer-progress --quiet --file kotlin/pom.xml -Dmaven.repo.local="$cache/maven" \
  ${tests[@]+"${tests[@]}"} package
reports=kotlin/crm-core/target/surefire-reports
if [ "$mode" = bench ]; then
  # No bar at all is a failure, too.
  grep -h '^bar ' "$reports"/*CallCosts-output.txt
  ! grep -q '^bar .* short$' "$reports"/*CallCosts-output.txt
  exit
fi
passed=$(grep -ho '<testsuite [^>]*' "$reports"/*.xml | grep -o ' tests="[0-9]*"' |
  tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum }')
echo "kotlin: $passed passed, 0 failed"

# shellcheck shell=bash
# ./fakeai test. Sourced by ./fakeai.

need_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    # Ubuntu's chromium-browser without its snap is a script that only says so.
    if have "$name" && timeout 20 "$name" --version >/dev/null 2>&1; then
      FAKEAI_CHROMIUM=$(command -v "$name")
      export FAKEAI_CHROMIUM
      return
    fi
  done
  [ -z "${1:-}" ] || die "Chromium is missing: install it as chromium or google-chrome (the browser tests need it)."
  say "installing Chromium"
  apt_install chromium || true
  need_chromium again
}

# counter <name> <result file>
counter() { sed -n "s/.*<Counters [^>]*\b$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

# run_project <project file>: runs one test project and prints what failed.
run_project() {
  local folder name dll trx log code=0 passed failed skipped
  folder=$(dirname -- "$1")
  name=$(basename -- "$1" .csproj)
  dll="$folder/bin/Release/net10.0/$name.dll"
  trx="$state/test-results/$name.trx"
  log="$state/test-results/$name.log"
  # Projects without a test in them are libraries, or have not begun.
  grep -rqsE --include='*.cs' --exclude-dir=bin --exclude-dir=obj '\[(Fact|Theory)' "$folder" || return 0
  say "testing $name"
  (cd "$folder" && timeout --kill-after=20 900 dotnet exec "$dll" -noLogo -noColor -trx "$trx") >"$log" 2>&1 || code=$?
  if [ ! -s "$trx" ]; then
    tail -n 40 "$log"
    say "$name ended without a result (exit code $code)"
    failed_total=$((failed_total + 1))
    return 0
  fi
  passed=$(counter passed "$trx") failed=$(counter failed "$trx") skipped=$(counter notExecuted "$trx")
  if [ "$failed" -gt 0 ] || [ "$code" -ne 0 ]; then
    grep -v -e '^Admin key' -e 'Discover' -- "$log" || true
  fi
  if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    say "$name crashed (exit code $code)"
    failed=1
  elif [ $((passed + failed)) -eq 0 ]; then
    say "$name ran no test"
    failed=1
  fi
  passed_total=$((passed_total + passed))
  failed_total=$((failed_total + failed))
  skipped_total=$((skipped_total + skipped))
}

fakeai_test() {
  [ $# -eq 0 ] || { echo "fakeai: test has no option '$1'. See ./fakeai help." >&2 && exit 2; }
  passed_total=0 failed_total=0 skipped_total=0
  local project
  need_dotnet
  need_profile
  need_redis
  need_node
  need_chromium
  build tests FakeAi.Aspire.sln
  say "installing the Node packages of the tests"
  local packages
  for packages in sdk-node schema-node; do
    (cd "$root/tests/$packages" && npm ci --ignore-scripts --no-audit --no-fund) >"$state/logs/npm.log" 2>&1 ||
      { tail -n 20 "$state/logs/npm.log" >&2 && die "npm ci failed in tests/$packages."; }
  done
  rm -rf -- "$state/test-results"
  mkdir -p "$state/test-results"
  for project in "$root"/tests/*/*.csproj; do
    run_project "$project"
  done
  say "results: .fakeai/test-results"
  echo "$passed_total passed, $failed_total failed, $skipped_total skipped"
  [ "$failed_total" -eq 0 ] && [ "$passed_total" -gt 0 ]
}

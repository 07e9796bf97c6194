# shellcheck shell=bash
# Builds what has changed. Sourced by ./fakeai.

# A fingerprint of the sources: what they are called, how long they are and when they were written.
# What the build itself puts between them does not count.
fingerprint() {
  local skip=(-name bin -o -name obj -o -name node_modules -o -name .git -o -name .fakeai -o -name TestResults -o -path '*/wwwroot/lib' -o -path '*/wwwroot/_framework')
  [ "$1" = tests ] || skip+=(-o -path "$root/tests" -o -path "$root/docs" -o -path "$root/bench" -o -path "$root/.github" -o -path "$root/.ci")
  {
    echo "$root $profile $(dotnet --version)"
    find "$root" -type d \( "${skip[@]}" \) -prune -o -type f ! -name '*.sh' ! -name '*.md' ! -path "$root/fakeai" -printf '%p %s %T@\n' | LC_ALL=C sort
  } | sha256sum
}

# build <app|tests> <project>
build() {
  local what=$1 project=$2 stamp="$state/built.$1" now app log="$state/logs/build.log"
  now=$(fingerprint "$what")
  if [ -f "$stamp" ] && [ "$(cat -- "$stamp")" = "$now" ] && [ -f "$(apphost_dll)" ]; then
    return
  fi
  need_node
  need_disk "$root" 500
  say "building (Release)"
  app=$(fingerprint app)
  # No compiler or build server may stay behind.
  if ! MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 \
    "${tied[@]}" dotnet build "$project" -c Release -v quiet -nologo -p:UseSharedCompilation=false >"$log" 2>&1; then
    if grep -qE 'error [A-Z]+[0-9]+' "$log"; then
      grep -E 'error [A-Z]+[0-9]+' "$log" | sort -u | head -n 30 >&2
    else
      tail -n 30 "$log" >&2
    fi
    die "the build failed (all of it: .fakeai/logs/build.log)."
  fi
  # The tests' build is the application's too.
  echo "$app" >"$state/built.app"
  echo "$now" >"$stamp"
  say "built"
}

apphost_dll() { echo "$root/FakeAi.AppHost/bin/Release/net10.0/FakeAi.AppHost.dll"; }

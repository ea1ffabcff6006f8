# Finding and installing programs of the operating system; sourced by tools/setup.

# Servers and administration commands live outside a user's PATH on Debian and with Homebrew.
for folder in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/local/sbin /usr/sbin /sbin; do
    if [ -d "$folder" ]; then PATH=$PATH:$folder; fi
done

die() {
    printf '\nDunwell: %s\n' "$*" >&2
    exit 1
}

# Print the words that run a command as root without asking: nothing for root, else sudo; fail when there is no way.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        echo "env"
    elif sudo -n true 2>/dev/null; then
        echo "sudo -n env"
    else
        return 1
    fi
}

# install_packages WHAT "DEBIAN PACKAGES" "HOMEBREW FORMULAS": install, or stop and name the command.
install_packages() {
    local what=$1 debian=$2 homebrew=$3 root
    if command -v apt-get >/dev/null; then
        root=$(as_root) || die "$what is missing. Install it, then try again:  sudo apt-get install $debian"
        tools/say "Installing $what: apt-get install $debian"
        apt_install "$root" "$debian" || die "$what could not be installed. Try:  apt-get update && apt-get install $debian"
    elif command -v brew >/dev/null; then
        tools/say "Installing $what: brew install $homebrew"
        # shellcheck disable=SC2086  # a list of names on purpose
        brew install --quiet $homebrew || die "$what could not be installed. Try:  brew install $homebrew"
    else
        die "$what is missing. Install it with your system's package manager (Debian: $debian; Homebrew: $homebrew), then try again."
    fi
}

# The package lists are fetched only when the packages are not to be had without.
apt_install() {
    local root=$1 packages=$2
    # shellcheck disable=SC2086  # lists of words on purpose
    set -- $root DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0
    # shellcheck disable=SC2086
    if ! "$@" install --yes --no-install-recommends $packages >/dev/null 2>&1; then
        "$@" update >/dev/null
        "$@" install --yes --no-install-recommends $packages >/dev/null
    fi
}

# Install every program of requirements/system.txt that a test names and this machine lacks, all in one go.
install_system_tools() {
    local program debian homebrew what all_debian= all_homebrew= all_what=
    while IFS='|' read -r program debian homebrew what; do
        program=$(echo "$program" | tr -d ' ')
        case $program in '' | '#'*) continue ;; esac
        if ! command -v "$program" >/dev/null && tests_name "$program"; then
            all_debian="$all_debian $debian"
            all_homebrew="$all_homebrew $homebrew"
            all_what="$all_what${all_what:+; }$(echo "$what" | sed 's/^ *//')"
        fi
    done < requirements/system.txt
    if [ -n "$all_what" ]; then
        # shellcheck disable=SC2086  # lists of words, with one space between them
        install_packages "$all_what" "$(echo $all_debian)" "$(echo $all_homebrew)"
    fi
}

tests_name() {
    grep -rqsw --include='*.py' -e "$1" tests
}

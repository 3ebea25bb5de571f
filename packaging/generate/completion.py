#!/usr/bin/env python3
"""completion.py PROGRAM: prints what bash needs to complete the commands and options of rbd or curverbd, of ceph its commands."""

import pathlib
import re
import shlex
import sys

from command_help import commands_of, output_of, section

COMPLETE = """
# Completes one word from the words before it; connects to nothing.
_@NAME@() {
    local cur=${COMP_WORDS[COMP_CWORD]} line= word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || line+="${line:+ }$word"
    done
    COMPREPLY=()
    if [[ $cur == -* ]]; then
        while [[ $line && ! ${_@NAME@_options[$line]+set} ]]; do
            [[ $line == *\\ * ]] && line=${line% *} || line=
        done
        COMPREPLY=($(compgen -W "${_@NAME@_options[${line:-all}]}" -- "$cur"))
    else
        COMPREPLY=($(compgen -W "${_@NAME@_next[${line:-all}]}" -- "$cur"))
        # Where no word of a command can follow, bash's own completion of files does.
    fi
}
complete -o default -F _@NAME@ @NAME@
"""


def ceph_commands(program):
    """The words of each command, up to its first argument."""
    lines = section(output_of(program, "--help").replace("\n", "\n ").replace("\n commands:", "\ncommands:"), "commands").splitlines()
    for line in lines:
        words = re.match(r" ((?:[a-z][\w-]* ?)+)", line)
        if words and not line.startswith("  "):
            yield words.group(1).strip()


def table(program):
    """For each beginning of a command: the words that may follow, and its options."""
    following, options = {}, {}
    if pathlib.Path(program).name == "ceph":
        names = [(name, []) for name in ceph_commands(program)]
        options["all"] = re.findall(r"(?<![\w-])--?[a-z][\w-]*", section(output_of(program, "--help"), "options"))
    else:
        commands = list(commands_of(program))
        names = [(name, command.options) for command in commands for name in (command.name, *command.aliases)]
        options["all"] = re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", section(output_of(program, "help"), "Optional arguments"))
        names.append(("help", []))
    for name, own in names:
        words = name.split()
        for index, word in enumerate(words):
            following.setdefault(" ".join(words[:index]) or "all", set()).add(word)
        if own:
            options[name] = own
    return following, options


def array(name, entries):
    rows = (f"    [{shlex.quote(key)}]={shlex.quote(' '.join(sorted(set(words))))}\n" for key, words in sorted(entries.items()))
    return f"declare -gA {name}=(\n{''.join(rows)})\n"


def main(program):
    name = pathlib.Path(program).name
    following, options = table(program)
    print(f"# bash completion of {name}, made from its help", array(f"_{name}_next", following) + array(f"_{name}_options", options)
          + COMPLETE.replace("@NAME@", name), sep="\n", end="")


if __name__ == "__main__":
    main(sys.argv[1])

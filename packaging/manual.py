"""Writes a manual page: manual.py program DATE <dump.json, or manual.py settings DATE <docs/configuration.md.

A page of a program comes from `PROGRAM --experimental-dump-help` of swift-argument-parser, so it has every command and
option of the build that it is packaged with."""

import json
import re
import sys


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def prose(text):
    """Paragraphs; `code` is bold, and Markdown links keep their text."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    parts = [escaped(part) for part in re.split(r"(`[^`]+`)", text)]
    marked = "".join("\\fB" + part[1:-1] + "\\fR" if part.startswith("`") else part for part in parts)
    return marked.replace("\n\n", "\n.PP\n")


def names_of(argument):
    if argument["kind"] == "positional":
        return "\\fI" + escaped(argument["valueName"]) + "\\fR"
    names = ", ".join(
        "\\fB" + escaped(("--" if name["kind"].startswith("long") else "-") + name["name"]) + "\\fR"
        for name in argument["names"])
    return names + (" \\fI" + escaped(argument["valueName"]) + "\\fR" if argument["kind"] == "option" else "")


def help_of(argument):
    text = prose(argument.get("abstract", ""))
    if "defaultValue" in argument:
        text += f" Default: {escaped(argument['defaultValue'])}."
    return text.strip() or "\\&"


def arguments_of(command):
    return [a for a in command.get("arguments", [])
            if a.get("shouldDisplay", True) and not any(n["name"] in ("help", "version") for n in a.get("names", []))]


def write_command(path, command):
    """One command and those below it."""
    below = [c for c in command.get("subcommands", []) if c["commandName"] != "help"]
    if not below:
        print(f".SS {escaped(path)}")
        print(prose(command.get("abstract", "")))
        if command.get("discussion"):
            print(".PP\n" + prose(command["discussion"]))
        for argument in arguments_of(command):
            print(".TP\n" + names_of(argument) + "\n" + help_of(argument))
    for one in below:
        write_command(f"{path} {one['commandName']}", one)


def program(date):
    command = json.load(sys.stdin)["command"]
    name = command["commandName"]
    below = [c for c in command.get("subcommands", []) if c["commandName"] != "help"]
    print(f'.TH {name.upper()} 1 "{date}" "quietanza" "User Commands"')
    print(f".SH NAME\n{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}")
    print(f".SH SYNOPSIS\n.B {escaped(name)}")
    print("\\fIcommand\\fR [\\fIoptions\\fR]" if below else "[\\fIoptions\\fR]")
    print(".SH DESCRIPTION")
    print("\n.PP\n".join(
        # The simulator's list of routes is in columns.
        ".nf\n" + escaped(part) + "\n.fi" if "   " in part else prose(part)
        for part in command["discussion"].split("\n\n")))
    if below:
        print(".SH COMMANDS")
        for one in below:
            write_command(one["commandName"], one)
    if below and name == "quietanza":
        print(".SH FILES\n.TP\n.I /etc/quietanza/quietanza.conf\nThe settings of the units quietanza.service and "
              "quietanza\\-loops.service.\n.TP\n.I /usr/share/quietanza\nMigrations, the contract (openapi.yaml), "
              "alert rules for Prometheus and a dashboard for Grafana.")
        print(".SH EXIT STATUS\n0 on success; another status on failure, with the reason on standard error.")
        print(".SH EXAMPLES\n.nf\nquietanza migrate \\-\\-config /etc/quietanza/quietanza.conf\n"
              "quietanza doctor \\-\\-config /etc/quietanza/quietanza.conf\n.fi")
        print(".SH SEE ALSO\n.BR quietanza.conf (5),\n.BR psp\\-simulator (1),\n.I /usr/share/doc/quietanza/operations.md.gz")
    else:
        if not below:
            print(".SH OPTIONS")
            for argument in arguments_of(command):
                print(".TP\n" + names_of(argument) + "\n" + help_of(argument))
        print(".SH SEE ALSO\n.BR quietanza (1)")


def settings(date):
    text = sys.stdin.read()
    print(f'.TH QUIETANZA.CONF 5 "{date}" "quietanza" "File Formats"')
    print(".SH NAME\nquietanza.conf \\- settings of quietanza")
    print(".SH SYNOPSIS\n.I /etc/quietanza/quietanza.conf")
    print(".SH DESCRIPTION\nLines of \\fINAME\\fR=\\fIvalue\\fR; empty lines and lines that begin with # are ignored. The "
          "units quietanza.service and quietanza\\-loops.service read it, and every command with \\fB\\-\\-config\\fR. "
          "Variables of the environment have precedence. \\fBquietanza check\\-config\\fR reports every error, "
          "\\fBquietanza doctor\\fR also checks what the settings name.")
    print(".PP\nThe file contains secrets: only root may read it.")
    print(".SH SETTINGS")
    for row in re.findall(r"(?m)^\| (`[A-Z].*) \|$", text):
        names, default, meaning = [cell.strip() for cell in re.split(r"(?<!\\) \| ", row)]
        print(".TP\n" + prose(names))
        print(prose(meaning[0].upper() + meaning[1:] + ("" if meaning.endswith(".") else ".")))
        print("Default: " + prose(default) + ".")
    print(".SH SEE ALSO\n.BR quietanza (1)")


{"program": program, "settings": settings}[sys.argv[1]](*sys.argv[2:])

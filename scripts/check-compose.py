"""Checks a Compose file: check-compose.py docker-compose.yml .env.example (see check-compose.sh)."""

import json
import pathlib
import re
import sys

import jsonschema
import yaml


def official_schema():
    for folder in sys.path:
        path = pathlib.Path(folder, "compose", "config", "compose_spec.json")
        if path.is_file():
            return json.loads(path.read_text(encoding="utf-8"))
    sys.exit("check-compose: the package docker-compose is not installed")


def dangling_names(document):
    """Yields names that a service refers to and nothing declares."""
    services = document.get("services", {})
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            if other not in services:
                yield f"services/{name}/depends_on: there is no service {other}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0] if isinstance(volume, str) else volume.get("source", "")
            if re.match(r"[A-Za-z0-9]", source) and source not in document.get("volumes", {}):
                yield f"services/{name}/volumes: {source} is not declared"


def unpinned_images(document):
    for name, service in document.get("services", {}).items():
        image = re.sub(r"\$\{[^}]*\}", "set", service.get("image", ""))
        if not re.search(r"@sha256:[0-9a-f]{64}$|:(?!latest$)[\w.-]+$", image):
            yield f"services/{name}/image: {image or 'none'} has neither a tag nor a digest"


def missing_in_profiles(document):
    """Yields dependencies that do not run in a profile of their dependent service, and profiles that are not expected."""
    profiles = {name: set(service.get("profiles", [])) for name, service in document.get("services", {}).items()}
    if set().union(*profiles.values()) != {"trial", "production", "portal"}:
        yield "services: the profiles are not trial, production and portal"
    for name, service in document.get("services", {}).items():
        for other in service.get("depends_on", {}):
            if profiles.get(other) and not profiles[name] <= profiles[other]:
                yield f"services/{name}/depends_on: {other} is not in the same profiles"


def undocumented_variables(text, example):
    documented = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    # $${…} is expanded by the container's shell, not by Compose.
    used = set(re.findall(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)", text))
    for name in sorted(used - documented):
        yield f"${{{name}}} is not in .env.example"
    # Compose itself reads this one.
    for name in sorted(documented - used - {"COMPOSE_PROFILES"}):
        yield f".env.example documents {name}, which nothing uses"


def main(compose_path, example_path):
    text = pathlib.Path(compose_path).read_text(encoding="utf-8")
    example = pathlib.Path(example_path).read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    validator = jsonschema.Draft7Validator(official_schema())
    faults = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(document)]
    faults += dangling_names(document)
    faults += unpinned_images(document)
    faults += missing_in_profiles(document)
    faults += undocumented_variables(text, example)
    for fault in faults:
        print(f"{compose_path}: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{compose_path}: {len(document['services'])} services, valid")


main(*sys.argv[1:])

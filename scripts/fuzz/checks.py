"""Hooks of schemathesis for this service (SCHEMATHESIS_HOOKS).

All checks of schemathesis run. Three of them are wrapped here, because a schema cannot state every rule of the service, nor every value
that the service ignores by contract. An exception holds only if the response names that rule; any other response fails the check.

Operations that would end the credentials of the run get credentials of their own, and requests of PSPs are signed.
"""
import hashlib, itertools, json, os, re
import requests
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.core.media_types import YAML_MEDIA_TYPES
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData, negated_parameters
from schemathesis.specs.openapi import checks as builtin
from service import register, send_json, session, signed

RUN = json.loads(os.environ["FUZZ_RUN"])

# Codes of violations that state a rule which the schema of one member cannot: stored data, the caller, the clock, another member, a
# checksum, a list of common passwords. The contract defines each code in `ViolationCode`.
RULE_CODES = {
    "unknown_reference", "not_allowed", "already_used", "duplicate", "wrong_state", "read_only", "in_the_past", "in_the_future",
    "mismatch", "sum_mismatch", "bad_check_digit", "too_weak",
}
# Violations whose code a schema can state elsewhere, but not there: (code, pattern of the operation id, pattern of the pointer).
RULES = [
    # The service authenticates cursors: it rejects one that it did not issue for this list.
    ("bad_format", r"(list|search)_\w+", r"/?cursor"),
    ("bad_format", r"list_events", r"after|Last-Event-ID"),
    # Each country has its own length and structure of IBANs (SWIFT IBAN Registry).
    ("bad_format", r"save_creditor|save_accounts|create_position|change_position", r"(/.*)?/(postal_)?iban"),
    # VAT numbers of some forty countries have a form each, and so have Italian tax codes of persons and organizations.
    ("bad_format", r"\w+", r"(/.*)?/([a-z]+_)*tax_code"),
    # An address in Italy has a CAP and a province: see `PostalAddress`.
    ("bad_format", r"\w+", r"/((debtor|payer)/)?address/(postal_code|province)"),
    # Members that are required together with another member or a stored value: see the descriptions of these bodies.
    ("required", r"resolve_anomaly", r"/(position_id|amount_cents|installment)"),
    ("required", r"enter_rt", r"/evidence"),
    ("required", r"make_api_key|make_webhook_subscription", r"/creditors"),
    ("required", r"make_api_key|change_api_key", r"/allowed_origins"),
    ("required", r"give_delegation", r"/delegator_tax_code"),
    ("required", r"create_suspension", r"/(creditor_tax_code|psp_id)"),
    ("required", r"save_creditor", r"/aux_digit"),
    ("required", r"save_accounts", r"/items"),
    # A logo has exactly one of two pictures, and its bytes decide: libpng or librsvg decodes them.
    ("required", r"save_logo", r"/png"),
    ("too_many", r"save_logo", r"/svg"),
    ("bad_format", r"save_logo", r"/svg"),
    ("out_of_range", r"save_logo", r"/svg"),
    ("bad_format", r"save_logo", r"/png"),
    ("out_of_range", r"save_logo", r"/png"),
    ("required", r"start_payment_attempt", r"/email"),
    ("required", r"change_me", r"/current_password"),
    # The form of a debt type is data: its amount and fields.
    ("required", r"request_position", r"/(amount_cents|debtor|fields/[a-z0-9_-]+)"),
    ("out_of_range", r"request_position", r"/(amount_cents|fields/.*)"),
    ("unknown_member", r"request_position", r"/fields/.*"),
    ("bad_format", r"request_position", r"/fields/.*"),
    ("too_long", r"request_position", r"/fields/.*"),
    # The position has installments already; the debtor has no address.
    ("too_many", r"plan_rest", r"/installments"), ("required", r"mail_payment_notices", r"/to"),
    # A key and a value of the metadata are a pair.
    ("required", r"search_positions", r"/metadata_(key|value)"),
    # Private addresses, also of hosts that are resolved, and hosts that are no names.
    ("bad_format", r"save_debt_type", r"/amount_url"),
    ("bad_format", r"(make|change)_webhook_subscription", r"/url"),
    # The most characters that a pattern may match, and the order of its counts and ranges.
    ("bad_format", r"save_debt_type", r"/request_form/fields/[0-9]+/pattern"),
    # The body of a message/delivery-status has a syntax of its own (RFC 3464).
    ("bad_format", r"report_mail_bounce", r"/delivery_status"), ("too_many", r"report_mail_bounce", r"/delivery_status"),
    # The result of a merge patch must be a whole address.
    ("required", r"change_me|change_position", r"/(debtor/)?address(/.*)?"),
]
PAGES = r"/((verification|reset|return)_url|(allowed_origins|return_url_origins)/[0-9]+)"


def problem(response):
    """Returns the status, the code of the problem and its violations."""
    try:
        document = response.json()
    except ValueError:
        return response.status_code, None, []
    if not isinstance(document, dict):
        return response.status_code, None, []
    return response.status_code, str(document.get("type", "")).rpartition("/")[2], document.get("violations", [])


def states_a_rule(violation, case):
    pointer, code = violation.get("pointer", ""), violation.get("code")
    if code == "bad_format" and re.fullmatch(PAGES, pointer):
        # The name of a host has 253 characters at most; no pattern can count them in addition to those of its labels.
        return len(re.match("https?://([^/:?]*)", member(case.body, pointer)).group(1)) > 253
    return code in RULE_CODES or any(
        code == one and re.fullmatch(operation, operation_id(case.operation)) and re.fullmatch(place, pointer)
        for one, operation, place in RULES)


def member(document, pointer):
    for name in pointer.split("/")[1:]:
        document = document[int(name) if isinstance(document, list) else name]
    return document


def is_rejected_by_rule(response, case):
    status, code, violations = problem(response)
    if status in (412, 428):
        # The stored version decides: the service compares If-Match and If-None-Match with it.
        return True
    if (status, code) == (422, "idempotency-key-reused"):
        # The key was sent before, with another request.
        return True
    return status in (400, 422) and bool(violations) and all(states_a_rule(one, case) for one in violations)


def positive_data_acceptance(ctx, response, case):
    if case.meta is not None and case.meta.generation.mode.is_positive:
        if is_rejected_by_rule(response, case):
            return None
        # The contract declares an official RT as text: its schema is an XSD.
        if operation_id(case.operation) == "receive_rt" and case.media_type == "application/xml" and response.status_code in (400, 422):
            return None
        # The contract declares a file of positions as text: no schema states the syntax of CSV and NDJSON, nor the names of columns.
        if operation_id(case.operation) == "import_positions" and names_a_line(response):
            return None
    return builtin.positive_data_acceptance(ctx, response, case)


def names_a_line(response):
    status, code, _ = problem(response)
    return (status, code) == (400, "malformed-request") and re.match("Line [0-9]+: ", response.json().get("detail", "")) is not None


def operation_id(operation):
    return operation.definition.raw.get("operationId")


# Headers whose ill-formed values the contract ignores: another X-Correlation-ID is made, Accept-Language falls back to Italian, and an
# If-None-Match that is no ETag does not match (RFC 9110, 13.1.2). The check of a signature reports every header of a webhook.
IGNORED_HEADERS = {
    "x-correlation-id", "accept-language", "if-none-match", "webhook-id", "webhook-timestamp", "webhook-signature",
}


def is_negative_in_ignored_headers_only(case):
    locations = [place for place in ParameterLocation if case.meta.is_negative_at(place)]
    if locations != [ParameterLocation.HEADER]:
        return False
    sent = {name.lower(): value for name, value in (case.headers or {}).items()}
    for parameter in case.operation.headers:
        name = parameter.name.lower()
        if name in IGNORED_HEADERS:
            continue
        if name in sent and not parameter.get_validator().is_valid(sent[name]) or name not in sent and parameter.is_required:
            return False
    return True


def negative_data_rejection(ctx, response, case):
    if case.meta is not None and case.meta.generation.mode.is_negative:
        # If-Match is compared before the body is read; what is too large is not read at all.
        if response.status_code in (412, 413, 431):
            return None
        if is_negative_in_ignored_headers_only(case):
            return None
        # Money that has moved is never refused: an RT is stored with any values of its other members, with notes.
        if operation_id(case.operation) == "receive_rt" and response.status_code in (200, 201):
            return None
    return builtin.negative_data_rejection(ctx, response, case)


def missing_required_header(ctx, response, case):
    # RFC 6585 has a status of its own for a missing If-Match.
    data = case.meta.phase.data if case.meta is not None else None
    if isinstance(data, CoveragePhaseData) and str(data.parameter).lower() == "if-match" and response.status_code == 428:
        return None
    return builtin.missing_required_header(ctx, response, case)


for check in (positive_data_acceptance, negative_data_rejection, missing_required_header):
    CHECKS.register(check)


@schemathesis.deserializer(*YAML_MEDIA_TYPES, "text/csv")
def text(ctx, response):
    """The contract declares itself, and CSV, as text."""
    return response.text


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()


# Credentials.

class PSPSignature(requests.auth.AuthBase):
    numbers = itertools.count(1)

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        for name, value in signed(RUN["psp_secret"], body, f"s{RUN['run']}-{next(self.numbers)}"):
            if name != "Content-Type":
                request.headers[name] = value
        return request


class OwnToken(requests.auth.AuthBase):
    """Replaces the citizen's token by one that nothing else uses. Makes another when a request has ended it."""

    def __init__(self, make):
        self.make, self.token = make, None

    def __call__(self, request):
        if self.token is None:
            self.token = self.make()
        request.headers["X-Citizen-Token"] = self.token
        request.register_hook("response", self.forget)
        return request

    def forget(self, response, **_):
        if response.status_code == 204:
            self.token = None


def token_of_new_account(numbers=itertools.count(1)):
    name = f"{RUN['run']}-{next(numbers)}"
    citizen = {"email": f"{name}@example.org", "password": RUN["citizen"]["password"], "tax_code": tax_code(name)}
    register(RUN["url"], RUN["mail_control"], RUN["key"], citizen)
    return session(RUN["url"], RUN["key"], citizen)


ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]


def tax_code(name):
    """A codice fiscale of a person born on 1 January 1980, with its check letter; another for each name."""
    letters = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(name.encode()).digest()[:6])
    first = letters + "80A01H501"
    values = [int(one) if one.isdigit() else ord(one) - 65 for one in first]
    return first + chr(65 + sum(value if index % 2 else ODD[value] for index, value in enumerate(values)) % 26)


schemathesis.auth.set_from_requests(PSPSignature()).apply_to(operation_id=["receive_rt", "receive_outcome"])
OWN_TOKENS = {
    "close_session": OwnToken(lambda: session(RUN["url"], RUN["key"], RUN["citizen"])), "erase_me": OwnToken(token_of_new_account),
    "close_sessions": OwnToken(token_of_new_account)}


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = operation_id(context.operation)
    path = case.path_parameters or {}
    protected = str(path.get("id", "")).lower() in RUN["protected_ids"]
    if operation in ("receive_rt", "receive_outcome") and not case.meta.is_negative_at(ParameterLocation.PATH):
        path["psp_id"] = RUN["psp_id"]
    if operation in ("revoke_api_key", "rotate_api_key") and protected:
        path["id"] = send_json(RUN["url"], "POST", "/v1/api-keys", RUN["ops_key"], {
            "name": "fuzz", "kind": "frontend", "scopes": ["positions:read"], "creditors": ["12345678903"]})["id"]
    if operation == "revoke_webhook_secret" and protected:
        path["id"] = send_json(RUN["url"], "POST", f"/v1/psps/{RUN['psp_id']}/webhook-secrets", RUN["ops_key"])["id"]
    without_token = ("X-Citizen-Token", ParameterLocation.HEADER) in negated_parameters(case.meta)
    if RUN["is_citizen"] and operation in OWN_TOKENS and not without_token:
        case._auth = OWN_TOKENS[operation]

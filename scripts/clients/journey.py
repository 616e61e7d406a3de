"""The journey of the README with the generated Python client, from the debt to the receipt. Prints each step.

The environment names the service and its demo data as `make run` writes them: API, API_KEY, DEMO_DATA.
"""
import datetime, json, os, time, urllib.parse, urllib.request, uuid

import quietanza
from quietanza import ApiException

DEBTOR = "RSSMRA80A01H501U"


def client(key):
    return quietanza.ApiClient(quietanza.Configuration(host=os.environ["API"], access_token=key))


def step(name, text):
    print(f"{name}: {text}")


def create(back_office, number):
    """The creditor's back office creates a debt. A repeat with the same `external_id` is the same debt."""
    body = quietanza.PositionBody(
        creditor_tax_code="12345678903", external_id=f"CLIENT-{number}", debt_type="mensa",
        document=quietanza.Document(year=2026, number=number), description="Mensa scolastica",
        debtor=quietanza.Debtor(kind="person", tax_code=DEBTOR, full_name="Mario Rossi", email="mario.rossi@example.org"),
        lines=[quietanza.PositionLine(description="Pasti di ottobre", amount_cents=5980)],
        installments=[quietanza.InstallmentBody(amount_cents=5980, due_date=datetime.date(2030, 1, 31))])
    positions = quietanza.PositionsApi(back_office)
    created = positions.create_position_with_http_info(body)
    repeated = positions.create_position_with_http_info(body)
    assert (created.status_code, repeated.status_code) == (201, 200)
    assert repeated.data.id == created.data.id
    step("created", created.data.status)
    return created.data


def look_up(front_end, created):
    positions = quietanza.PositionsApi(front_end)
    page = positions.search_positions(quietanza.PositionSearchBody(
        debtor_tax_code=DEBTOR, status=["open"], document_number=created.document.number))
    assert [found.id for found in page.items] == [created.id]
    shown = positions.show_position(page.items[0].id)
    assert isinstance(shown.created_at, datetime.datetime) and shown.installments[0].due_date == datetime.date(2030, 1, 31)
    step("found", f"{shown.description}, {shown.residual_cents} cents")
    return shown


def choose(front_end, amount):
    api = quietanza.PaymentMethodsApi(front_end)
    groups = api.list_payment_methods(amount_cents=amount).groups
    assert any(method.payment_method == "CP" for group in groups for method in group.methods)
    offer = api.list_psps(amount_cents=amount, payment_method="CP", sort="fee").items[0]
    step("chosen", f"{offer.name}, fee {offer.fee_cents} cents")
    return offer


def start(front_end, position, offer):
    body = quietanza.AttemptBody(
        installments=[quietanza.InstallmentReference(position.installments[0].id)], payment_method="CP", psp_id=offer.psp_id, channel_id=offer.channel_id,
        payer=quietanza.Payer(kind="person", tax_code=DEBTOR, full_name="Mario Rossi"),
        email="mario.rossi@example.org", return_url="http://localhost:3000/esito", language="it")
    api, key = quietanza.PaymentAttemptsApi(front_end), str(uuid.uuid4())
    attempt = api.start_payment_attempt(key, body)
    # No answer arrived? The same key again gets the first answer, and starts no second payment.
    assert api.start_payment_attempt(key, body).id == attempt.id
    step("started", f"{attempt.status.value}: {attempt.message}")
    return attempt


def pay(attempt):
    """In the place of the citizen, who would press a button on the PSP's page. The PSP then posts its RT."""
    form = urllib.parse.urlencode({"action": "late", "delay_seconds": "1"}).encode()
    with urllib.request.urlopen(urllib.request.Request(attempt.redirect_url, form, {"Accept": "application/json"})) as answer:
        assert answer.status == 200


def wait(front_end, attempt):
    api = quietanza.PaymentAttemptsApi(front_end)
    for _ in range(4):
        attempt = api.show_payment_attempt(attempt.id, wait_seconds=25)
        if attempt.is_final:
            break
    assert attempt.status == quietanza.AttemptStatus.SUCCEEDED
    step("paid", attempt.message)
    return attempt


def read_receipt(front_end, position, attempt):
    api = quietanza.ReceiptsApi(front_end)
    receipt = api.list_receipts(position_id=position.id).items[0]
    assert receipt.id == attempt.receipts[0].id and receipt.amount_cents == 5980
    # Bytes, because the contract declares them as binary.
    pdf = api.show_receipt_pdf(receipt.id)
    xml = api.show_official_rt(receipt.id)
    rt = json.loads(api.show_receipt_rt(receipt.id))
    assert pdf.startswith(b"%PDF-1.7") and xml.startswith(b"<?xml") and rt["iuv"] == receipt.iuv
    step("receipt", f"{receipt.iuv}, {len(pdf)} bytes of PDF")
    return receipt


def archive(front_end, receipt):
    """The pages of the archive, and the same list as files."""
    api, found, cursor = quietanza.ReceiptsApi(front_end), [], None
    while True:
        page = api.list_receipts(limit=1, cursor=cursor)
        found += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert receipt.id in found
    for media_type, begins in [("text/csv", b"\xef\xbb\xbfid,"), ("application/x-ndjson", b'{"id":'), ("application/zip", b"PK\x03\x04")]:
        # A file may be large, so it is read part by part.
        answer = api.list_receipts_without_preload_content(_headers={"Accept": media_type})
        parts = list(answer.stream(65_536))
        assert answer.status == 200 and b"".join(parts).startswith(begins), media_type
    step("archive", f"{len(found)} receipts")


def see_errors(front_end):
    """Every error is an exception with the problem details of the answer."""
    try:
        quietanza.PositionsApi(front_end).show_position(uuid.UUID(int=0))
        raise AssertionError("an unknown position was found")
    except quietanza.exceptions.NotFoundException as error:
        assert error.data.type.endswith("/problems/not-found") and error.data.correlation_id
    search = quietanza.PositionSearchBody(debtor_tax_code="RSSMRA80A01H501X")
    try:
        quietanza.PositionsApi(front_end).search_positions(search)
        raise AssertionError("a wrong tax code was accepted")
    except ApiException as error:
        violation = error.data.violations[0]
        assert (error.status, violation.pointer) == (422, "/debtor_tax_code")
        step("refused", f"{error.status} {violation.pointer} {violation.code.value}")
    try:
        quietanza.PositionsApi(client("qz_wrong")).list_positions()
        raise AssertionError("an unknown key was accepted")
    except quietanza.exceptions.UnauthorizedException as error:
        assert error.data.type.endswith("/problems/unauthenticated")


def main():
    with open(os.environ["DEMO_DATA"], encoding="utf-8") as file:
        back_office = client(json.load(file)["creditor_key"])
    front_end = client(os.environ["API_KEY"])
    position = look_up(front_end, create(back_office, str(time.time_ns())))
    attempt = start(front_end, position, choose(front_end, position.residual_cents))
    pay(attempt)
    attempt = wait(front_end, attempt)
    archive(front_end, read_receipt(front_end, position, attempt))
    see_errors(front_end)


if __name__ == "__main__":
    main()

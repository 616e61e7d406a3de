"""A citizen's journey through the portal and a staff member's through its desk in Chromium, with axe-core on every page (see
portal-test.sh)."""

import email
import email.policy
import json
import os
import pathlib
import re
import sys
import time
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

PORTAL = os.environ["PORTAL"]
MAIL = os.environ["MAIL_CONTROL"]
FOLDER = pathlib.Path(sys.argv[1])
WIDTHS = (380, 1280)
SCHEMES = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ADDRESS = f"mario.{time.time_ns()}@example.org"
PASSWORD = "quattro gatti sul tetto"

faults = []
checked = 0


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def mailed_code(to, count=1):
    for _ in range(150):
        mails = [mail for mail in json.loads(fetch(f"{MAIL}/messages")) if mail["to"] == to]
        if len(mails) >= count:
            mail = email.message_from_bytes(fetch(f"{MAIL}/messages/{mails[-1]['file']}"), policy=email.policy.default)
            return re.search(r"qzm_\w+", mail.get_body(("plain",)).get_content())[0]
        time.sleep(0.2)
    sys.exit(f"no mail to {to}")


class Visitor:
    def __init__(self, browser):
        # A slow script must not leave a page while it is looked at, so pages are checked without it.
        self.context = browser.new_context(locale="it-IT", bypass_csp=True)
        self.context.route(re.compile(r"/assets/.*\.js"), lambda route: route.fulfill(status=200, content_type="text/javascript", body=""))
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: faults.append(f"script: {error}"))

    def check(self, name):
        global checked
        page = self.page
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                result = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
                checked += 1
                for violation in result.response["violations"]:
                    nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
                    faults.append(f"{name} {width} {scheme}: {violation['id']}: {violation['help']}: {nodes}")
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wide > 0:
                    faults.append(f"{name} {width} {scheme}: {wide} pixels too wide")
                page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)

    def open(self, path, name):
        answer = self.page.goto(PORTAL + path)
        if answer.status >= 400 and name not in ("missing", "search-wrong", "desk-forbidden"):
            faults.append(f"{name}: {answer.status}")
        self.check(name)

    def follow(self, selector, name):
        with self.page.expect_navigation():
            self.page.click(selector)
        self.check(name)

    def submit(self, selector="main form button[type=submit]"):
        with self.page.expect_navigation():
            self.page.click(selector)


def register(visitor):
    page = visitor.page
    visitor.open("/register", "register")
    visitor.submit()
    visitor.check("register-errors")
    for name, value in {
        "given_name": "Mario", "family_name": "Rossi", "tax_code": "RSSMRA80A01H501U", "birth_date": "1980-01-01",
        "birth_place": "Roma", "street": "Via Roma 1", "postal_code": "10121", "city": "Torino", "province": "TO", "country": "IT",
        "email": ADDRESS, "password": PASSWORD,
    }.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=kind][value=resident]")
    page.check("[name=consent_privacy]")
    page.check("[name=consent_terms]")
    visitor.submit()
    visitor.check("verify")
    page.fill("[name=token]", mailed_code(ADDRESS))
    visitor.submit()
    visitor.check("verified")


def sign_in(visitor):
    page = visitor.page
    visitor.open("/sign-in", "sign-in")
    page.fill("[name=username]", ADDRESS)
    page.fill("[name=password]", "sbagliata davvero")
    visitor.submit()
    visitor.check("sign-in-errors")
    page.fill("[name=password]", PASSWORD)
    visitor.submit()
    visitor.check("home-signed-in")


def pay(visitor, prefix):
    page = visitor.page
    visitor.check(f"{prefix}-method")
    with page.expect_navigation():
        page.click("main ul.choices a >> nth=0")
    visitor.check(f"{prefix}-psp")
    visitor.submit()
    visitor.check(f"{prefix}-go")
    address = page.url
    with page.expect_navigation():
        page.click("a[data-go]")
    payment = page.url
    page.goto(address.removesuffix("/go"))
    visitor.check(f"{prefix}-open")
    page.goto(payment)
    with page.expect_navigation():
        page.click("button[value=pay]")
    for _ in range(50):
        page.goto(address.removesuffix("/go"))
        if page.locator("main a[href*='/receipts/']").count():
            break
        time.sleep(0.3)
    visitor.check(f"{prefix}-done")


def sign_in_by_spid(visitor):
    page = visitor.page
    page.goto(f"{PORTAL}/sign-in")
    visitor.submit("form[action='/sign-in/oidc'] button")
    visitor.check("spid")
    with page.expect_navigation():
        page.click("a[data-go]")
    visitor.submit("button[type=submit]")
    visitor.check("spid-signed-in")
    if page.url.rstrip("/") != PORTAL:
        faults.append(f"spid: ended at {page.url}")


def call(method, url, key=None, body=None, headers=None):
    """The JSON answer of the API or the simulator."""
    sent = {"Accept": "application/json", **(headers or {})}
    if key:
        sent["Authorization"] = f"Bearer {key}"
    data = None
    if isinstance(body, dict):
        sent["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    elif body:
        data = body.encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, sent, method=method), timeout=20) as answer:
        return json.loads(answer.read() or b"null")


def new_debt():
    number = str(time.time_ns())
    debt = {
        "creditor_tax_code": "12345678903", "external_id": f"DESK-{number}", "debt_type": "mensa",
        "document": {"year": 2026, "number": number}, "description": "Mensa scolastica",
        "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi", "email": ADDRESS},
        "lines": [{"description": "Pasti di ottobre", "amount_cents": 5980}],
        "installments": [{"amount_cents": 5980, "due_date": "2030-01-31"}],
    }
    return call("POST", f"{os.environ['API']}/v1/positions", desk_key("creditor_key"), debt)


def make_anomaly():
    """A bill whose payment arrives with another amount."""
    api, key, position = os.environ["API"], os.environ["API_KEY"], new_debt()
    psp = call("GET", f"{api}/v1/psps?payment_method=CP&amount_cents=5980", key)["items"][0]
    attempt = call(
        "POST", f"{api}/v1/payment-attempts", key,
        {
            "installments": [position["installments"][0]["id"]], "payment_method": "CP", "psp_id": psp["psp_id"],
            "channel_id": psp["channel_id"], "email": ADDRESS, "return_url": f"{PORTAL}/return", "language": "it",
            "payer": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"},
        }, {"Idempotency-Key": position["id"]})
    call(
        "POST", attempt["redirect_url"], body="action=wrong_amount",
        headers={"Content-Type": "application/x-www-form-urlencoded"})
    for _ in range(50):
        if call("GET", f"{api}/v1/anomalies?status=open&position_id={position['id']}", desk_key("ops_key"))["items"]:
            return
        time.sleep(0.2)
    faults.append("desk: no anomaly")


def desk_key(name):
    return json.loads(pathlib.Path(os.environ["DEMO_DATA"]).read_text())[name]


def sign_in_staff(visitor, key, prefix):
    page = visitor.page
    visitor.open("/desk/sign-in", f"{prefix}-sign-in")
    page.fill("[name=api_key]", "sbagliata davvero")
    visitor.submit()
    visitor.check(f"{prefix}-sign-in-errors")
    page.fill("[name=api_key]", desk_key(key))
    visitor.submit()
    visitor.check(f"{prefix}-home")


def pay_at_the_counter(visitor):
    """A payment at the counter, and a part of it refunded."""
    page = visitor.page
    position = f"/desk/positions/{new_debt()['id']}"
    page.goto(f"{PORTAL}/desk/search")
    page.fill("[name=q]", "RSSMRA80A01H501U")
    visitor.submit()
    visitor.check("desk-results")
    visitor.follow(f"main a[href='{position}']", "desk-position")
    visitor.follow("main a[href$='/counter']", "desk-counter")
    page.fill("[name=amount]", "molti")
    visitor.submit()
    visitor.check("desk-counter-errors")
    page.fill("[name=amount]", "59,80")
    page.fill("[name=till]", "Economato")
    page.fill("[name=reference]", "Q/1")
    visitor.submit()
    visitor.check("desk-position-paid")
    visitor.follow("main .timeline a[href^='/desk/receipts/'] >> nth=0", "desk-receipt")
    page.fill("[name=reason]", "Sconto")
    page.fill("[name=amount]", "1,00")
    visitor.submit("form[action$='/refund'] button")
    visitor.check("desk-refund")


def import_debts(visitor):
    page = visitor.page
    visitor.open("/desk/imports", "desk-imports")
    rows = [
        "external_id;debt_type;document/year;document/number;description;debtor/kind;debtor/tax_code;debtor/full_name;"
        "installments/0/amount_cents;installments/0/due_date",
        "DESK-1;mensa;2026;1;Mensa scolastica;person;RSSMRA80A01H501U;Mario Rossi;5980;2030-10-10",
        "DESK-2;mensa;2026;2;Mensa scolastica;person;RSSMRA80A01H501X;Mario Rossi;5980;2030-10-10",
    ]
    page.set_input_files("[name=file]", {"name": "dovuti.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()})
    page.check("[name=dry_run]")
    visitor.submit()
    visitor.check("desk-import-sent")
    for _ in range(50):
        if not page.locator("main progress").count():
            break
        time.sleep(0.2)
        page.reload()
    visitor.check("desk-import")


def work_at_the_desk(browser):
    visitor = Visitor(browser)
    page = visitor.page
    sign_in_staff(visitor, "creditor_key", "desk")
    visitor.open("/desk/search", "desk-search")
    pay_at_the_counter(visitor)
    visitor.open("/desk/anomalies", "desk-anomalies")
    visitor.follow("main table a >> nth=0", "desk-anomaly")
    visitor.submit("form[action^='/desk/anomalies/'] button")
    visitor.check("desk-anomaly-errors")
    page.check("[name=resolution][value=accept]")
    page.fill("[name=reason]", "Verificato con il PSP")
    visitor.submit("form[action^='/desk/anomalies/'] button")
    visitor.check("desk-anomaly-resolved")
    visitor.follow("main a[href^='/desk/positions/']", "desk-timeline")
    visitor.open("/desk/refunds?status=all", "desk-refunds")
    import_debts(visitor)
    for group in ("day", "psp"):
        visitor.open(f"/desk/statistics?group={group}", f"desk-statistics-{group}")
    visitor.open("/desk/psps", "desk-psps")
    visitor.open("/desk/creditors", "desk-creditors")
    visitor.follow("main .tiles a >> nth=0", "desk-creditor")
    page.set_input_files("[name=file]", {"name": "logo.png", "mimeType": "image/png", "buffer": page.screenshot(clip={
        "x": 0, "y": 0, "width": 200, "height": 80})})
    page.fill("[name=alternative_text]", "Stemma del Comune")
    visitor.submit("form[action$='/logo'] button")
    visitor.check("desk-creditor-logo")
    visitor.submit("form[action$='/wording'] button")
    visitor.check("desk-wording")
    visitor.open("/desk/rt", "desk-forbidden")
    for language in ("en", "de", "fr", "sl"):
        visitor.open(f"/desk/anomalies?status=all&language={language}", f"desk-anomalies-{language}")
    visitor.context.close()

    operator = Visitor(browser)
    sign_in_staff(operator, "ops_key", "desk-ops")
    operator.open("/desk/psps", "desk-ops-psps")
    operator.open("/desk/rt", "desk-ops-rt")
    operator.submit()
    operator.check("desk-ops-rt-errors")
    operator.page.goto(f"{PORTAL}/desk/search")
    operator.page.fill("[name=q]", "RSSMRA80A01H501U")
    operator.submit()
    operator.follow("main a[href^='/desk/positions/'] >> nth=0", "desk-ops-position")
    operator.context.close()


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        visitor = Visitor(browser)
        page = visitor.page
        visitor.open("/", "home")
        visitor.open("/password", "password")
        visitor.open("/password/new", "password-new")
        visitor.open("/nessuna", "missing")
        register(visitor)
        sign_in(visitor)
        visitor.open("/services", "services")
        visitor.open("/services/school", "documents")
        visitor.open("/payments", "payments")
        visitor.open("/payments?document_year=duemila", "search-wrong")
        page.goto(f"{PORTAL}/payments")
        with page.expect_navigation():
            page.click("main table a >> nth=0")
        visitor.check("document")
        page.goto(f"{PORTAL}/payments")
        with page.expect_navigation():
            page.click("main a[href^='/pay/'] >> nth=0")
        pay(visitor, "pay")
        visitor.open("/archive", "archive")
        with page.expect_navigation():
            page.click("main table a >> nth=0")
        visitor.check("receipt")
        visitor.open("/help", "help")
        with page.expect_navigation():
            page.click("main .tiles a >> nth=0")
        visitor.check("help-topic")
        for language in ("en", "de", "fr", "sl"):
            visitor.open(f"/payments?language={language}", f"payments-{language}")
        page.goto(f"{PORTAL}/payments?language=it")
        page.goto(f"{PORTAL}/payments")
        notice = next(notices(visitor), None)
        visitor.context.close()

        guest = Visitor(browser)
        guest.open("/notice", "notice")
        guest.submit()
        guest.check("notice-errors")
        if notice:
            guest.page.fill("[name=notice_number]", notice)
            guest.submit()
            pay(guest, "guest")
        guest.context.close()
        sign_in_by_spid(Visitor(browser))
        make_anomaly()
        work_at_the_desk(browser)
        browser.close()
    for fault in dict.fromkeys(faults):
        print(fault)
    print(f"portal-test: {checked} checks, {len(faults)} faults; screenshots in {FOLDER}")
    sys.exit(1 if faults else 0)


def notices(visitor):
    """Notice numbers of what is still to pay."""
    page = visitor.page
    links = page.eval_on_selector_all("main a[href^='/pay/']", "links => links.map(link => link.getAttribute('href'))")
    for link in links:
        page.goto(PORTAL + link.replace("/pay/", "/documents/"))
        for cell in page.locator("main table td").all_inner_texts():
            digits = re.sub(r"\D", "", cell)
            if len(digits) == 18:
                yield digits


main()

"""A citizen's journey through the portal and a staff member's through its desk in Chromium, with axe-core on every page (see
portal-test.sh)."""

import base64
import email
import email.policy
import json
import os
import pathlib
import re
import subprocess
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
CARD_PORTAL = "http://127.0.0.1:18071"

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


def sign_in_by_spid(visitor, tax_code=None, prefix="spid"):
    page = visitor.page
    page.goto(f"{PORTAL}/sign-in")
    visitor.submit("form[action='/sign-in/oidc'] button")
    visitor.check(prefix)
    with page.expect_navigation():
        page.click("a[data-go]")
    if tax_code:
        page.fill("[name=tax_code]", tax_code)
    visitor.submit("button[type=submit]")
    visitor.check(f"{prefix}-signed-in")
    if page.url.rstrip("/") != PORTAL:
        faults.append(f"{prefix}: ended at {page.url}")


def expect(condition, text):
    if not condition:
        faults.append(text)


def pay_several_installments(visitor):
    """A debt in three installments, two of them paid together, with the other option of the same debt."""
    page = visitor.page
    group = f"TARI-{time.time_ns()}"
    debt = new_debt([1000, 2000, 3000], alternative_group=group)
    single = new_debt([5900], alternative_group=group)
    visitor.open(f"/documents/{debt['id']}", "installments")
    expect(page.locator(f"main a[href='/documents/{single['id']}']").count() == 1, "installments: the other option is missing")
    for path in ("notices", "notices/1"):
        answer = page.request.get(f"{PORTAL}/documents/{debt['id']}/{path}")
        expect(answer.body().startswith(b"%PDF"), f"installments: {path}: {answer.status}")
    visitor.follow(f"main a[href='/pay/{debt['id']}']", "installments-choose")
    page.uncheck("[name=number_1]")
    visitor.submit()
    visitor.check("installments-errors")
    page.check("[name=number_1]")
    page.check("[name=number_3]")
    visitor.submit()
    expect(page.url.endswith(f"/pay/{debt['id']}/1-3"), f"installments: ended at {page.url}")
    pay(visitor, "installments-pay")
    visitor.open(f"/documents/{debt['id']}", "installments-paid")
    visitor.open(f"/documents/{single['id']}", "option-replaced")


def change_profile(visitor):
    """Data, password and mailbox of the registered citizen, and what the page says about mistakes."""
    global PASSWORD
    page = visitor.page
    visitor.open("/profile", "profile")
    visitor.open("/profile/data", "profile-data")
    page.fill("[name=street]", "")
    visitor.submit()
    visitor.check("profile-data-errors")
    page.fill("[name=street]", "Corso Francia 3")
    visitor.submit()
    visitor.check("profile-saved")
    expect("Corso Francia 3" in page.inner_text("main"), "profile: the address was not saved")
    visitor.open("/profile/password", "profile-password")
    page.fill("[name=current_password]", "sbagliata davvero")
    page.fill("[name=password]", "sette rane nello stagno")
    visitor.submit()
    visitor.check("profile-password-errors")
    page.fill("[name=current_password]", PASSWORD)
    page.fill("[name=password]", "sette rane nello stagno")
    visitor.submit()
    visitor.check("profile-password-changed")
    expect(page.url.endswith("/profile"), f"profile: ended at {page.url}")
    PASSWORD = "sette rane nello stagno"
    address = f"nuova.{ADDRESS}"
    visitor.open("/profile/email", "profile-email")
    page.fill("[name=email]", address)
    visitor.submit()
    visitor.check("profile-email-code")
    page.fill("[name=token]", mailed_code(address))
    visitor.submit()
    visitor.check("profile-email-changed")
    expect(address in page.inner_text("main"), "profile: the mailbox was not changed")
    visitor.open("/profile/erase", "profile-erase")
    visitor.submit()
    visitor.check("profile-erase-errors")
    visitor.open("/delegations", "delegations-unproved")


def delegate(browser):
    """One person lets another act, who sees and pays; then the delegation is withdrawn."""
    delegator = Visitor(browser)
    sign_in_by_spid(delegator, "RSSMRA80A01H501U", "delegator")
    page = delegator.page
    delegator.open("/delegations", "delegations")
    page.fill("[name=delegate]", "sbagliato")
    delegator.submit("form[action='/delegations'] button")
    delegator.check("delegations-errors")
    page.fill("[name=delegate]", "BSCMTT83A12L719R")
    page.fill("[name=last_day]", "2035-12-31")
    delegator.submit("form[action='/delegations'] button")
    delegator.check("delegations-given")
    debt = new_debt([1500, 2500])

    acting = Visitor(browser)
    sign_in_by_spid(acting, "BSCMTT83A12L719R", "delegate")
    page = acting.page
    page.goto(f"{PORTAL}/documents/{debt['id']}")
    expect("Mensa" not in page.inner_text("main"), "delegate: the debt is shown without acting")
    acting.open("/delegations", "delegations-received")
    acting.submit("form[action$='/act'] button >> nth=0")
    acting.check("acting-payments")
    expect("RSSMRA80A01H501U" in page.inner_text("header"), "delegate: the page does not say for whom")
    acting.open(f"/documents/{debt['id']}", "acting-document")
    answer = page.request.get(f"{PORTAL}/documents/{debt['id']}/notices")
    expect(answer.body().startswith(b"%PDF"), f"delegate: notices: {answer.status}")
    acting.open("/archive", "acting-archive")
    acting.open("/spontaneous", "acting-spontaneous")
    page.goto(f"{PORTAL}/pay/{debt['id']}/1-2")
    pay(acting, "acting-pay")
    delegator.open("/delegations", "delegations-again")
    delegator.submit("form[action$='/withdraw'] button >> nth=0")
    delegator.check("delegations-withdrawn")
    page.goto(f"{PORTAL}/payments")
    acting.check("acting-ended")
    expect(page.url.endswith("/delegations"), f"delegate: ended at {page.url}")
    delegator.context.close()
    acting.context.close()


def pay_without_a_bill(browser):
    """A debt type that is open to payers, with and without an account."""
    form = {
        "minimum_cents": 1000, "maximum_cents": 5000, "fields": [
            {"key": "plate", "labels": {"it": "Targa", "en": "Number plate"}, "kind": "text", "required": True,
             "pattern": "[A-Z]{2}[0-9]{3}[A-Z]{2}"},
            {"key": "from", "labels": {"it": "Dal giorno"}, "kind": "date", "required": False},
        ]}
    call("PUT", f"{os.environ['API']}/v1/creditors/12345678903/debt-types/sosta", desk_key("creditor_key"), {
        "descriptions": {"it": "Permesso di sosta", "en": "Parking permit"}, "service": "mobility",
        "taxonomy_code": "9/0101002IM/", "payable_after_due": False, "request_form": form})
    guest = Visitor(browser)
    page = guest.page
    guest.open("/spontaneous", "spontaneous")
    guest.follow("main .tiles a[href$='/sosta']", "spontaneous-form")
    guest.submit()
    guest.check("spontaneous-errors")
    page.fill("[name=field_plate]", "sbagliata")
    page.fill("[name=amount]", "12,50")
    page.check("[name=kind][value=person]")
    page.fill("[name=tax_code]", "RSSMRA80A01H501U")
    page.fill("[name=full_name]", "Mario Rossi")
    guest.submit()
    guest.check("spontaneous-refused")
    page.fill("[name=field_plate]", "AB123CD")
    guest.submit()
    expect("/pay/" in page.url, f"spontaneous: ended at {page.url}")
    pay(guest, "spontaneous-pay")
    guest.context.close()


def portal_with_cards():
    """A portal of its own, because `make run` offers no cards."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {
        "PORTAL_API_URL": os.environ["API"], "PORTAL_API_KEY": os.environ["API_KEY"], "PORTAL_PUBLIC_URL": CARD_PORTAL,
        "PORTAL_HTTP_PORT": CARD_PORTAL.rsplit(":", 1)[1], "PORTAL_SMART_CARDS": "true",
        "PORTAL_COOKIE_KEY": base64.b64encode(os.urandom(32)).decode(), "PORTAL_METRICS_PORT": "18072",
    }
    return subprocess.Popen(["quietanza-portal", "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def look_at_the_card_page(browser):
    """The pages around a smart card. No browser here has a card: the service's card port needs TLS and certificates of a test card, which
    `SmartCardTests` present."""
    portal = portal_with_cards()
    try:
        for _ in range(100):
            try:
                fetch(f"{CARD_PORTAL}/ready")
                break
            except OSError:
                time.sleep(0.1)
        visitor = Visitor(browser)
        visitor.page.goto(f"{CARD_PORTAL}/sign-in")
        visitor.check("card-sign-in")
        visitor.follow("main a[href='/sign-in/card']", "card")
        # Without its card port the service gives no ticket, and the page says so.
        visitor.page.goto(f"{CARD_PORTAL}/sign-in/card/return?code=x&state=y")
        visitor.check("card-refused")
        metrics = fetch("http://127.0.0.1:18072/metrics").decode()
        expect('http_server_request_duration_seconds_count{method="GET",route="/sign-in/card"' in metrics, "no metrics of the portal")
        visitor.context.close()
    finally:
        portal.terminate()
        expect(portal.wait(60) == 0, "the portal did not stop well")


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


def new_debt(amounts=(5980,), **members):
    number = str(time.time_ns())
    debt = {
        "creditor_tax_code": "12345678903", "external_id": f"DESK-{number}", "debt_type": "mensa",
        "document": {"year": 2026, "number": number}, "description": "Mensa scolastica",
        "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi", "email": ADDRESS},
        "lines": [{"description": "Pasti di ottobre", "amount_cents": sum(amounts)}],
        "installments": [
            {"amount_cents": amount, "due_date": f"2030-{month:02}-28"} for month, amount in enumerate(amounts, 1)],
    } | members
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
    change_state(visitor)
    page.goto(f"{PORTAL}{position}")
    visitor.follow("main .timeline a[href^='/desk/receipts/'] >> nth=0", "desk-receipt")
    page.fill("[name=reason]", "Sconto")
    page.fill("[name=amount]", "1,00")
    visitor.submit("form[action$='/refund'] button")
    visitor.check("desk-refund")


def change_state(visitor):
    """A draft is published, cancelled and restored."""
    page = visitor.page
    debt = new_debt(draft=True)
    visitor.open(f"/desk/positions/{debt['id']}", "desk-draft")
    for change in ("publish", "cancel", "restore"):
        visitor.submit(f"form[action$='/{change}'] button")
        visitor.check(f"desk-{change}")
    expect(page.locator("form[action$='/cancel']").count() == 1, "desk: the position was not restored")


def send_a_mail_again(visitor):
    """The receipt of a debt, sent to another address."""
    page = visitor.page
    visitor.follow("main .timeline a[href^='/desk/mails/'] >> nth=0", "desk-mail")
    page.fill("[name=to]", "senza chiocciola")
    visitor.submit("form[action$='/resend'] button")
    visitor.check("desk-mail-errors")
    address = f"altra.{ADDRESS}"
    page.fill("[name=to]", address)
    visitor.submit("form[action$='/resend'] button")
    visitor.check("desk-mail-sent")
    for _ in range(100):
        if any(mail["to"] == address for mail in json.loads(fetch(f"{MAIL}/messages"))):
            return
        time.sleep(0.2)
    faults.append("desk: the e-mail was not sent again")


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


def counter_payment():
    """The id of a debt that was paid at the counter, whose receipt was mailed."""
    debt = new_debt()
    call("POST", f"{os.environ['API']}/v1/positions/{debt['id']}/counter-payments", desk_key("creditor_key"), {
        "installment": 1, "amount_cents": 5980, "paid_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60)),
        "till": "Economato", "reference": "Q/2"})
    return debt["id"]


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
    operator.open(f"/desk/positions/{counter_payment()}", "desk-ops-paid")
    send_a_mail_again(operator)
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
        pay_several_installments(visitor)
        change_profile(visitor)
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
        delegate(browser)
        pay_without_a_bill(browser)
        look_at_the_card_page(browser)
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

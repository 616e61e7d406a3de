"""A citizen's journey through the portal in Chromium, with axe-core on every page (see portal-test.sh)."""

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
        if answer.status >= 400 and name not in ("missing", "search-wrong"):
            faults.append(f"{name}: {answer.status}")
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

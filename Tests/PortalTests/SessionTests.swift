import Foundation
import JSON
import Testing

@testable import Portal

@Suite struct SessionTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    /// A session with everything in it.
    private func full() -> PortalSession {
        var session = PortalSession(now: now)
        session.tokens = SessionTokens(
            access: String(repeating: "a", count: 120), refresh: String(repeating: "r", count: 120),
            expiresAt: now + 600)
        session.next = "/" + String(repeating: "n", count: 199)
        for number in 0..<9 {
            session.addGuestPosition("01a20772-b640-7108-9f2c-6a520000f77\(number)")
            session.addGuestAttempt("01a20772-b640-7108-9f2c-6a520000f77\(number)")
        }
        session.delegator = Delegator(delegation: "01a20772-b640-7108-9f2c-6a520000f778", taxCode: World.mother)
        (session.state, session.nonce, session.verifier) = (
            PortalSession.random(), PortalSession.random(), PortalSession.random()
        )
        session.flash = .delegationStopped
        return session
    }

    @Test func `a session is read back as it was, and the fullest one fits into a cookie`() throws {
        let session = full()
        #expect(PortalSession(session.bytes, now: now) == session)
        let sealed = try #require(SealedCookie(key: [UInt8](repeating: 1, count: 32)).seal(session.bytes))
        #expect(sealed.utf8.count < SealedCookie.maximumCharacters)
        var staff = PortalSession(now: now)
        staff.signIn(
            StaffKey(
                secret: String(repeating: "k", count: 300), name: String(repeating: "è", count: 70),
                scopes: Set(Scope.allCases)),
            now: now)
        #expect(PortalSession(staff.bytes, in: .desk, now: now) == staff)
        #expect(SealedCookie(key: [UInt8](repeating: 1, count: 32)).seal(staff.bytes) != nil)
    }

    @Test func `the newest five of a visitor's notices and payments are stored, each once`() {
        var session = PortalSession(now: now)
        for id in ["1", "2", "3", "2", "4", "5", "6"] { session.addGuestPosition(id) }
        #expect(session.guestPositions == ["6", "5", "4", "2", "3"])
    }

    @Test func `a session with members of another type is read without them or not at all`() throws {
        let json = try JSONValue.parse(full().bytes)
        guard case .object(let members) = json else { return }
        for index in members.indices {
            for wrong in [
                JSONValue.null, .integer(.max), .integer(.min), .string(""), .array([.null]), .object([]), .bool(true),
            ] {
                var changed = members
                changed[index] = JSONValue.Member(members[index].key, wrong)
                var writer = JSONWriter()
                writer.value(.object(changed))
                _ = PortalSession(writer.bytes, now: now)
            }
        }
        for bytes in ["", "[]", "null", "{", "7"] { #expect(PortalSession(Array(bytes.utf8), now: now) == nil) }
    }

    @Test func `signing in starts a session that nobody knew before, and signing out leaves nothing`() {
        let before = full()
        var session = before
        session.signIn(SessionTokens(access: "x", refresh: "y", expiresAt: now), now: now)
        #expect(session.csrf != before.csrf && session.tokens?.access == "x")
        #expect(session.guestPositions == before.guestPositions && session.next == nil && session.nonce == nil)
        session.signOut(now: now, flash: nil)
        #expect(session.tokens == nil && session.guestPositions.isEmpty && session.csrf != before.csrf)
    }

    @Test func `random values do not repeat and have 192 bits`() {
        let values = (0..<1_000).map { _ in PortalSession.random() }
        #expect(Set(values).count == 1_000)
        #expect(values.allSatisfy { $0.utf8.count == 32 && Segment($0) != nil })
    }

    @Test func `a cookie that was changed, or belongs to another deployment, signs nobody in`() async throws {
        let browser = Browser.inWorld()
        await browser.signIn()
        #expect(await browser.get("/archive").status == 200)
        let good = try #require(browser.cookies["__Host-portal"])
        let other = Browser(browser.service) { $0.cookieKey = [UInt8](repeating: 8, count: 32) }
        await other.signIn()
        for value in [
            String(good.dropLast()), good + "A", String(good.reversed()), "", "x", String(repeating: "A", count: 5_000),
            other.cookies["__Host-portal"] ?? "",
        ] {
            browser.cookies["__Host-portal"] = value
            await browser.get("/archive")
            #expect(browser.location == "/sign-in", "\(value.prefix(20))")
        }
    }

    @Test func `a rotated key signs nobody out`() async {
        let browser = Browser.inWorld()
        await browser.signIn()
        let rotated = Browser(browser.service) { settings in
            settings.cookieKey = [UInt8](repeating: 9, count: 32)
            settings.previousCookieKey = [UInt8](repeating: 7, count: 32)
        }
        rotated.cookies = browser.cookies
        #expect(await rotated.get("/archive").status == 200)
    }

    @Test func `after sign-in a visitor sees the page that was asked for, and only a page of this site`() async {
        for path in ["/archive/r1", "/documents/p1", "/profile/password"] {
            let browser = Browser.inWorld()
            await browser.get(path)
            #expect(browser.location == "/sign-in")
            await browser.signIn()
            #expect(browser.location == path)
        }
        // A form is not sent again, and a long address is not stored.
        let browser = Browser.inWorld()
        await browser.get("/sign-in")
        await browser.post("/profile/erase", ["confirm": "yes"])
        await browser.signIn()
        #expect(browser.location == "/")
    }

    @Test func `a token is refreshed before it expires, once, and the cookie has the new one`() async {
        let browser = Browser.inWorld()
        browser.service.answer(
            "POST /v1/sessions",
            #"{"access_token":"access-1","refresh_token":"refresh-1","token_type":"Bearer","expires_in":59}"#)
        await browser.get("/sign-in")
        await browser.post("/sign-in", ["username": "m", "password": "p"])
        browser.service.answer(
            "POST /v1/sessions/refresh",
            #"{"access_token":"access-2","refresh_token":"refresh-2","token_type":"Bearer","expires_in":600}"#)
        await browser.get("/archive")
        #expect(browser.service.last("POST", "/v1/sessions/refresh")?.text == #"{"refresh_token":"refresh-1"}"#)
        #expect(browser.service.last("GET", "/v1/receipts")?.header("X-Citizen-Token") == "access-2")
        await browser.get("/archive")
        #expect(browser.service.requests.filter { $0.path == "/v1/sessions/refresh" }.count == 1)
    }

    @Test(arguments: [(401, 303), (400, 303), (503, 503), (500, 503), (429, 429)])
    func `a refresh that is refused ends the session, one that fails does not`(status: Int, expected: Int) async {
        let browser = Browser.inWorld()
        browser.service.answer(
            "POST /v1/sessions",
            #"{"access_token":"access-1","refresh_token":"refresh-1","token_type":"Bearer","expires_in":1}"#)
        await browser.get("/sign-in")
        await browser.post("/sign-in", ["username": "m", "password": "p"])
        browser.service.refuse("POST /v1/sessions/refresh", status: status, code: "x")
        #expect(await browser.get("/archive").status == expected)
        browser.service.answer(
            "POST /v1/sessions/refresh",
            #"{"access_token":"access-2","refresh_token":"refresh-2","token_type":"Bearer","expires_in":600}"#)
        #expect(await browser.get("/archive").status == (expected == 303 ? 303 : 200))
    }
}

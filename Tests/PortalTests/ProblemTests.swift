import Foundation
import JSON
import Testing

@testable import Portal

/// Every page while the service refuses, fails, or does not answer.
@Suite struct ProblemTests {
    struct Failure: Sendable, CustomTestStringConvertible {
        let status: Int
        let code: String
        /// The statuses that a page may have then.
        let expected: Set<Int>

        var testDescription: String { "\(status) \(code)" }
    }

    static let failures = [
        Failure(status: 401, code: "unauthenticated", expected: [303, 503]),
        Failure(status: 401, code: "citizen-token-invalid", expected: [303, 400]),
        Failure(status: 403, code: "forbidden", expected: [403, 503]),
        Failure(status: 403, code: "proof-required", expected: [400, 403, 422]),
        Failure(status: 404, code: "not-found", expected: [404]),
        Failure(status: 409, code: "suspended", expected: [400, 422]),
        Failure(status: 412, code: "precondition-failed", expected: [400, 422]),
        Failure(status: 422, code: "invalid-request", expected: [400, 422]),
        Failure(status: 429, code: "too-many-requests", expected: [429]),
        Failure(status: 500, code: "internal-error", expected: [503]),
        Failure(status: 502, code: "", expected: [503]),
        Failure(status: 503, code: "unavailable", expected: [503]),
        Failure(status: 504, code: "", expected: [503]),
    ]

    /// The pages that call the service.
    private static let pages = PageCase.all.filter { page in
        ![
            "/", "/sign-in", "/register", "/register/verify", "/password", "/password/new", "/profile/email",
            "/profile/email/confirm", "/profile/erase", "/desk/search", "/sign-in/card",
        ].contains(page.path)
    }

    /// What a page shows without the part that failed.
    private static func allowed(_ page: PageCase, _ failure: Failure) -> Set<Int> {
        var allowed = failure.expected
        // Lists that a key may not read, or that do not exist yet, are left out.
        let leavesOut = ["/desk/psps", "/desk/creditors", "/desk/rt", "/desk/imports", "/desk/statistics"]
        if [403, 404].contains(failure.status), leavesOut.contains(where: page.path.hasPrefix) { allowed.insert(200) }
        return allowed
    }

    @Test(arguments: pages, failures) func `a page says what went wrong and what to do`(
        page: PageCase, failure: Failure
    )
        async
    {
        let browser = Browser.inWorld()
        if page.isSignedIn { await browser.signIn(for: page.path) }
        for call in World.answers.keys { browser.service.refuse(call, status: failure.status, code: failure.code) }
        await browser.get(page.path)
        let status = browser.last.status
        #expect(Self.allowed(page, failure).contains(status), "\(status)")
        guard status != 303 else {
            #expect(browser.location == Area(path: page.path).signInPath)
            return
        }
        #expect(browser.markup.faults == [])
        #expect(browser.markup.accessibilityFaults == [])
        // A page that can be tried again says so, and every page leads somewhere.
        let retry = Texts(language: .it)[.retry]
        #expect(browser.page.contains(">\(retry)<") == [429, 503].contains(status))
        #expect(browser.markup.all("main").first?.text.isEmpty == false)
    }

    @Test(arguments: pages) func `with the service away a page says so and offers to try again`(page: PageCase) async {
        let browser = Browser.inWorld()
        if page.isSignedIn { await browser.signIn(for: page.path) }
        browser.service.goAway()
        await browser.get(page.path)
        #expect(browser.last.status == 503)
        let texts = Texts(language: .it)
        #expect(browser.page.contains(texts[.unavailableTitle]))
        let retry = browser.markup.all("a").first { $0.text == texts[.retry] }
        #expect(retry?["href"] == page.path.split(separator: "?").first.map(String.init))
        browser.service.goAway(false)
        #expect(await browser.get(page.path).status == 200)
    }

    @Test(
        arguments: [(nil, 5), ("0", 1), ("17", 17), ("99999999", 3_600), ("presto", 5), ("-3", 1)] as [(String?, Int)])
    func `the wait that the service asks for is said, within bounds`(header: String?, seconds: Int) async throws {
        let reply = APIReply(
            status: 429, headers: header.map { [("Retry-After", $0)] } ?? [],
            body: Array(#"{"type":"x/too-many-requests"}"#.utf8))
        #expect(throws: APIError.tooManyRequests(retryAfterSeconds: seconds)) { try reply.checked(for: APICaller()) }
    }

    @Test(
        arguments: [
            (401, "citizen-token-invalid", APICaller(accessToken: "a"), APIError.signedOut),
            (401, "unauthenticated", APICaller(accessToken: "a"), .misconfigured),
            (401, "unauthenticated", APICaller(staffKey: "k"), .signedOut),
            (403, "forbidden", APICaller(staffKey: "k"), .forbidden),
            (403, "forbidden", APICaller(), .misconfigured), (404, "not-found", APICaller(), .notFound),
            (500, "internal-error", APICaller(), .unavailable(retryAfterSeconds: nil)),
            (502, "", APICaller(), .unavailable(retryAfterSeconds: nil)),
            (504, "", APICaller(), .unavailable(retryAfterSeconds: nil)),
            (
                302, "", APICaller(),
                .refused(APIProblem(status: 302, body: .object([.init("type", .string("x/problems"))])))
            ),
        ] as [(Int, String, APICaller, APIError)])
    func `a response that is no success has one meaning`(status: Int, code: String, caller: APICaller, error: APIError)
    {
        let reply = APIReply(status: status, body: Array(#"{"type":"https://x/problems/\#(code)"}"#.utf8))
        #expect(throws: error) { try reply.checked(for: caller) }
    }

    @Test(arguments: ["psp-refused", "psp-unreachable", "psp-timed-out"])
    func `a PSP that fails is told apart from a service that is away`(code: String) {
        for status in [502, 504] {
            let reply = APIReply(status: status, body: Array(#"{"type":"https://x/problems/\#(code)"}"#.utf8))
            #expect(throws: APIError.self) { try reply.checked(for: APICaller()) }
            do { try reply.checked(for: APICaller()) } catch {
                guard case .refused(let problem) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(problem.code == code)
                #expect(PaymentPages.message(for: code) == .pspFailed)
            }
        }
    }
}

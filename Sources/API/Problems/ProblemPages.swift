import Accounts
import HTTPTypes
import JSON
import PagoPA
import Requests
import Text

/// The pages that the `type` of a problem leads to: HTML for browsers, JSON for programs.
func problemRoutes(_ links: Links) -> [Route] {
    let pages = ProblemPages(links: links)
    let produces = ["application/json", "text/html"]
    return [
        Route(.get, "/problems", "list_problems", access: .open, produces: produces) { pages.index($0) },
        Route(.get, "/problems/{code}", "show_problem", access: .open, produces: produces) { try pages.page($0) },
    ]
}

private struct ProblemPages: Sendable {
    let links: Links
    private static let frame = HTMLPage(
        style: """
            :root{color-scheme:light dark}
            body{margin:0 auto;max-width:70rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
            a{color:#004b9b}a:focus-visible,pre:focus-visible{outline:3px solid #b35900;outline-offset:2px}
            h2{overflow-wrap:anywhere}code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
            pre{background:#f2f2f2;padding:.75rem;overflow-x:auto}
            table{border-collapse:collapse;width:100%;margin:.5rem 0}
            th,td{border:1px solid #949494;padding:.3rem .5rem;text-align:left;vertical-align:top;font-weight:400}thead th{background:#f2f2f2;font-weight:700}
            @media(prefers-color-scheme:dark){body{color:#eee;background:#16181d}a{color:#8ec5ff}pre,thead th{background:#262a33}}
            """)

    func index(_ request: OpenRequest) -> Reply {
        guard request.accept.prefersHTML else {
            return .json { json in
                json.array("items", ProblemKind.all) { json, kind in
                    json.beginObject()
                    write(kind, into: &json)
                    json.endObject()
                }
                json.array("violation_codes", FaultCode.allCases) { json, code in
                    json.beginObject()
                    json.field("code", code.rawValue)
                    json.field("meaning", code.meaning)
                    json.endObject()
                }
            }
        }
        let rows = ProblemKind.all.map { kind in
            """
            <tr><th scope="row"><a href="\(Markup.escape(links.problem(kind.code)))"><code>\(kind.code)</code></a></th>\
            <td>\(kind.status.code)</td><td>\(Markup.escape(kind.title))</td></tr>
            """
        }
        return Self.frame.reply(
            "Problems",
            """
            <p>Every error response is problem details (RFC 9457); the last segment of its <code>type</code> is one of these codes.</p>
            <table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Title</th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table>
            <h2>Violation codes</h2>\(violationCodes)
            """)
    }

    func page(_ request: OpenRequest) throws -> Reply {
        let code = request.parameter("code")
        guard let kind = ProblemKind.all.first(where: { $0.code == code }) else { throw Refusal.notFound }
        guard request.accept.prefersHTML else {
            return .json { json in
                write(kind, into: &json)
                json.object("example") { write(example: kind, into: &$0) }
            }
        }
        let example = JSONWriter.object { write(example: kind, into: &$0) }
        let hasViolations = kind == .malformedRequest || kind == .invalidRequest
        return Self.frame.reply(
            kind.title,
            """
            <p><code>\(kind.code)</code>, HTTP status \(kind.status.code)</p>
            <h2>Cause</h2><p>\(Markup.escape(kind.cause))</p>
            <h2>What to do</h2><p>\(Markup.escape(kind.cure))</p>
            <h2>Example</h2><pre tabindex="0">\(Markup.escape(String(decoding: example, as: UTF8.self)))</pre>
            \(hasViolations ? "<h2>Violation codes</h2>\(violationCodes)" : "")
            <p><a href="\(Markup.escape(links.problems))">All problems</a></p>
            """)
    }

    private func write(_ kind: ProblemKind, into json: inout JSONWriter) {
        json.field("type", links.problem(kind.code))
        json.field("code", kind.code)
        json.field("title", kind.title)
        json.field("status", kind.status.code)
        json.field("cause", kind.cause)
        json.field("cure", kind.cure)
    }

    /// One occurrence, with the members that it usually has.
    private func write(example kind: ProblemKind, into json: inout JSONWriter) {
        var problem = Problem(kind, detail: kind.example)
        switch kind {
        case .malformedRequest:
            problem.violations = [Violation("limit", .outOfRange, "must be an integer from 1 to 100")]
        case .invalidRequest:
            problem.violations = [
                Violation("/debtor/tax_code", .badCheckDigit, "has a wrong check letter"),
                Violation("/installments/0/due_date", .badFormat, "must be a day as YYYY-MM-DD"),
            ]
        case .tooManyRequests: problem.retryAfterSeconds = 12
        case .paymentInProgress: problem.retryAfterSeconds = 1_740
        case .idempotencyKeyInUse: problem.retryAfterSeconds = 1
        case .unavailable: problem.retryAfterSeconds = 5
        case .receiptConflict: problem.anomaly = "01a20771-c7f8-7107-9f2c-6a520000d889"
        default: break
        }
        problem.write(into: &json, instance: "/v1/positions", correlationID: "6f1d2c4ab0e94c7f", links: links)
    }

    private var violationCodes: String {
        let rows = FaultCode.allCases.map { code in
            "<tr><th scope=\"row\"><code>\(code.rawValue)</code></th><td>\(Markup.escape(code.meaning))</td></tr>"
        }
        return """
            <table><thead><tr><th scope="col">Code</th><th scope="col">Meaning</th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table>
            """
    }
}

extension Accept {
    /// Whether the caller prefers HTML, as browsers do. A program that names neither gets JSON.
    var prefersHTML: Bool { prefers("text/html", to: "application/json") }
}

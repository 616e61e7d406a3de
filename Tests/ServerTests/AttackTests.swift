import Foundation
import TestSupport
import Testing

/// Malicious documents, each signed like a PSP's and sent to the running service.
extension ServerTests {
    @Suite(.alone) struct AttackTests {
        struct Attack: Sendable {
            let name: String
            let bytes: [UInt8]
            var headers: [String: String] = [:]
            var status = 400
            var code = "malformed-request"
        }

        /// The memory that all of them may add: a few request bodies and the allocator's reserve.
        private static let maximumGrowthBytes = 64 * 1_048_576

        @Test func `malicious documents are rejected, are not stored, and use little memory`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                // The first requests allocate memory that is not due to the attacks.
                for _ in 0..<50 { _ = try await live.post(rt: "{}") }
                let attacks = Self.xml() + Self.json(iuv: iuv)
                let first = live.service.residentBytes
                var rows: [String] = []

                for attack in attacks {
                    let before = live.service.residentBytes
                    let headers = live.signed(attack.bytes).merging(attack.headers) { $1 }
                    let began = ContinuousClock.now
                    let answer = try await live.call(
                        "POST", "/v1/psps/ABCDITMM/receipts", headers: headers, body: Data(attack.bytes))
                    let took = (ContinuousClock.now - began) / .milliseconds(1)

                    #expect(answer.status == attack.status, "\(attack.name)")
                    let type = try answer.json["type"] as? String ?? ""
                    #expect(type.hasSuffix("/problems/\(attack.code)"), "\(attack.name): \(type)")
                    #expect(answer.body.count < 65_536, "\(attack.name): \(answer.body.count) bytes of answer")
                    let growth = (live.service.residentBytes - before) / 1_024
                    rows.append(
                        "| \(attack.name) | \(attack.bytes.count) | \(answer.status) | \(took.formatted(.number.precision(.fractionLength(1)))) | \(growth) |"
                    )
                }

                let growth = live.service.residentBytes - first
                print(
                    (["| attack | bytes | status | ms | RSS growth, KiB |", "|---|---|---|---|---|"] + rows
                        + ["| all \(attacks.count) together | | | | \(growth / 1_024) |"]).joined(separator: "\n"))
                #expect(growth < Self.maximumGrowthBytes)
                for table in ["receipts", "rts", "notifications"] {
                    #expect(try live.query("SELECT count(*) FROM \(table)") == ["0"], "\(table)")
                }
                // Only bodies that were signed and cannot be read are stored, unchanged.
                let unreadable = Set(
                    attacks.filter { [400, 422].contains($0.status) }.map(\.bytes) + [Array("{}".utf8)])
                #expect(try live.query("SELECT count(*) FROM unreadable_rts") == ["\(unreadable.count)"])
                #expect(try live.query("SELECT count(*) FROM anomalies WHERE kind <> 'unreadable_rt'") == ["0"])
                #expect(try await live.status(of: position) == "open")
                #expect(try await live.call("GET", "/live").status == 200)
                #expect(try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "GOOD")).status == 201)
            }
        }

        // MARK: XML

        private static let start = "<RT xmlns=\"http://www.digitpa.gov.it/schemas/2011/Pagamenti/\">"

        private static func xml() -> [Attack] {
            let good = RTSample().text
            func doctype(_ declarations: String, _ text: String) -> String {
                "<!DOCTYPE RT [\(declarations)]>\(start)\(text)</RT>"
            }
            func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
            func attributes(_ name: String, _ count: Int) -> String {
                (0..<count).map { "\(name)\($0)=\"\"" }.joined(separator: " ")
            }
            let laughs = (1...9).map { "<!ENTITY l\($0) \"\(times("&l\($0 - 1);", 10))\">" }.joined()
            let texts: [(String, String)] = [
                ("external entity, file", doctype("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&x;")),
                ("external entity, http", doctype("<!ENTITY x SYSTEM \"http://127.0.0.1:1/x\">", "&x;")),
                ("parameter entity, http", doctype("<!ENTITY % x SYSTEM \"http://127.0.0.1:1/x\">%x;", "")),
                ("external DTD, http", "<!DOCTYPE RT SYSTEM \"http://127.0.0.1:1/x.dtd\">\(start)</RT>"),
                ("document type in small letters", "<!doctype RT []>\(start)</RT>"),
                ("billion laughs", doctype("<!ENTITY l0 \"lol\">" + laughs, "&l9;")),
                ("quadratic blow-up", doctype("<!ENTITY q \"\(times("q", 100_000))\">", times("&q;", 2_000))),
                ("unknown entity", "\(start)&nothing;</RT>"),
                ("character U+0000 by reference", "\(start)&#0;</RT>"),
                ("37 000 levels", times("<a>", 37_000) + times("</a>", 37_000)),
                ("33 levels", times("<a>", 33) + times("</a>", 33)),
                ("50 000 elements", start + times("<a/>", 50_000) + "</RT>"),
                ("10 000 attributes", "<RT " + attributes("a", 10_000) + "/>"),
                ("65 attributes", "<RT " + attributes("a", 65) + "/>"),
                (
                    "14 000 namespaces",
                    "<RT " + attributes("xmlns:n", 14_000) + "/>"
                ),
                ("250 KB of text", start + times("x", 250_000) + "</RT>"),
                ("250 KB of comment", start + "<!--" + times("x", 250_000) + "--></RT>"),
                ("250 KB of processing instruction", start + "<?x " + times("x", 250_000) + "?></RT>"),
                ("250 KB of CDATA", start + "<![CDATA[" + times("x", 250_000) + "]]></RT>"),
                ("a name of 200 KB", "<" + times("a", 200_000) + "/>"),
                ("truncated", String(good.dropLast(40))), ("truncated in a tag", String(good.dropLast(3))),
                ("second root", good + "\n" + start + "</RT>"), ("trailing junk", good + "junk"),
                ("leading junk", "junk" + good),
                ("mismatched tags", good.replacing("</pay_i:RT>", with: "</pay_i:RPT>")),
                ("empty", ""), ("blank", " \n"), ("no markup", "RT"), ("open comment", good + "<!--"),
                ("says UTF-7", good.replacing("UTF-8", with: "UTF-7")),
                ("says UTF-16 and is not", good.replacing("UTF-8", with: "UTF-16")),
                ("JSON", "{\"receipt_id\":\"1\"}"),
            ]
            let utf16 = doctype("<!ENTITY x SYSTEM \"file:///etc/hostname\">", "&x;")
            func inside(_ bytes: [UInt8]) -> [UInt8] { Array(start.utf8) + bytes + Array("</RT>".utf8) }
            let plain: [(String, [UInt8])] = texts.map { ($0.0, Array($0.1.utf8)) }
            let encoded: [(String, [UInt8])] = [
                ("UTF-16 with document type", Array(utf16.data(using: .utf16) ?? Data())),
                ("UTF-16 without mark", Array(utf16.data(using: .utf16LittleEndian) ?? Data())),
                ("UTF-32 with document type", Array(utf16.data(using: .utf32) ?? Data())),
                ("a NUL byte", Array(good.utf8) + [0]), ("Latin 1 bytes", inside([0xE8])),
                ("overlong UTF-8", inside([0xC0, 0xBC])),
            ]
            let bytes = plain + encoded
            let type = ["Content-Type": "application/xml"]
            let large: [(String, String)] = [
                ("1 000 000 levels", times("<a>", 1_000_000)),
                ("12 MB of text", start + times("x", 12_000_000) + "</RT>"),
                ("100 000 attributes", "<RT " + attributes("a", 100_000) + "/>"),
            ]
            let wrong: [(String, String)] = [
                ("another root", "<RPT/>"), ("an undeclared prefix", "<pay_i:RT/>"),
                ("35 000 comments", start + times("<!---->", 35_000) + "</RT>"),
                (
                    "XInclude",
                    start + "<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\"/></RT>"
                ),
                ("amount 1e2", RTSample(total: "1e2").text),
                ("amount of 40 digits", RTSample(total: times("9", 40) + ".00").text),
                ("digits of another script", RTSample(total: "５９.８０").text),
                ("4 900 elements in one place", start + times("<a/>", 4_900) + "</RT>"),
            ]
            return bytes.map { Attack(name: "XML: \($0.0)", bytes: $0.1, headers: type) }
                + large.map {
                    Attack(
                        name: "XML: \($0.0)", bytes: Array($0.1.utf8), headers: type, status: 413,
                        code: "content-too-large")
                }
                + wrong.map {
                    Attack(
                        name: "XML: \($0.0)", bytes: Array($0.1.utf8), headers: type, status: 422,
                        code: "invalid-request")
                } + sealed("XML", Array(good.utf8), "application/xml")
        }

        /// Valid documents that are declared as compressed, or in another charset.
        private static func sealed(_ kind: String, _ good: [UInt8], _ type: String) -> [Attack] {
            let headers: [(String, [String: String])] = [
                ("says gzip", ["Content-Type": type, "Content-Encoding": "gzip"]),
                ("says deflate", ["Content-Type": type, "Content-Encoding": "deflate"]),
                ("says UTF-16", ["Content-Type": type + "; charset=\"UTF-16\""]),
                ("says an unknown charset", ["Content-Type": type + ";charset=x-nothing"]),
                ("says text/plain", ["Content-Type": "text/plain"]),
            ]
            return headers.map {
                Attack(
                    name: "\(kind) that \($0.0)", bytes: good, headers: $0.1, status: 415,
                    code: "unsupported-media-type")
            }
        }

        // MARK: JSON

        private static func json(iuv: String) -> [Attack] {
            let good = Deployment.rt(iuv: iuv, receipt: "ATTACK")
            func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
            func names(_ count: Int) -> String { (0..<count).map { "\"k\($0)\":0" }.joined(separator: ",") }
            func nested(_ depth: Int) -> String { times("[", depth) + times("]", depth) }
            func objects(_ depth: Int) -> String { times("{\"a\":", depth) + "1" + times("}", depth) }
            func amount(_ text: String) -> String {
                good.replacing("\"amount_cents\":5980,", with: "\"amount_cents\":\(text),")
            }
            let unreadable: [(String, String)] = [
                ("33 arrays deep", nested(33)), ("512 arrays deep", nested(512)), ("513 arrays deep", nested(513)),
                ("120 000 arrays deep", nested(120_000)), ("40 000 objects deep", objects(40_000)),
                ("250 000 open brackets", times("[", 250_000)),
                ("duplicate name", good.replacing("{\"receipt_id\"", with: "{\"amount_cents\":1,\"receipt_id\"")),
                (
                    "duplicate name by escape",
                    good.replacing("{\"receipt_id\"", with: "{\"\\u0061mount_cents\":1,\"receipt_id\"")
                ),
                ("duplicate name of 100 KB", "{\"" + times("k", 100_000) + "\":0,\"" + times("k", 100_000) + "\":0}"),
                ("trailing comma", String(good.dropLast()) + ",}"),
                ("a lone surrogate", good.replacing("ATTACK", with: "\\ud800")),
                ("a raw control character", good.replacing("ATTACK", with: "\u{1}")),
                ("text after it", good + "x"), ("two documents", good + good), ("truncated", String(good.dropLast(5))),
                ("single quotes", good.replacing("\"", with: "'")), ("a comment", "// x\n" + good),
                ("NaN", amount("NaN")),
                ("a leading zero", amount("05980")), ("120 000 values", "[" + times("0,", 120_000) + "0]"),
                ("empty", ""), ("blank", " \n"), ("XML", RTSample().text),
            ]
            let wrong: [(String, String)] = [
                ("\\u0000", good.replacing("ATTACK", with: "\\u0000")), ("amount 1e2", amount("1e2")),
                ("amount 1e400", amount("1e400")),
                ("amount of 40 digits", amount(times("9", 40))),
                ("amount of 250 000 digits", amount(times("9", 250_000))), ("amount -1", amount("-1")),
                ("amount -0.0", amount("-0.0")),
                ("amount over the highest", amount("100000000000")),
                ("amount true", amount("true")),
                ("amount null", amount("null")),
                ("20 000 unknown names", "{" + names(20_000) + "}"),
                ("a name of 200 KB", "{\"" + times("k", 200_000) + "\":0}"),
                ("control characters in a name", "{\"\\u0001\\u202e\\u2028\":0}"), ("an array", "[]"),
                ("a text", "\"\(times("x", 200_000))\""),
                ("a number", "1"), ("null", "null"),
                (
                    "2 000 transfers",
                    good.replacing("\"transfers\":[", with: "\"transfers\":[" + times("{\"index\":9},", 2_000))
                ),
                ("a line feed in the receipt id", good.replacing("ATTACK", with: "A\\r\\nX-Header: 1")),
                ("SQL in the IUV", good.replacing(iuv, with: "1'; DROP TABLE rts; --")),
            ]
            let large: [(String, String)] = [
                ("200 000 names", "{" + names(200_000) + "}"),
                ("10 MB", "{\"a\":\"" + times("x", 10_000_000) + "\"}"),
                ("one byte too much", good + times(" ", 262_145 - good.utf8.count)),
            ]
            let bytes: [(String, [UInt8])] = [
                ("broken UTF-8", Array(good.utf8).dropLast() + [0xFF, 0x7D]),
                ("UTF-16", Array(good.data(using: .utf16) ?? Data())),
            ]
            // `gzip` compresses 64 MB of zeros to about 64 KB.
            let bomb = (try? Gzip.zeros(64 * 1_048_576)) ?? []
            return unreadable.map { Attack(name: "JSON: \($0.0)", bytes: Array($0.1.utf8)) }
                + bytes.map { Attack(name: "JSON: \($0.0)", bytes: $0.1) }
                + wrong.map {
                    Attack(name: "JSON: \($0.0)", bytes: Array($0.1.utf8), status: 422, code: "invalid-request")
                }
                + large.map {
                    Attack(name: "JSON: \($0.0)", bytes: Array($0.1.utf8), status: 413, code: "content-too-large")
                }
                + [
                    Attack(
                        name: "JSON: a gzip bomb of 64 MB", bytes: bomb, headers: ["Content-Encoding": "gzip"],
                        status: 415,
                        code: "unsupported-media-type"),
                    Attack(name: "JSON: a gzip bomb that does not say so", bytes: bomb),
                    Attack(
                        name: "JSON that says text/xml", bytes: Array(good.utf8), headers: ["Content-Type": "text/xml"]),
                ] + sealed("JSON", Array(good.utf8), "application/json")
        }
    }
}

private enum Gzip {
    static func zeros(_ count: Int) throws -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: count)
        return try Tool.withFile(zeros, suffix: "zeros") { path in
            try Tool.run("gzip", ["-9", "-k", path])
            defer { try? FileManager.default.removeItem(atPath: path + ".gz") }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
        }
    }
}

import Accounts
import Addresses
import HTTPTypes
import PagoPA
import Requests
import TestSupport
import Testing
import Text

@testable import API

/// The parsers of headers on random values: no value ends the process, and every result satisfies the rules of its header.
@Suite struct HeaderTests {
    private let rounds = 20_000

    @Test func `Authorization gives a token without surrounding blanks, or none`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<rounds {
            let header = random.header(of: ["Bearer", "bearer", "Basic", " ", "qz_", ",", "="])
            guard let token = bearerToken(header) else { continue }
            #expect(!token.isEmpty && token == token.trimmed, "\(header)")
            #expect(header.lowercased().trimmed.hasPrefix("bearer "), "\(header)")
        }
        #expect(bearerToken("Bearer abc") == "abc")
        #expect(bearerToken("bEARER  abc ") == "abc")
        #expect(bearerToken("Bearer") == nil && bearerToken("Bearer ") == nil && bearerToken("Basic abc") == nil)
    }

    @Test func `Accept-Language gives a supported language or none`() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<rounds {
            let header = random.header(of: [
                "it", "en", "de-AT", "sl", "fr", ";q=", "0", "0.5", "1e309", "nan", "*", ",", ";", "-",
            ])
            _ = Language(acceptLanguage: header)
        }
        #expect(Language(acceptLanguage: ";") == nil && Language(acceptLanguage: ",;-") == nil)
        #expect(Language(acceptLanguage: "de;q=0, fr;q=0.2") == .fr)
    }

    @Test func `X-Forwarded-For and Forwarded give an address that they contain, or the peer's`() throws {
        var random = SeededRandom(seed: 3)
        let proxies = try TrustedProxies("10.0.0.0/8, 2001:db8::/32")
        let peer = try #require(IPAddress("10.0.0.1"))
        let pieces = [
            "10.0.0.2", "192.0.2.1", "[2001:db8::1]", "2001:db8::2", ":80", "]", "[", ",", ";", "for=", "for", "=",
            "\"", "unknown",
            "_hidden", ":",
        ]
        for _ in 0..<rounds {
            let header = random.header(of: pieces)
            for client in [
                proxies.client(peer: peer, xForwardedFor: header, forwarded: nil),
                proxies.client(peer: peer, xForwardedFor: nil, forwarded: header),
                proxies.client(peer: peer, xForwardedFor: header, forwarded: header),
            ] {
                #expect(client.bytes.count == 16, "\(header)")
            }
        }
        let client = proxies.client(peer: peer, xForwardedFor: "192.0.2.7:443, 10.0.0.9", forwarded: nil)
        #expect(client == IPAddress("192.0.2.7"))
        #expect(
            proxies.client(peer: peer, xForwardedFor: nil, forwarded: "for=\"[2001:41d0::7]:80\"")
                == IPAddress("2001:41d0::7"))
        #expect(proxies.client(peer: peer, xForwardedFor: "]", forwarded: nil) == peer)
    }

    @Test func `a correlation id is the caller's when it is plain, and a trace is 32 hexadecimal digits`() {
        var random = SeededRandom(seed: 4)
        let pieces = [
            "00", "-", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01", "ff", "A", "0000000000000000",
        ]
        for _ in 0..<rounds {
            var headers: HTTPFields = [:]
            headers[.correlationID] = random.header(of: pieces)
            headers[.traceParent] = random.header(of: pieces, longestPieces: 8)
            let read = CorrelationID(headers)
            #expect((1...128).contains(read.text.utf8.count))
            if let trace = read.trace?.text {
                #expect(trace.utf8.count == 32 && trace.allSatisfy(\.isHexDigit) && trace.contains { $0 != "0" })
            }
        }
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        #expect(CorrelationID([.traceParent: good]).trace?.text == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(CorrelationID([.traceParent: good + ", " + good]).trace == nil)
    }

    @Test func `Origin and Citizen-Address are exact or rejected`() {
        var random = SeededRandom(seed: 5)
        let pieces = [
            "https://", "http://", "a.example.org", "localhost", ":", "443", "65536", "/", "null", "127.0.0.1", "[::1]",
            ".",
        ]
        for _ in 0..<rounds {
            let header = random.header(of: pieces)
            if let origin = WebOrigin(header: header) { #expect(origin.description == header) }
            if let address = try? ClientAddress(header) { #expect([8, 16].contains(address.text.utf8.count)) }
        }
    }

    @Test func `an Idempotency-Key is the same quoted and bare, visible ASCII, or none`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<rounds {
            let header = random.header(of: ["\"", "key-1", " ", "\\", String(repeating: "k", count: 200)])
            guard let key = bareIdempotencyKey(header) else { continue }
            #expect(
                (1...255).contains(key.utf8.count) && key.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 })
            #expect(bareIdempotencyKey("\"\(key)\"") == key)
        }
        #expect(bareIdempotencyKey("\"a\"") == "a" && bareIdempotencyKey("a") == "a")
        for bad in ["", "\"", "\"\"", "a b", "\"a", "é", String(repeating: "k", count: 256)] {
            #expect(bareIdempotencyKey(bad) == nil, "\(bad)")
        }
    }

    @Test func `the parser of entity tags never traps`() {
        var random = SeededRandom(seed: 6)
        for _ in 0..<rounds {
            let tags = EntityTags(
                random.header(of: ["\"", "W/", "1", "-", "9223372036854775808", "*", ",", "\"1-ab\"", " "]))
            #expect(!tags.match(nil) && (!tags.match("\"1-ab\"") || tags.matchWeakly("\"1-ab\"")))
        }
    }

    @Test(arguments: [
        ("text/xml", "text/xml", true, true), ("application/xml;charset=utf8", "application/xml", true, true),
        ("APPLICATION/XML ; Charset=\"UTF-8\"", "application/xml", true, true),
        ("image/svg+xml", "image/svg+xml", false, true),
        ("application/json;charset=us-ascii", "application/json", false, true), (";charset=utf-8", "", false, true),
        ("application/json; charset=", "application/json", false, true),
        ("application/json;x=utf-16", "application/json", false, true),
        ("application/json; charset=latin1", "application/json", false, false),
        ("application/json; charset=utf-16", "application/json", false, false), (";", "", false, true),
        ("", "", false, true),
    ]) func `a content type is parsed in any spelling`(header: String, mediaType: String, isXML: Bool, reads: Bool) {
        let type = ContentType(header)
        #expect(type.mediaType == mediaType && type.isXML == isXML)
        #expect(type.readsAsUTF8(Array("è".utf8)) == reads)
    }

    @Test func `XML in Latin-1 is accepted, because the document's own declaration decides`() {
        let latin: [UInt8] = [0xE8]
        #expect(ContentType("text/xml; charset=ISO-8859-1").isReadable(latin))
        #expect(!ContentType("application/json; charset=ISO-8859-1").isReadable(latin))
        #expect(!ContentType("text/xml; charset=utf-16").isReadable(latin))
    }

    @Test
    func `random content types never cause a trap, and every charset that contains ASCII is accepted for plain ASCII`()
    {
        var random = SeededRandom(seed: 22)
        let pieces = [
            "application/json", "text/xml", ";", "charset", "=", "utf-8", "\"", "UTF8", " ", "/", "iso-8859-1",
        ]
        for _ in 0..<rounds {
            let type = ContentType(random.header(of: pieces))
            if type.charset?.hasPrefix("iso-8859-1") == true { #expect(type.readsAsUTF8(Array("{}".utf8))) }
            #expect(type.mediaType == type.mediaType.lowercased())
        }
    }
}

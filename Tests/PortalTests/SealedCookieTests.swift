import Testing

@testable import Portal

struct SealedCookieTests {
    private let cookie = SealedCookie(key: [UInt8](repeating: 1, count: 32))

    @Test func `a sealed value opens again, and two seals of one value differ`() throws {
        let content = Array("è una prova".utf8)
        let first = try #require(cookie.seal(content))
        let second = try #require(cookie.seal(content))

        #expect(cookie.open(first) == content)
        #expect(first != second)
        #expect(!first.contains("prova"))
    }

    @Test func `a changed, cut or foreign value does not open`() throws {
        let sealed = try #require(cookie.seal(Array("contenuto".utf8)))
        for index in sealed.indices {
            var changed = Array(sealed)
            let place = sealed.distance(from: sealed.startIndex, to: index)
            changed[place] = changed[place] == "A" ? "B" : "A"
            #expect(cookie.open(String(changed)) == nil || String(changed) == sealed)
        }
        #expect(cookie.open(String(sealed.dropLast(4))) == nil)
        #expect(cookie.open("") == nil)
        #expect(cookie.open("%%%") == nil)
        #expect(SealedCookie(key: [UInt8](repeating: 2, count: 32)).open(sealed) == nil)
    }

    @Test func `the key before a rotation still opens, but does not seal`() throws {
        let old = try #require(cookie.seal([1, 2, 3]))
        let rotated = SealedCookie(key: [UInt8](repeating: 2, count: 32), previous: [UInt8](repeating: 1, count: 32))

        #expect(rotated.open(old) == [1, 2, 3])
        #expect(cookie.open(try #require(rotated.seal([4]))) == nil)
    }

    @Test func `a value that no browser would store is not sealed`() {
        #expect(cookie.seal([UInt8](repeating: 0, count: 4_000)) == nil)
    }
}

import Foundation
import TestSupport
import Testing
import Text

@Suite struct Base64URLTests {
    @Test func `every array of bytes is read back, and its text is that of Foundation`() {
        var random = SeededRandom(seed: 64)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let text = Base64URL.encode(bytes)
            #expect(text == base64URL(bytes))
            #expect(Base64URL.decode(text.utf8) == bytes)
        }
    }

    @Test(arguments: ["A", "AAAAA", "AA=", "AA==", "AB", "AAB", "A+", "A/", "A A", "AA\n", "ÀA", "AA.", "="])
    func `another alphabet, padding, unused bits and an incomplete byte are refused`(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test func `each text is either the only spelling of its bytes or refused`() {
        let letters = Array("AQgw-_019zZ=+".utf8)
        for first in letters {
            for second in letters {
                for third in letters {
                    let text = [first, second, third]
                    guard let bytes = Base64URL.decode(text) else { continue }
                    #expect(Base64URL.encode(bytes) == String(decoding: text, as: UTF8.self))
                }
            }
        }
    }
}

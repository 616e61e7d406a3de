import Testing
import Text

@Suite struct TextTests {
    @Test func `a byte belongs to its classes`() {
        for byte in UInt8.min...UInt8.max {
            let character = Character(UnicodeScalar(byte))
            let isLetter = byte < 0x80 && character.isLetter
            #expect(byte.isDigit == ("0"..."9").contains(character))
            #expect(byte.isUpper == (isLetter && character.isUppercase))
            #expect(byte.isLower == (isLetter && character.isLowercase))
            #expect(byte.isLetter == isLetter)
            #expect(byte.isAlphanumeric == (isLetter || byte.isDigit))
            #expect(byte.capital == (isLetter ? character.uppercased().utf8.first : byte))
            #expect(byte.hexDigit == (byte < 0x80 ? character.hexDigitValue : nil))
        }
    }

    @Test func `every byte has two hexadecimal digits`() {
        #expect(Hex.encode([0x00, 0x09, 0x0A, 0x9F, 0xA0, 0xFF]) == "00090a9fa0ff")
        #expect(Hex.encode([]) == "")
        for byte in UInt8.min...UInt8.max { #expect(UInt8(Hex.encode([byte]), radix: 16) == byte) }
    }

    @Test func `text is escaped for content and for attributes`() {
        #expect(
            Markup.escape("<a href=\"x\">Tom & 'Al'</a>")
                == "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Al&#39;&lt;/a&gt;")
        #expect(Markup.escapeContent("<\"&'>") == "&lt;\"&amp;'&gt;")
        #expect(Markup.escape("e\u{301}\r\nè€") == "e\u{301}\r\nè€")
    }
}

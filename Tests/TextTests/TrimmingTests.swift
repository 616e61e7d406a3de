import Testing
import Text

@Suite struct TrimmingTests {
    @Test func `trimming takes blanks and tabs from the ends, and nothing else`() {
        for (text, trimmed) in [
            ("", ""), (" \t ", ""), ("a", "a"), ("\ta b ", "a b"), (" \u{301}", "\u{301}"), ("a\n", "a\n"),
            ("\u{A0}a", "\u{A0}a"), (" 🎓 ", "🎓"),
        ] {
            #expect(Array(text.trimmed.utf8) == Array(trimmed.utf8), "\(text.debugDescription)")
            #expect(Array(text[...].trimmed.utf8) == Array(trimmed.utf8))
        }
    }
}

import Testing

@testable import API

/// If-Match and If-None-Match as RFC 9110 (13.1.1, 13.1.2, 8.8.3.2) defines them.
@Suite struct EntityTagsTests {
    @Test(arguments: [
        ("\"a\"", true), ("*", true), (" * ", true), ("\"x\", \"a\"", true), ("\"x\",\"a\"", true),
        (",, \"a\" ,", true),
        ("\"x,a\", \"a\"", true), ("W/\"a\"", false), ("W/\"x\", \"a\"", true), ("\"x\"", false), ("a", false),
        ("", false), ("\"a", false), ("w/\"a\"", false), ("\"a\"\"", true), ("**", false), ("\"*\"", false),
        ("*, \"x\"", false), ("\"\"", false), ("\"a \"", false), ("W/", false), ("\"ü\", \"a\"", true),
    ])
    func `If-Match compares strongly, whole tags, in lists`(value: String, matches: Bool) {
        #expect(EntityTags(value).match("\"a\"") == matches, "\(value)")
        #expect(!EntityTags(value).match(nil))
    }

    @Test(arguments: [("W/\"a\"", true), ("\"a\"", true), ("\"x\", W/\"a\"", true), ("*", true), ("\"x\"", false)])
    func `If-None-Match compares weakly`(value: String, matches: Bool) {
        #expect(EntityTags(value).matchWeakly("\"a\"") == matches, "\(value)")
        #expect(!EntityTags(value).matchWeakly(nil))
    }
}

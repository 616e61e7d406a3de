import PagoPA
import TestSupport
import Testing
import Text

@testable import API

/// Archives, as Python reads them.
@Suite struct ZipArchiveTests {
    private static let day = try! CalendarDate("2026-11-29")  // a valid literal

    /// Tests every checksum and prints `count`, and for few entries `name day size`.
    private static let script = """
        import sys, zipfile
        with zipfile.ZipFile(sys.argv[1]) as archive:
            assert archive.testzip() is None
            found = archive.infolist()
            print(len(found))
            for one in found[:50]:
                print(one.filename, *one.date_time[:3], one.file_size, archive.read(one).hex())
        """

    private static func read(_ bytes: [UInt8]) throws -> [Substring] {
        try Tool.withFile(bytes, suffix: "zip") { try Tool.run("python3", ["-c", script, $0]) }.split(separator: "\n")
    }

    @Test func `another program reads the entries with their names, days and contents`() throws {
        var random = SeededRandom(seed: 66)
        var archive = ZipArchive()
        var bytes: [UInt8] = []
        var expected = ["40"]
        for number in 0..<40 {
            let content = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            bytes += archive.entry("perché-\(number).xml", content, on: Self.day)
            let hex = content.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            expected.append("perché-\(number).xml 2026 11 29 \(content.count) \(hex)".trimmed)
        }
        #expect(archive.entries == 40)
        #expect(try Self.read(bytes + archive.end()).map(\.trimmed) == expected)
    }

    @Test(arguments: [0, 65_534, 65_535, 70_000])
    func `an archive has any number of entries`(count: Int) throws {
        var archive = ZipArchive()
        var bytes: [UInt8] = []
        for number in 0..<count { bytes += archive.entry("\(number)", [7], on: Self.day) }
        #expect(try Self.read(bytes + archive.end()).first == "\(count)")
    }

    @Test(arguments: [("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43)] as [(String, UInt32)])
    func `the checksum is the one of ISO 3309`(text: String, sum: UInt32) {
        #expect(CRC32.checksum(of: Array(text.utf8)) == sum)
    }
}

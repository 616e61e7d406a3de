/// The sRGB colour space as a small ICC profile (version 2.1, matrix and gamma), which PDF/A wants embedded.
///
/// Source: ICC.1:2001-04; primaries of IEC 61966-2-1 adapted to D50; one gamma of 2.2 for the three curves.
enum ColorProfile {
    static let sRGB: [UInt8] = {
        let tags: [(name: String, data: [UInt8])] = [
            ("desc", description("sRGB")), ("cprt", text("No copyright, use freely")),
            ("wtpt", xyz(0.9642, 1.0, 0.8249)), ("rXYZ", xyz(0.4360747, 0.2225045, 0.0139322)),
            ("gXYZ", xyz(0.3850649, 0.7168786, 0.0971045)), ("bXYZ", xyz(0.1430804, 0.0606169, 0.7141733)),
            ("rTRC", gamma), ("gTRC", gamma), ("bTRC", gamma),
        ]
        var table = number(tags.count)
        var data: [UInt8] = []
        let start = 128 + 4 + 12 * tags.count
        for tag in tags {
            table += Array(tag.name.utf8) + number(start + data.count) + number(tag.data.count)
            data += tag.data + [UInt8](repeating: 0, count: (4 - tag.data.count % 4) % 4)
        }
        return header(size: start + data.count) + table + data
    }()

    private static func header(size: Int) -> [UInt8] {
        var bytes = number(size) + number(0) + number(0x0210_0000)
        bytes += Array("mntrRGB XYZ ".utf8)
        // 2026-01-01T00:00:00
        bytes += [0x07, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
        bytes += Array("acsp".utf8) + [UInt8](repeating: 0, count: 28)
        bytes += fixed(0.9642) + fixed(1.0) + fixed(0.8249)
        return bytes + [UInt8](repeating: 0, count: 128 - bytes.count)
    }

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func fixed(_ value: Double) -> [UInt8] { number(Int((value * 65_536).rounded())) }

    private static func xyz(_ x: Double, _ y: Double, _ z: Double) -> [UInt8] {
        Array("XYZ ".utf8) + number(0) + fixed(x) + fixed(y) + fixed(z)
    }

    private static let gamma: [UInt8] = Array("curv".utf8) + number(0) + number(1) + [0x02, 0x33]

    private static func text(_ value: String) -> [UInt8] { Array("text".utf8) + number(0) + Array(value.utf8) + [0] }

    private static func description(_ value: String) -> [UInt8] {
        Array("desc".utf8) + number(0) + number(value.utf8.count + 1) + Array(value.utf8) + [0]
            + [UInt8](repeating: 0, count: 4 + 4 + 2 + 1 + 67)
    }
}

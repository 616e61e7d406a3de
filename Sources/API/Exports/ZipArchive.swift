import PagoPA

/// Writes a ZIP archive (PKWARE's APPNOTE 6.3) entry by entry, without compression: an entry is final when it is written, and only the
/// directory at the end is kept in memory.
struct ZipArchive: Sendable {
    /// Above these numbers an archive needs the fields of ZIP64.
    private static let maximumShort: UInt64 = 0xFFFF
    private static let maximumLong: UInt64 = 0xFFFF_FFFF
    /// Names are in UTF-8.
    private static let flags: UInt16 = 0x0800
    /// Versions of the format: of the first one, and with ZIP64.
    private static let plainVersion: UInt16 = 20
    private static let largeVersion: UInt16 = 45

    private var writtenBytes: UInt64 = 0
    private(set) var entries = 0
    private var directory: [UInt8] = []

    init() {}

    /// The bytes of an entry, which follow those of the entry before.
    /// - Parameters:
    ///   - name: with less than 65 536 bytes in UTF-8, unique in the archive.
    ///   - content: less than 4 GiB.
    mutating func entry(_ name: String, _ content: [UInt8], on day: CalendarDate) -> [UInt8] {
        let name = Array(name.utf8)
        // Version needed is the caller's; what follows it is the same in the entry and in the directory.
        var common: [UInt8] = []
        common.append(short: Self.flags)
        common.append(short: 0)
        common.append(short: 0)
        common.append(short: Self.date(day))
        common.append(long: CRC32.checksum(of: content))
        common.append(long: UInt32(truncatingIfNeeded: content.count))
        common.append(long: UInt32(truncatingIfNeeded: content.count))
        common.append(short: UInt16(truncatingIfNeeded: name.count))
        var entry: [UInt8] = []
        entry.append(long: 0x0403_4B50)
        entry.append(short: Self.plainVersion)
        entry += common
        entry.append(short: 0)
        entry += name
        entry += content
        addToDirectory(name, common)
        writtenBytes += UInt64(entry.count)
        entries += 1
        return entry
    }

    private mutating func addToDirectory(_ name: [UInt8], _ common: [UInt8]) {
        let isFar = writtenBytes >= Self.maximumLong
        directory.append(long: 0x0201_4B50)
        // Made by Unix.
        directory.append(short: 3 << 8 | Self.largeVersion)
        directory.append(short: isFar ? Self.largeVersion : Self.plainVersion)
        directory += common
        directory.append(short: isFar ? 12 : 0)
        // No comment, the first disk, no internal attributes; a file that its owner may change and others may read.
        directory += [UInt8](repeating: 0, count: 6)
        directory.append(long: 0o100644 << 16)
        directory.append(long: UInt32(truncatingIfNeeded: min(writtenBytes, Self.maximumLong)))
        directory += name
        if isFar {
            directory.append(short: 1)
            directory.append(short: 8)
            directory.append(wide: writtenBytes)
        }
    }

    /// The directory, which ends the archive.
    func end() -> [UInt8] {
        let count = UInt64(entries)
        let size = UInt64(directory.count)
        var bytes = directory
        if count >= Self.maximumShort || size >= Self.maximumLong || writtenBytes >= Self.maximumLong {
            bytes.append(long: 0x0606_4B50)
            bytes.append(wide: 44)
            bytes.append(short: 3 << 8 | Self.largeVersion)
            bytes.append(short: Self.largeVersion)
            bytes.append(long: 0)
            bytes.append(long: 0)
            bytes.append(wide: count)
            bytes.append(wide: count)
            bytes.append(wide: size)
            bytes.append(wide: writtenBytes)
            bytes.append(long: 0x0706_4B50)
            bytes.append(long: 0)
            bytes.append(wide: writtenBytes + size)
            bytes.append(long: 1)
        }
        bytes.append(long: 0x0605_4B50)
        bytes.append(long: 0)
        bytes.append(short: UInt16(truncatingIfNeeded: min(count, Self.maximumShort)))
        bytes.append(short: UInt16(truncatingIfNeeded: min(count, Self.maximumShort)))
        bytes.append(long: UInt32(truncatingIfNeeded: min(size, Self.maximumLong)))
        bytes.append(long: UInt32(truncatingIfNeeded: min(writtenBytes, Self.maximumLong)))
        bytes.append(short: 0)
        return bytes
    }

    /// A day in the format of MS-DOS, which begins in 1980.
    private static func date(_ day: CalendarDate) -> UInt16 {
        UInt16(clamping: (max(0, min(127, day.year - 1_980)) << 9) | (day.month << 5) | day.day)
    }
}

/// The checksum of ZIP (ISO 3309).
enum CRC32 {
    /// The checksum of each byte.
    private static let table: [UInt32] = {
        var table: [UInt32] = []
        for byte: UInt32 in 0..<256 {
            var rest = byte
            for _ in 0..<8 { rest = (rest & 1 == 1 ? 0xEDB8_8320 : 0) ^ (rest >> 1) }
            table.append(rest)
        }
        return table
    }()

    static func checksum(of bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            let index = Int(sum & 0xFF) ^ Int(byte)
            sum = table[index] ^ (sum >> 8)  // the table has 256 entries
        }
        return ~sum
    }
}

extension [UInt8] {
    fileprivate mutating func append(short value: UInt16) { appendBytes(of: UInt64(value), count: 2) }
    fileprivate mutating func append(long value: UInt32) { appendBytes(of: UInt64(value), count: 4) }
    fileprivate mutating func append(wide value: UInt64) { appendBytes(of: value, count: 8) }

    /// The lowest byte first.
    private mutating func appendBytes(of value: UInt64, count: Int) {
        var rest = value
        for _ in 0..<count {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}

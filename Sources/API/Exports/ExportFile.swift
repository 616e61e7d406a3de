import JSON
import Operations
import PagoPA

/// Makes the bytes of a file from its rows, one after the other.
protocol ExportFile<Item> {
    associatedtype Item

    mutating func beginning() -> [UInt8]
    mutating func bytes(of item: Item) throws -> [UInt8]
    mutating func ending() -> [UInt8]
}

/// The items of a list, each on a line.
struct NDJSONFile<Item>: ExportFile {
    let write: (inout JSONWriter, Item) -> Void

    func beginning() -> [UInt8] { [] }

    func bytes(of item: Item) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer, item)
        return writer.bytes + [0x0A]
    }

    func ending() -> [UInt8] { [] }
}

/// The items of a list as records of a table.
struct CSVFile<Item>: ExportFile {
    let table: CSVTable
    let write: (inout JSONWriter, Item) -> Void

    func beginning() -> [UInt8] { table.header }

    func bytes(of item: Item) throws -> [UInt8] {
        var writer = JSONWriter()
        write(&writer, item)
        var limits = JSONLimits()
        limits.acceptsNUL = true
        return table.row(try JSONValue.parse(writer.bytes, limits: limits))
    }

    func ending() -> [UInt8] { [] }
}

/// The RTs of receipts as they were received, each an entry of a ZIP archive.
struct RTArchive: ExportFile {
    static let mediaType = "application/zip"
    /// The number of receipts that are read at once. An RT has up to 256 KiB.
    static let pageRows = 20
    /// The directory of the archive is in memory until its end.
    static let maximumEntries = 200_000

    struct TooManyEntries: Error {}

    private var archive = ZipArchive()

    init() {}

    func beginning() -> [UInt8] { [] }

    /// - Throws: `TooManyEntries`.
    mutating func bytes(of item: ReceiptWithRT) throws -> [UInt8] {
        guard archive.entries < Self.maximumEntries else { throw TooManyEntries() }
        let receipt = item.receipt
        let day = CalendarDate(romeDayOf: receipt.paidAt)
        return archive.entry(
            "\(day)-\(receipt.iuv.value)-\(receipt.id).\(Self.fileExtension(item.rt.contentType))", item.rt.bytes,
            on: CalendarDate(romeDayOf: receipt.receivedAt))
    }

    func ending() -> [UInt8] { archive.end() }

    private static func fileExtension(_ mediaType: String) -> String {
        switch mediaType {
        case "application/json": "json"
        case "application/xml": "xml"
        default: "bin"
        }
    }
}

/// The payment notices of positions, a PDF for each position as an entry of a ZIP archive.
struct NoticeArchive: ExportFile {
    /// The number of positions that are read and drawn at once: within a second.
    static let pageRows = 20
    static let maximumEntries = 10_000

    struct TooManyEntries: Error {}

    private let day: CalendarDate
    private var archive = ZipArchive()

    /// - Parameter day: the date of the entries.
    init(on day: CalendarDate) { self.day = day }

    func beginning() -> [UInt8] { [] }

    /// - Throws: `TooManyEntries`.
    mutating func bytes(of item: NoticeDocument) throws -> [UInt8] {
        guard archive.entries < Self.maximumEntries else { throw TooManyEntries() }
        return archive.entry("\(item.creditor.value)-\(item.noticeNumber.value).pdf", item.pdf, on: day)
    }

    func ending() -> [UInt8] { archive.end() }
}

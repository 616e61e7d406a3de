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

/// The RTs of receipts as they were received, and their PDFs, each an entry of a ZIP archive.
struct DocumentArchive: ExportFile {
    static let mediaType = "application/zip"
    /// The number of receipts that are read at once. An RT has up to 256 KiB.
    static let pageRows = 20
    /// The number of receipts that are read and drawn at once, so that they are sent within the time of a part, even if each of them waits long
    /// for its turn.
    static let pageRowsWithPDFs = 5
    /// The directory of the archive is in memory until its end.
    static let maximumEntries = 200_000
    /// Each PDF is drawn for the archive.
    static let maximumPDFs = 10_000

    struct TooManyEntries: Error {}

    private var archive = ZipArchive()
    private var pdfs = 0

    init() {}

    func beginning() -> [UInt8] { [] }

    /// - Throws: `TooManyEntries`.
    mutating func bytes(of item: ReceiptWithDocuments) throws -> [UInt8] {
        guard archive.entries < Self.maximumEntries, item.pdf == nil || pdfs < Self.maximumPDFs else {
            throw TooManyEntries()
        }
        let receipt = item.receipt
        let name = "\(CalendarDate(romeDayOf: receipt.paidAt))-\(receipt.iuv.value)-\(receipt.id)"
        let day = CalendarDate(romeDayOf: receipt.receivedAt)
        var bytes: [UInt8] = []
        if let rt = item.rt {
            bytes += archive.entry("\(name).\(Self.fileExtension(rt.contentType))", rt.bytes, on: day)
        }
        if let pdf = item.pdf {
            pdfs += 1
            bytes += archive.entry("\(name).pdf", pdf, on: day)
        }
        return bytes
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

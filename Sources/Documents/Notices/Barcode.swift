import CDMTX
import CQREncode

/// A square of black and white modules, without the white margin around it.
struct Barcode: Equatable {
    let side: Int
    /// `side` × `side` modules, row by row from the top; `true` is black.
    let modules: [Bool]

    /// The columns of the adjacent black modules of a row.
    func blackRuns(row: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for (column, isBlack) in modules.dropFirst(row * side).prefix(side).enumerated() where isBlack {
            if let last = runs.last, last.upperBound == column {
                runs[runs.count - 1] = last.lowerBound..<column + 1
            } else {
                runs.append(column..<column + 1)
            }
        }
        return runs
    }

    /// Version 4 (33 × 33 modules) with error correction M, as AgID demands; larger if the text needs it.
    static func qr(_ text: String) throws -> Barcode {
        let bytes = Array(text.utf8)
        guard let code = QRcode_encodeData(Int32(clamping: bytes.count), bytes, 4, QR_ECLEVEL_M) else {
            throw DocumentFailure.drawing("libqrencode made no code")
        }
        defer { QRcode_free(code) }
        let side = Int(code.pointee.width)
        let data = UnsafeBufferPointer(start: code.pointee.data, count: side * side)
        return Barcode(side: side, modules: data.map { $0 & 1 == 1 })
    }

    /// The smallest square that holds the text.
    static func dataMatrix(_ text: String) throws -> Barcode {
        var encoder = dmtxEncodeCreate()
        defer { dmtxEncodeDestroy(&encoder) }
        var bytes = Array(text.utf8)
        guard let encoder, dmtxEncodeDataMatrix(encoder, Int32(clamping: bytes.count), &bytes) != 0 else {
            throw DocumentFailure.drawing("libdmtx made no code")
        }
        let size = encoder.pointee.region.sizeIdx
        let side = Int(dmtxGetSymbolAttribute(Int32(clamping: DmtxSymAttribSymbolRows.rawValue), size))
        var modules: [Bool] = []
        // libdmtx counts the rows from below.
        for row in (0..<side).reversed() {
            for column in 0..<side {
                let status = dmtxSymbolModuleStatus(
                    encoder.pointee.message, size, Int32(clamping: row), Int32(clamping: column))
                modules.append(status & DmtxModuleOnRGB != 0)
            }
        }
        return Barcode(side: side, modules: modules)
    }
}

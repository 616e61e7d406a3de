import CPangoCairo
import PagoPA

/// Why a picture is no logo.
package struct LogoFault: Error, Sendable, Equatable {
    package let code: FaultCode
    package let text: String
}

/// A logo as the service draws it: an opaque PNG that it encoded itself.
package struct LogoImage: Sendable, Equatable {
    package let png: [UInt8]
    /// In pixels.
    package let width: Int
    package let height: Int

    /// A picture that is larger is made smaller: at the size of a logo on paper this is more than 200 pixels an inch, and a document
    /// with it stays small.
    static let maximumDrawnWidth = 400
    static let maximumDrawnHeight = 160

    package init(png: [UInt8], width: Int, height: Int) {
        self.png = png
        self.width = width
        self.height = height
    }

    /// Decodes a PNG and encodes it again on white. Only the chunks that make the picture reach libpng, after their number of pixels
    /// was checked: texts, profiles and animations cannot be bombs, and nothing of them is stored.
    /// - Throws: ``LogoFault`` for a file that is no PNG, is damaged, or has too many bytes or pixels.
    static func decoded(png bytes: [UInt8]) throws -> LogoImage {
        try checkLength(bytes)
        return try encodedAgain(bytes)
    }

    /// Draws an SVG in a process of its own, and decodes the PNG of that process like any other.
    /// - Throws: ``LogoFault`` for a file that ``SVGDocument`` rejects or that takes too long to draw.
    static func decoded(svg bytes: [UInt8], by painter: SVGPainter) throws -> LogoImage {
        try checkLength(bytes)
        return try encodedAgain(painter.png(of: SVGDocument(bytes).cleaned))
    }

    private static func checkLength(_ bytes: [UInt8]) throws {
        guard bytes.count <= CreditorLogo.maximumBytes else {
            throw LogoFault(code: .tooLong, text: "must have at most \(CreditorLogo.maximumBytes) bytes")
        }
    }

    private static func encodedAgain(_ png: [UInt8]) throws -> LogoImage {
        let file = try PNGFile(png)
        guard (1...CreditorLogo.maximumSide).contains(file.width), (1...CreditorLogo.maximumSide).contains(file.height),
            file.width * file.height <= CreditorLogo.maximumPixels
        else {
            throw LogoFault(
                code: .outOfRange,
                text:
                    "must have at most \(CreditorLogo.maximumPixels) pixels, and \(CreditorLogo.maximumSide) on a side")
        }
        let source = try surface(of: file.essential)
        defer { cairo_surface_destroy(source) }
        return try onWhite(source, width: file.width, height: file.height)
    }

    /// - Returns: a surface, which the caller destroys.
    /// - Throws: ``LogoFault`` if libpng cannot decode the picture.
    static func surface(of png: [UInt8]) throws -> OpaquePointer {
        let input = Input(png)
        let surface = cairo_image_surface_create_from_png_stream(
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_READ_ERROR }
                return Unmanaged<Input>.fromOpaque(closure).takeUnretainedValue().read(Int(length), into: data)
                    ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_READ_ERROR
            }, Unmanaged.passUnretained(input).toOpaque())
        return try withExtendedLifetime(input) {
            guard let surface else { throw DocumentFailure.drawing("cairo is out of memory") }
            guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
                cairo_surface_destroy(surface)
                throw LogoFault(code: .badFormat, text: "is a damaged PNG")
            }
            return surface
        }
    }

    private static func onWhite(_ source: OpaquePointer, width: Int, height: Int) throws -> LogoImage {
        let scale = min(
            1, Double(maximumDrawnWidth) / Double(width), Double(maximumDrawnHeight) / Double(height))
        let drawnWidth = max(1, Int(exactly: (Double(width) * scale).rounded()) ?? 1)
        let drawnHeight = max(1, Int(exactly: (Double(height) * scale).rounded()) ?? 1)
        return try drawn(width: drawnWidth, height: drawnHeight) { cairo, _ in
            cairo_scale(cairo, Double(drawnWidth) / Double(width), Double(drawnHeight) / Double(height))
            cairo_set_source_surface(cairo, source, 0, 0)
            cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BEST)
            cairo_paint(cairo)
        }
    }

    /// A picture of this size, encoded as an opaque PNG.
    /// - Parameter draw: draws on white.
    static func drawn(
        width: Int, height: Int, _ draw: (_ cairo: OpaquePointer, _ target: OpaquePointer) throws -> Void
    ) throws -> LogoImage {
        let target = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(clamping: width), Int32(clamping: height))
        guard let target, let cairo = cairo_create(target) else {
            throw DocumentFailure.drawing("cairo is out of memory")
        }
        defer {
            cairo_destroy(cairo)
            cairo_surface_destroy(target)
        }
        cairo_set_source_rgb(cairo, 1, 1, 1)
        cairo_paint(cairo)
        try draw(cairo, target)
        cairo_surface_flush(target)
        let output = Output()
        let status = cairo_surface_write_to_png_stream(
            target,
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue().bytes.append(
                    contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(output).toOpaque())
        return try withExtendedLifetime(output) {
            guard status == CAIRO_STATUS_SUCCESS else { throw DocumentFailure.drawing("the logo cannot be encoded") }
            return LogoImage(png: output.bytes, width: width, height: height)
        }
    }

    private final class Input {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        func read(_ length: Int, into target: UnsafeMutablePointer<UInt8>) -> Bool {
            guard length <= rest.count else { return false }
            rest.prefix(length).withUnsafeBufferPointer { bytes in
                if let first = bytes.baseAddress { target.update(from: first, count: bytes.count) }
            }
            rest = rest.dropFirst(length)
            return true
        }
    }

    private final class Output {
        var bytes: [UInt8] = []
    }
}

/// The chunks of a PNG file, without decoding them.
struct PNGFile {
    let width: Int
    let height: Int
    /// The file with the chunks that make the picture, and no others.
    let essential: [UInt8]

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let kept: Set = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]

    /// - Throws: ``LogoFault``
    init(_ bytes: [UInt8]) throws {
        guard bytes.starts(with: Self.signature) else { throw LogoFault(code: .badFormat, text: "must be a PNG") }
        var essential = Self.signature
        var rest = bytes.dropFirst(Self.signature.count)
        var size: (Int, Int)?
        var hasEnded = false
        while !hasEnded {
            let length = Self.number(rest.prefix(4))
            // Length, name, content and check sum.
            guard rest.count >= 12, length <= rest.count - 12 else {
                throw LogoFault(code: .badFormat, text: "is a PNG without an end")
            }
            let name = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
            let content = rest.dropFirst(8).prefix(length)
            if size == nil {
                guard name == "IHDR", length == 13 else {
                    throw LogoFault(code: .badFormat, text: "must be a PNG that begins with IHDR")
                }
                size = (Self.number(content.prefix(4)), Self.number(content.dropFirst(4).prefix(4)))
            } else if name == "IHDR" {
                throw LogoFault(code: .badFormat, text: "is a PNG with two IHDR")
            }
            if Self.kept.contains(name) { essential += rest.prefix(12 + length) }
            hasEnded = name == "IEND"
            rest = rest.dropFirst(12 + length)
        }
        width = size?.0 ?? 0
        height = size?.1 ?? 0
        self.essential = essential
    }

    /// Four bytes, the highest first.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
}

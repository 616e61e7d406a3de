import CPangoCairo
import CRSVG
import Glibc

/// What the process of an ``SVGPainter`` does: it reads an SVG from its standard input and writes a PNG to its standard output.
package enum SVGProgram {
    /// The subcommand that calls ``run()``.
    package static let name = "draw-svg"

    /// Exit statuses.
    enum Outcome: Int32 {
        case drawn = 0
        /// The SVG states no size.
        case sizeless = 10
        case blank = 11
        case damaged = 12
        /// The limits of the process cannot be set.
        case unbounded = 13
        /// The library stopped, for example because it had no more memory.
        case excessive = 14
    }

    static let maximumCPUSeconds: UInt32 = 2
    static let maximumSeconds: UInt32 = 8
    private static let maximumDataBytes: rlim_t = 256 << 20
    static let maximumOutputBytes = 1 << 20
    /// A cleaned SVG: each of its characters is at most six when it is escaped.
    private static let maximumInputBytes = 1 << 20
    /// The width and the height that an SVG may state, in pixels.
    static let sides = 0.1...100_000.0
    static let maximumRatio = 50.0

    /// - Returns: the exit status.
    package static func run() -> Int32 {
        guard quietanza_bound_process(maximumCPUSeconds, maximumSeconds, maximumDataBytes, rlim_t(maximumOutputBytes))
        else { return Outcome.unbounded.rawValue }
        let svg = content(of: STDIN_FILENO, upTo: maximumInputBytes)
        do {
            let png = try drawn(svg)
            guard write(STDOUT_FILENO, png, png.count) == png.count else { return Outcome.damaged.rawValue }
            return Outcome.drawn.rawValue
        } catch { return (error as? Failure)?.outcome.rawValue ?? Outcome.damaged.rawValue }
    }

    private struct Failure: Error {
        let outcome: Outcome
    }

    static func content(of descriptor: Int32, upTo maximum: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < maximum {
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes += part.prefix(count)
        }
        return bytes
    }

    /// As large as a logo may be, because an SVG has no pixels of its own.
    private static func drawn(_ svg: [UInt8]) throws -> [UInt8] {
        guard let handle = rsvg_handle_new_from_data(svg, gsize(svg.count), nil) else {
            throw Failure(outcome: .damaged)
        }
        defer { g_object_unref(handle) }
        rsvg_handle_set_dpi(handle, 96)
        let size = try size(of: handle)
        let scale = min(
            Double(LogoImage.maximumDrawnWidth) / size.width, Double(LogoImage.maximumDrawnHeight) / size.height)
        let width = max(1, Int(exactly: (size.width * scale).rounded()) ?? 1)
        let height = max(1, Int(exactly: (size.height * scale).rounded()) ?? 1)
        return try LogoImage.drawn(width: width, height: height) { cairo, target in
            var viewport = RsvgRectangle(x: 0, y: 0, width: Double(width), height: Double(height))
            guard rsvg_handle_render_document(handle, cairo, &viewport, nil) != 0 else {
                throw Failure(outcome: .excessive)
            }
            cairo_surface_flush(target)
            if isBlank(target, width: width, height: height) { throw Failure(outcome: .blank) }
        }.png
    }

    private static func size(of handle: UnsafeMutablePointer<RsvgHandle>) throws -> (width: Double, height: Double) {
        var (width, height) = (0.0, 0.0)
        if rsvg_handle_get_intrinsic_size_in_pixels(handle, &width, &height) == 0 {
            var hasViewBox: gboolean = 0
            var box = RsvgRectangle()
            rsvg_handle_get_intrinsic_dimensions(handle, nil, nil, nil, nil, &hasViewBox, &box)
            guard hasViewBox != 0 else { throw Failure(outcome: .sizeless) }
            (width, height) = (box.width, box.height)
        }
        guard sides.contains(width), sides.contains(height), width <= height * maximumRatio,
            height <= width * maximumRatio
        else { throw Failure(outcome: .sizeless) }
        return (width, height)
    }

    private static func isBlank(_ target: OpaquePointer, width: Int, height: Int) -> Bool {
        guard let pixels = cairo_image_surface_get_data(target) else { return true }
        let stride = Int(cairo_image_surface_get_stride(target))
        for row in 0..<height {
            // The fourth byte of a pixel is unused.
            let line = UnsafeBufferPointer(start: pixels + row * stride, count: width * 4)
            for (index, byte) in line.enumerated() where index % 4 != 3 && byte != 0xFF { return false }
        }
        return true
    }
}

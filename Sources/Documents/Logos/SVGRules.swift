/// The part of SVG that logos are drawn from: shapes, gradients and clips, whose pictures depend on nothing but the file.
enum SVGRules {
    static let shapes: Set = ["path", "rect", "circle", "ellipse", "line", "polyline", "polygon"]

    /// Elements that are written to the clean document.
    static let elements = shapes.union([
        "svg", "g", "defs", "symbol", "use", "clipPath", "mask", "linearGradient", "radialGradient", "stop", "style",
    ])

    /// Elements without effect on the picture, which are left out.
    static let ignored: Set = ["title", "desc", "metadata"]

    /// Elements that may refer to another by `href`.
    static let referring: Set = ["use", "linearGradient", "radialGradient"]

    /// Attributes that are not properties of CSS.
    static let attributes: Set = [
        "d", "points", "x1", "y1", "x2", "y2", "fx", "fy", "fr", "offset", "gradientUnits", "gradientTransform",
        "spreadMethod", "clipPathUnits", "maskUnits", "maskContentUnits", "viewBox", "preserveAspectRatio",
    ]

    /// Properties of CSS, which are attributes as well.
    static let properties: Set = [
        "x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "transform", "fill", "fill-opacity", "fill-rule",
        "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
        "stroke-dasharray", "stroke-dashoffset", "opacity", "color", "clip-path", "clip-rule", "mask", "mask-type",
        "stop-color", "stop-opacity", "display", "visibility", "overflow", "paint-order", "vector-effect",
        "shape-rendering",
    ]

    /// Properties and attributes that would change the picture and are not drawn.
    static let rejected: Set = [
        "filter", "marker", "marker-start", "marker-mid", "marker-end", "mix-blend-mode", "requiredExtensions",
        "systemLanguage",
    ]

    /// Values of them without effect.
    static let neutral: Set = ["", "none", "normal", "inherit"]

    /// Properties whose value may refer to an element of the file.
    static let references: Set = ["fill", "stroke", "clip-path", "mask"]

    /// What may stand before a parenthesis in a value.
    static let functions: Set = [
        "url", "rgb", "rgba", "hsl", "hsla", "matrix", "translate", "translatex", "translatey", "scale", "scalex",
        "scaley", "rotate", "skew", "skewx", "skewy",
    ]

    /// What a person can do about an element that is not drawn.
    static func advice(on element: String) -> String {
        switch element {
        case "text", "tspan", "textPath": "convert texts to paths"
        case "image", "feImage", "pattern": "draw it with paths, or send a PNG"
        case "script": "a logo has no scripts"
        case "animate", "animateTransform", "animateMotion", "animateColor", "set": "a logo stands still"
        default: "export it as a plain SVG, or send a PNG"
        }
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Xml;

namespace Nines.Response.StatusPage;

/// <summary>What a page looks like beyond its texts.</summary>
public sealed record PageTheme
{
    /// <summary>On a light ground: links and the mark of the page.</summary>
    public PageColour Accent { get; init; } = new(0x0b, 0x5c, 0xad);

    /// <summary>On a dark ground.</summary>
    public PageColour AccentDark { get; init; } = new(0x7a, 0xb8, 0xff);

    /// <summary>Null for none: the name stands alone.</summary>
    public PageLogo? Logo { get; init; }

    /// <summary>The grounds that text in the accents stands on.</summary>
    public static readonly PageColour LightGround = new(0xf6, 0xf7, 0xf9), DarkGround = new(0x12, 0x16, 0x1c);

    /// <summary>Contrast that text has to have, WCAG 2.2, 1.4.3.</summary>
    public const double LeastContrast = 4.5;
}

/// <summary>A colour without transparency.</summary>
public readonly record struct PageColour(byte Red, byte Green, byte Blue)
{
    /// <summary>Reads <c>#0b5cad</c>.</summary>
    public static bool TryParse(string text, out PageColour colour)
    {
        colour = default;
        if (text.Length != 7 || text[0] != '#' || !uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        colour = new PageColour((byte)(value >> 16), (byte)(value >> 8 & 0xff), (byte)(value & 0xff));
        return true;
    }

    /// <summary>Contrast ratio, 1 to 21, by WCAG 2.2's definition.</summary>
    public double ContrastTo(PageColour other)
    {
        var (a, b) = (Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private double Luminance => 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);

    private static double Linear(byte channel) => channel / 255.0 is var share && share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Red:x2}{Green:x2}{Blue:x2}");
}

/// <summary>A picture that is shown beside the name: PNG or SVG, checked.</summary>
public sealed record PageLogo
{
    /// <value>Octets.</value>
    public const int MostBytes = 256 << 10;

    /// <value>Pixels of a PNG, each way.</value>
    public const int MostPixels = 2_048;

    private static readonly string[] ForbiddenElements = ["script", "foreignObject", "iframe", "embed", "object", "audio", "video", "handler", "listener", "set", "animate", "animateTransform", "animateMotion"];

    private PageLogo(byte[] bytes, string type, string extension) => (Bytes, Type, Extension) = (bytes, type, extension);

    public byte[] Bytes { get; }

    /// <summary>image/png or image/svg+xml.</summary>
    public string Type { get; }

    public string Extension { get; }

    /// <param name="problem">Why it cannot be used, as the rest of a sentence that begins with its name; empty when it can.</param>
    public static PageLogo? Read(byte[] bytes, out string problem)
    {
        problem = "";
        if (bytes.Length > MostBytes) problem = $"has {bytes.Length:N0} bytes; at most {MostBytes:N0} are allowed.";
        else if (bytes is [0x89, (byte)'P', (byte)'N', (byte)'G', ..]) problem = ProblemOfPng(bytes);
        else return ReadSvg(bytes, out problem);
        return problem.Length > 0 ? null : new PageLogo(bytes, "image/png", "png");
    }

    /// <summary>The header of PNG, third edition, sections 5.2 and 11.2.1.</summary>
    private static string ProblemOfPng(byte[] bytes)
    {
        if (bytes.Length < 33 || !bytes.AsSpan(4, 4).SequenceEqual("\r\n\u001a\n"u8) || !bytes.AsSpan(12, 4).SequenceEqual("IHDR"u8)) return "is no whole PNG.";
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(20)));
        return width is 0 or > MostPixels || height is 0 or > MostPixels ? string.Create(CultureInfo.InvariantCulture, $"is {width} × {height} pixels large; at most {MostPixels} × {MostPixels} are allowed.") : "";
    }

    private static PageLogo? ReadSvg(byte[] bytes, out string problem)
    {
        problem = "";
        try
        {
            using var stream = new MemoryStream(bytes);
            using var xml = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes });
            var root = true;
            while (xml.Read() && problem.Length == 0)
            {
                if (xml.NodeType == XmlNodeType.ProcessingInstruction) problem = "has a processing instruction, which could load something.";
                if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && LoadsSomething(xml.Value)) problem = "loads something from elsewhere (@import or url(…)).";
                if (xml.NodeType != XmlNodeType.Element) continue;
                if (root && (xml.LocalName != "svg" || xml.NamespaceURI != "http://www.w3.org/2000/svg")) problem = "is neither a PNG nor an SVG.";
                root = false;
                if (problem.Length == 0) problem = ProblemOf(xml);
            }
        }
        catch (XmlException wrong)
        {
            problem = $"is neither a PNG nor an SVG that can be read (line {wrong.LineNumber}).";
        }
        return problem.Length > 0 ? null : new PageLogo(bytes, "image/svg+xml", "svg");
    }

    private static string ProblemOf(XmlReader element)
    {
        if (ForbiddenElements.Contains(element.LocalName, StringComparer.OrdinalIgnoreCase)) return $"has an element '{element.LocalName}', which pictures of a page must not have.";
        while (element.MoveToNextAttribute())
        {
            if (element.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)) return $"has an attribute '{element.LocalName}', which could run a script.";
            if (element.LocalName is "href" or "src" && !element.Value.StartsWith('#') && !element.Value.StartsWith("data:image/png;", StringComparison.Ordinal)) return "points to something outside of it.";
            if (LoadsSomething(element.Value)) return "loads something from elsewhere (@import or url(…)).";
        }
        return "";
    }

    private static bool LoadsSomething(string text) =>
        text.Contains("@import", StringComparison.OrdinalIgnoreCase) || text.Replace(" ", "", StringComparison.Ordinal).Replace("url(#", "", StringComparison.OrdinalIgnoreCase).Contains("url(", StringComparison.OrdinalIgnoreCase) || text.Contains('\\', StringComparison.Ordinal);
}

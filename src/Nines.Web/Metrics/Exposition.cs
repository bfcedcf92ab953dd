using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Nines.Web.Metrics;

/// <summary>The two text formats of <c>/metrics</c>.</summary>
internal enum TextFormat
{
    /// <summary>Prometheus text 0.0.4.</summary>
    Prometheus,
    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>Writes metrics as text (OpenMetrics 1.0.0, and the Prometheus text format 0.0.4 where a reader knows only that).</summary>
internal sealed class Exposition(TextFormat format)
{
    private static readonly CompositeFormat Line = CompositeFormat.Parse("# {0} {1} {2}\n");

    private readonly Lock gate = new();
    private ArrayBufferWriter<byte> components = new(1024);
    private long written = -1;

    public static string ContentType(TextFormat format) => format switch
    {
        TextFormat.Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        TextFormat.OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
    };

    /// <summary>The part that is the same for as long as the ledger's figures are. What was given is not written again: it may be on its way to somebody slow.</summary>
    public ReadOnlyMemory<byte> Components(LedgerFigures figures)
    {
        lock (gate) return written == figures.Stamp ? components.WrittenMemory : WriteComponents(figures);
    }

    private ReadOnlyMemory<byte> WriteComponents(LedgerFigures figures)
    {
        components = new ArrayBufferWriter<byte>(Math.Max(1024, components.WrittenCount + (4 << 10)));
        if (figures.Components.Count > 0)
            foreach (var metric in MetricCatalog.Components)
            {
                WriteHead(metric, components);
                var name = Encoding.ASCII.GetBytes(SampleName(metric));
                foreach (var component in figures.Components)
                    metric.Read(component, (who, what, value, _) => WriteSample(components, name, who, what, value));
            }
        written = figures.Stamp;
        return components.WrittenMemory;
    }

    /// <summary>The process's own part.</summary>
    public void WriteSelf(WatchFigures figures, IBufferWriter<byte> to)
    {
        foreach (var metric in MetricCatalog.Self)
        {
            WriteHead(metric, to);
            metric.Read(figures, (who, what, value, part) => WriteSample(to, Encoding.ASCII.GetBytes(part switch
            {
                SamplePart.Value => SampleName(metric),
                SamplePart.Count => metric.Name + "_count",
                SamplePart.Sum => metric.Name + "_sum",
            }), who, what, value));
        }
    }

    public void WriteEnd(IBufferWriter<byte> to)
    {
        if (format == TextFormat.OpenMetrics) to.Write("# EOF\n"u8);
    }

    private static string SampleName(Metric metric) => metric.Kind switch
    {
        MetricKind.Counter => metric.Name + "_total",
        MetricKind.Info => metric.Name + "_info",
        MetricKind.Gauge or MetricKind.Summary => metric.Name,
    };

    /// <summary>OpenMetrics names the family; the older format names the samples, and knows no info and no unit.</summary>
    private void WriteHead(Metric metric, IBufferWriter<byte> to)
    {
        var open = format == TextFormat.OpenMetrics;
        var name = open ? metric.Name : SampleName(metric);
        var type = metric.Kind switch
        {
            MetricKind.Gauge => "gauge",
            MetricKind.Counter => "counter",
            MetricKind.Info => open ? "info" : "gauge",
            MetricKind.Summary => "summary",
        };
        var help = metric.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        if (open) help = help.Replace("\"", "\\\"", StringComparison.Ordinal);
        Write(to, "TYPE", name, type);
        if (open && metric.Unit.Length > 0) Write(to, "UNIT", name, metric.Unit);
        Write(to, "HELP", name, help);
    }

    private static void Write(IBufferWriter<byte> to, string what, string name, string text) =>
        to.Write(Encoding.UTF8.GetBytes(string.Format(CultureInfo.InvariantCulture, Line, what, name, text)));

    private static void WriteSample(IBufferWriter<byte> to, ReadOnlySpan<byte> name, LabelSet who, LabelSet what, double value)
    {
        var span = to.GetSpan(name.Length + who.Text.Length + what.Text.Length + 40);
        var length = 0;
        Copy(name, span, ref length);
        if (who.Text.Length + what.Text.Length > 0)
        {
            span[length++] = (byte)'{';
            Copy(who.Text, span, ref length);
            if (who.Text.Length > 0 && what.Text.Length > 0) span[length++] = (byte)',';
            Copy(what.Text, span, ref length);
            span[length++] = (byte)'}';
        }
        span[length++] = (byte)' ';
        length += WriteNumber(value, span[length..]);
        span[length++] = (byte)'\n';
        to.Advance(length);
    }

    private static int WriteNumber(double value, Span<byte> to)
    {
        // Most are small whole numbers, and those are written faster.
        if (value is >= -1e15 and <= 1e15 && value == Math.Floor(value) && Utf8Formatter.TryFormat((long)value, to, out var whole)) return whole;
        if (double.IsNaN(value)) return Word("NaN"u8, to);
        if (double.IsInfinity(value)) return Word(value > 0 ? "+Inf"u8 : "-Inf"u8, to);
        value.TryFormat(to, out var length, "R", CultureInfo.InvariantCulture);
        return length;
    }

    private static int Word(ReadOnlySpan<byte> word, Span<byte> to)
    {
        word.CopyTo(to);
        return word.Length;
    }

    private static void Copy(ReadOnlySpan<byte> from, Span<byte> to, ref int length)
    {
        from.CopyTo(to[length..]);
        length += from.Length;
    }
}

using System.Text;

namespace Nines.Web.Metrics;

/// <summary>Some labels of a sample, with their text worked out once: most samples of a scrape differ only in their last label.</summary>
internal sealed class LabelSet
{
    public static readonly LabelSet None = new();

    /// <param name="labels">Names and values; null values are left out.</param>
    public LabelSet(params IEnumerable<(string Name, string? Value)> labels)
    {
        Pairs = [.. labels.Where(label => label.Value is not null).Select(label => KeyValuePair.Create<string, object?>(label.Name, label.Value))];
        Text = Encoding.UTF8.GetBytes(string.Join(',', Pairs.Select(pair => $"{pair.Key}=\"{Escape((string)pair.Value!)}\"")));
    }

    public KeyValuePair<string, object?>[] Pairs { get; }

    /// <summary>As the text formats have it, without braces: <c>component="shop",kind="dapp"</c>.</summary>
    public byte[] Text { get; }

    /// <summary>Backslash, quote and line feed, as both text formats want it in label values.</summary>
    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>The parts of a family that a sample can be.</summary>
internal enum SamplePart
{
    /// <summary>The value itself; of a summary, one of its quantiles.</summary>
    Value,
    /// <summary>Of a summary: how many were measured.</summary>
    Count,
    /// <summary>Of a summary: what they add up to.</summary>
    Sum,
}

/// <summary>Takes one sample: its labels in two parts, and its value.</summary>
internal delegate void Emit(LabelSet who, LabelSet what, double value, SamplePart part = SamplePart.Value);

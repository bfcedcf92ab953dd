using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Nines.Ledger.History.Prometheus;

/// <summary>
/// The answer of <c>/api/v1/query_range</c>, or of <c>/api/v1/query</c> with a range selector
/// (https://prometheus.io/docs/prometheus/latest/querying/api/). Read token by token: no document is built of it.
/// </summary>
public static class QueryResult
{
    /// <exception cref="FormatException">It is not such an answer, the server says that it failed, or it is beyond a limit.</exception>
    public static void Read(ReadOnlySpan<byte> json, SampleReading into)
    {
        if (json.StartsWith("\uFEFF"u8)) json = json[3..];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            Answer(ref reader, into);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new FormatException($"it is no whole answer of Prometheus: {broken.Message}", broken);
        }
    }

    private static void Answer(ref Utf8JsonReader reader, SampleReading into)
    {
        string? status = null, kind = null, problem = null;
        var hasData = false;
        Open(ref reader, JsonTokenType.StartObject, "it is no JSON object");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "status"u8)) status = Text(ref reader);
            else if (Is(ref reader, "errorType"u8)) kind = Text(ref reader);
            else if (Is(ref reader, "error"u8)) problem = Text(ref reader);
            else if (Is(ref reader, "warnings"u8) || Is(ref reader, "infos"u8)) Warnings(ref reader, into);
            else if (Is(ref reader, "data"u8))
            {
                hasData = true;
                Data(ref reader, into);
            }
            else Pass(ref reader);
        }
        while (reader.Read()) throw new FormatException("something follows the answer");
        if (status == "error" || problem is not null) throw new FormatException($"the server says that the query failed: {kind ?? "error"}: {Short(problem ?? "no reason given")}");
        if (!hasData || status is not (null or "success")) throw new FormatException("it has no data: save the whole answer of /api/v1/query_range");
    }

    private static void Data(ref Utf8JsonReader reader, SampleReading into)
    {
        Open(ref reader, JsonTokenType.StartObject, "data is no object");
        string? type = null;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "resultType"u8)) type = Matrix(Text(ref reader));
            else if (Is(ref reader, "result"u8))
            {
                Open(ref reader, JsonTokenType.StartArray, "data.result is no list");
                while (Next(ref reader) == JsonTokenType.StartObject) Series(ref reader, into);
                if (reader.TokenType != JsonTokenType.EndArray) throw new FormatException("data.result has something that is no series");
            }
            else Pass(ref reader);
        }
        if (type is null) throw new FormatException("data.resultType is not there");
    }

    private static string Matrix(string? type) => type == "matrix" ? type
        : throw new FormatException($"data.resultType is '{Short(type ?? "")}', which has one value a series: ask /api/v1/query_range, or a range such as probe_success[7d]");

    private static void Series(ref Utf8JsonReader reader, SampleReading into)
    {
        SampleSeries? series = null;
        List<(NodaTime.Instant At, double Value)>? early = null; // values that stand before the labels
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "metric"u8)) series = into.Of(Labels(ref reader));
            else if (Is(ref reader, "values"u8))
            {
                Open(ref reader, JsonTokenType.StartArray, "values is no list");
                while (Next(ref reader) == JsonTokenType.StartArray)
                {
                    var (at, value) = Pair(ref reader);
                    if (series is not null) into.Add(series, at, value);
                    else (early ??= []).Add((at, value));
                }
                if (reader.TokenType != JsonTokenType.EndArray) throw new FormatException("values has something that is no pair");
            }
            else if (Is(ref reader, "histograms"u8)) throw new FormatException("a series is a native histogram, which is neither up nor down");
            else Pass(ref reader);
        }
        if (series is null) throw new FormatException("a series has no 'metric'");
        foreach (var (at, value) in early ?? []) into.Add(series, at, value);
    }

    private static ImmutableSortedDictionary<string, string> Labels(ref Utf8JsonReader reader)
    {
        Open(ref reader, JsonTokenType.StartObject, "metric is no object");
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var value = Text(ref reader) ?? "";
            if (name.Length + value.Length > SampleReading.MostLabelLength) throw new FormatException($"a label is longer than {SampleReading.MostLabelLength} characters");
            labels[name] = value;
        }
        return labels.ToImmutable();
    }

    /// <summary><c>[1435781430.781, "1"]</c></summary>
    private static (NodaTime.Instant, double) Pair(ref Utf8JsonReader reader)
    {
        if (Next(ref reader) != JsonTokenType.Number || !reader.TryGetDouble(out var seconds)) throw new FormatException("a sample does not begin with seconds since 1970");
        if (Next(ref reader) != JsonTokenType.String) throw new FormatException("a sample's value is no text");
        var value = ValueOf(ref reader);
        if (Next(ref reader) != JsonTokenType.EndArray) throw new FormatException("a sample has more than an instant and a value");
        return (SampleReading.InstantOf(seconds) ?? throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"a sample is of {seconds}, which is no instant in seconds since 1970")), value);
    }

    private static double ValueOf(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped) return ValueOf(reader.GetString()!);
        var bytes = reader.ValueSpan;
        return Utf8Parser.TryParse(bytes, out double value, out var used) && used == bytes.Length ? value : ValueOf(reader.GetString()!);
    }

    /// <summary>Numbers as Go writes them.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static double ValueOf(string text) => text switch
    {
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"'{Short(text)}' is no number"),
    };

    private static void Warnings(ref Utf8JsonReader reader, SampleReading into)
    {
        if (Next(ref reader) != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (Next(ref reader) == JsonTokenType.String)
            if (into.Warnings.Count < 10) into.Warnings.Add(Short(reader.GetString()!));
        if (reader.TokenType != JsonTokenType.EndArray) throw new FormatException("warnings has something that is no text");
    }

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    private static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : throw new FormatException("it ends in the middle");

    private static void Open(ref Utf8JsonReader reader, JsonTokenType token, string problem)
    {
        if (Next(ref reader) != token) throw new FormatException(problem);
    }

    private static void Pass(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        reader.Skip();
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        if (Next(ref reader) == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    internal static string Short(string text) => Core.Redaction.ByShape.Apply(text.Length > 200 ? text[..199] + "…" : text);
}

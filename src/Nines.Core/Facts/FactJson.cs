using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Core.Components;
using NodaTime;
using NodaTime.Text;

namespace Nines.Core.Facts;

/// <summary>
/// The one way in which facts become text: snake_case, members in the order of declaration, instants as RFC 3339 UTC, durations
/// as seconds, nulls left out. The same fact always gives the same bytes.
/// </summary>
public static class FactJson
{
    public static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>Characters of a config from which its fact is written without the shared pool, which would keep buffers of its size for as long as we run.</summary>
    private const int LongConfig = 1 << 16;

    public static byte[] Write(Fact fact)
    {
        if (fact is not ConfigLoaded { Config.Length: > LongConfig }) return JsonSerializer.SerializeToUtf8Bytes(fact, Options);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Options.Encoder, MaxDepth = Options.MaxDepth })) JsonSerializer.Serialize(writer, fact, InPieces);
        return stream.ToArray();
    }

    /// <exception cref="JsonException">The bytes are not a fact that this version knows.</exception>
    public static Fact Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Fact>(json, Options) ?? throw new JsonException("A fact cannot be null.");

    /// <summary>Gives the same bytes as <see cref="Options"/>.</summary>
    private static readonly JsonSerializerOptions InPieces = new(Options) { Converters = { new LongTextConverter() } };

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 32,
            RespectRequiredConstructorParameters = false,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DurationConverter());
        options.Converters.Add(new BoundsConverter());
        options.Converters.Add(new NameConverter<ComponentId>(text => new ComponentId(text), id => id.Value));
        options.Converters.Add(new NameConverter<VantagePointId>(text => new VantagePointId(text), id => id.Value));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class InstantConverter : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && !reader.HasValueSequence && InstantText.TryParse(reader.ValueSpan, out var usual)
            ? usual
            : InstantPattern.ExtendedIso.Parse(reader.GetString() ?? "").TryGetValue(default, out var instant)
                ? instant
                : throw new JsonException($"'{reader.GetString()}' is not an RFC 3339 instant in UTC.");

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[InstantText.MaxLength];
            if (InstantText.Write(value, text) is > 0 and var length) writer.WriteStringValue(text[..length]);
            else writer.WriteStringValue(InstantPattern.ExtendedIso.Format(value));
        }
    }

    private sealed class DurationConverter : JsonConverter<Duration>
    {
        public override Duration Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Duration.FromTicks((long)decimal.Round(reader.GetDecimal() * NodaConstants.TicksPerSecond));

        public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((decimal)value.BclCompatibleTicks / NodaConstants.TicksPerSecond);
    }

    private sealed class BoundsConverter : JsonConverter<Bounds>
    {
        private sealed record Pair(Instant Earliest, Instant Latest);

        public override Bounds Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var pair = JsonSerializer.Deserialize<Pair>(ref reader, options) ?? throw new JsonException("Bounds cannot be null.");
            return new Bounds(pair.Earliest, pair.Latest);
        }

        public override void Write(Utf8JsonWriter writer, Bounds value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Pair(value.Earliest, value.Latest), options);
    }

    private sealed class NameConverter<T>(Func<string, T> parse, Func<T, string> print) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => parse(reader.GetString() ?? "");
        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(print(value));
        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => parse(reader.GetString() ?? "");
        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(print(value));
    }
}

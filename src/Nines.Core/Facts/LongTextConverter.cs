using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nines.Core.Facts;

/// <summary>
/// Writes a text in pieces, the same bytes as at once. At once the writer takes room for six times the text from the shared pool, and the
/// pool keeps it: with the config of 10,000 probes tens of megabytes.
/// </summary>
internal sealed class LongTextConverter : JsonConverter<string>
{
    private const int Piece = 4_096;

    public override string Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.GetString() ?? throw new JsonException("A text cannot be null.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (value.Length <= Piece)
        {
            writer.WriteStringValue(value);
            return;
        }
        for (var at = 0; at < value.Length; at += Piece)
            writer.WriteStringValueSegment(value.AsSpan(at, Math.Min(Piece, value.Length - at)), isFinalSegment: value.Length - at <= Piece);
    }
}

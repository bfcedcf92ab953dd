using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Nines.Core.Facts;

namespace Nines.Backbone.Journal;

/// <summary>
/// SHA-256 over rows in a given order, one canonical JSON line each: the members of every object in ordinal order of their names, no
/// white space, values as <see cref="FactJson"/> writes them, then a line feed. Two rebuilds of a projection agree when their digests do.
/// </summary>
public sealed class CanonicalDigest : IDisposable
{
    private static readonly byte[] LineFeed = "\n"u8.ToArray();

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> buffer = new(1_024);
    private readonly Utf8JsonWriter writer;

    public CanonicalDigest() => writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = FactJson.Options.Encoder });

    /// <summary>Rows so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Adds a row. The order of rows is the caller's, and has to be one that does not depend on chance.</summary>
    public void Add<T>(T row)
    {
        using var document = JsonSerializer.SerializeToDocument(row, FactJson.Options);
        buffer.ResetWrittenCount();
        writer.Reset();
        Write(document.RootElement);
        writer.Flush();
        AddLine(buffer.WrittenSpan);
    }

    /// <summary>Adds a line as it is (without its line feed).</summary>
    public void AddLine(ReadOnlySpan<byte> line)
    {
        hash.AppendData(line);
        hash.AppendData(LineFeed);
        Lines++;
    }

    /// <returns>The digest of all rows so far, as 64 lower-case hex digits.</returns>
    public string Hex() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public static string Of<T>(IEnumerable<T> rows)
    {
        using var digest = new CanonicalDigest();
        foreach (var row in rows) digest.Add(row);
        return digest.Hex();
    }

    public void Dispose()
    {
        writer.Dispose();
        hash.Dispose();
    }

    private void Write(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}

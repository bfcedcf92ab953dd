using System.Buffers;
using System.Text.Json;
using Nines.Core.Facts;

namespace Nines.Backbone.Journal;

/// <summary>What an export held. Two exports as of the same position of the same journal have the same digest.</summary>
/// <param name="AsOf">Position of the last entry in it; 0 when empty.</param>
/// <param name="Bytes">Length of the export.</param>
/// <param name="Sha256">SHA-256 of the export's bytes, as 64 lower-case hex digits.</param>
public sealed record ExportDigest(JournalPosition AsOf, long Bytes, string Sha256)
{
    /// <summary>The statement to print beside the digest.</summary>
    public override string ToString() => $"sha256:{Sha256} as of position {AsOf}";
}

/// <summary>
/// The journal as text: one JSON line an entry, in order of position, members position, stream, version, fact in this order, the
/// fact as <see cref="FactJson"/> writes it. The same facts give the same bytes, from either engine.
/// </summary>
public static class JournalExport
{
    /// <summary>Writes entries 1 to <paramref name="asOf"/> (the head at the call, when null).</summary>
    /// <exception cref="JournalException">The journal has not come as far as <paramref name="asOf"/>, or failed.</exception>
    public static async Task<ExportDigest> WriteAsync(IJournal journal, Stream to, JournalPosition? asOf = null, CancellationToken cancellation = default)
    {
        var end = asOf ?? await journal.HeadAsync(cancellation).ConfigureAwait(false);
        using var digest = new CanonicalDigest();
        var lines = new ArrayBufferWriter<byte>(256 << 10);
        await using var writer = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = FactJson.Options.Encoder });
        long bytes = 0;
        await foreach (var entry in journal.ReadAllAsync(JournalPosition.Start, end, cancellation).ConfigureAwait(false))
        {
            var start = lines.WrittenCount;
            Write(writer, entry);
            digest.AddLine(lines.WrittenSpan[start..]);
            lines.Write("\n"u8);
            bytes += lines.WrittenCount - start;
            if (lines.WrittenCount < 192 << 10) continue;
            await to.WriteAsync(lines.WrittenMemory, cancellation).ConfigureAwait(false);
            lines.ResetWrittenCount();
        }
        await to.WriteAsync(lines.WrittenMemory, cancellation).ConfigureAwait(false);
        if (digest.Lines != end.Value)
            throw JournalErrors.OverLimit($"An export as of position {end} was asked for, but the journal ends at {digest.Lines}. Ask for that position or an earlier one.");
        return new ExportDigest(end, bytes, digest.Hex());
    }

    /// <summary>The digest alone.</summary>
    public static Task<ExportDigest> DigestAsync(IJournal journal, JournalPosition? asOf = null, CancellationToken cancellation = default) =>
        WriteAsync(journal, Stream.Null, asOf, cancellation);

    private static void Write(Utf8JsonWriter writer, JournalEntry entry)
    {
        writer.Reset();
        writer.WriteStartObject();
        writer.WriteNumber("position"u8, entry.Position.Value);
        writer.WriteString("stream"u8, entry.Stream);
        writer.WriteNumber("version"u8, entry.Version);
        writer.WritePropertyName("fact"u8);
        JsonSerializer.Serialize(writer, entry.Fact, FactJson.Options);
        writer.WriteEndObject();
        writer.Flush();
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using Nines.Core.Facts;
using Nines.Ledger.Outages;

namespace Nines.Ledger.Documents;

/// <summary>
/// The whole ledger as canonical JSON lines: a header with the position, then a line for each component in order of name.
/// Two rebuilds from one journal give the same bytes.
/// </summary>
public static class LedgerExport
{
    public const string Schema = "nines.ledger/1";

    public static void Write(LedgerProjection ledger, Stream destination)
    {
        Line(destination, new { Schema, AsOfPosition = ledger.Position.Value, ledger.WatchedUntil, Run = ledger.Run?.Run, ledger.StoppedCleanly });
        foreach (var component in ledger.Components) Line(destination, Of(component));
        var notices = ledger.Notices.Values.OrderBy(notice => notice.Outage, StringComparer.Ordinal)
            .ThenBy(notice => notice.Phase, StringComparer.Ordinal).ThenBy(notice => notice.Channel, StringComparer.Ordinal);
        foreach (var notice in notices) Line(destination, notice);
        foreach (var sent in ledger.Reports) Line(destination, sent);
    }

    /// <summary>One component's line of the export.</summary>
    public static void Write(ComponentLedger component, Stream destination) => Line(destination, Of(component));

    /// <returns>SHA-256 of the export, as lower-case hex.</returns>
    public static string Digest(LedgerProjection ledger)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var sink = new HashingStream(hash);
        Write(ledger, sink);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static object Of(ComponentLedger component) => new
    {
        component.Id,
        component.Summary,
        component.InConfig,
        component.Frontier,
        Timeline = component.Whole.Segments,
        Regions = component.Regions.ToDictionary(region => region.Key, region => region.Value.Segments),
        Outages = component.Outages.Select(OutageDocument.From),
        RegionalOutages = component.RegionalOutages.Select(OutageDocument.From),
        Notes = Said(component, outage => outage.Notes.Select(note => (object)new { Outage = outage.Id, Note = NoteDocument.Of(note) })),
        Corrections = Said(component, outage => outage.Corrections.Select(correction => (object)new { Outage = outage.Id, Correction = CorrectionDocument.Of(correction) })),
        component.Maintenance,
        Blips = component.Blips.Select(blip => new { Position = blip.Position.Value, blip.Probe, blip.From, blip.Suspected, blip.When, blip.Because }),
        Evidence = component.Evidence.Select(evidence => evidence.Position.Value),
        Revisions = component.Revisions.Select(revision => revision.Position.Value),
        Imports = component.Imports.Count == 0 ? null : component.Imports,
    };

    /// <returns>Null where nobody said anything.</returns>
    private static List<object>? Said(ComponentLedger component, Func<Outage, IEnumerable<object>> what) =>
        component.Outages.Concat(component.RegionalOutages).SelectMany(what).ToList() is { Count: > 0 } said ? said : null;

    private static void Line(Stream destination, object line)
    {
        JsonSerializer.Serialize(destination, line, line.GetType(), FactJson.Options);
        destination.WriteByte((byte)'\n');
    }

    /// <summary>Feeds a hash; holds nothing.</summary>
    private sealed class HashingStream(IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);
        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Nines.Backbone.Journal;
using Nines.Core.Facts;

namespace Nines.Ledger.Snapshots;

/// <summary>
/// A folded ledger in a file beside the journal, so that who reads it folds only what came after. It is never trusted over facts: one that
/// is damaged, of another journal, or of another build of Nines (which may fold otherwise) is passed over and everything is folded.
/// </summary>
public static class LedgerSnapshot
{
    public const string FileName = "ledger.snapshot";

    private const long MostBytes = 1 << 30;

    /// <summary>What a file has to begin with: the form, and the builds of all that has a say in what a fold gives.</summary>
    private static readonly byte[] Head =
    [
        .. "nines.ledger_snapshot/1\n"u8,
        .. typeof(LedgerSnapshot).Module.ModuleVersionId.ToByteArray(),
        .. typeof(IJournal).Module.ModuleVersionId.ToByteArray(),
        .. typeof(Fact).Module.ModuleVersionId.ToByteArray(),
    ];

    private static readonly int BodyAt = Head.Length + sizeof(long) + SHA256.HashSizeInBytes;

    /// <summary>Keeps the ledger beside its journal; one that is there is replaced as a whole. Only the journal's writer calls it.</summary>
    /// <exception cref="IOException">The folder cannot be written, or its disk is full. What was there still is.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static async Task SaveAsync(LedgerProjection ledger, IJournal journal, string folder, CancellationToken cancellation = default)
    {
        if (await MarkAsync(journal, ledger.Position, cancellation) is not { } mark) return;
        var file = new byte[BodyAt];
        Head.CopyTo(file, 0);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(Head.Length), ledger.Position.Value);
        mark.CopyTo(file, Head.Length + sizeof(long));
        var body = new SnapshotWriter();
        ledger.Save(body);
        file = [.. file, .. body.Written];
        var path = Path.Combine(folder, FileName);
        var beside = path + ".new";
        // Not synced: what a crash leaves half-written has another checksum.
        await using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await stream.WriteAsync(file, cancellation);
            await stream.WriteAsync(SHA256.HashData(file), cancellation);
        }
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The ledger at the journal's end: the snapshot in the folder and what came after it, or all facts where there is none that fits.</summary>
    public static async Task<LedgerProjection> LoadAsync(IJournal journal, string folder, CancellationToken cancellation = default)
    {
        var ledger = await FindAsync(journal, folder, cancellation) ?? new LedgerProjection();
        await ledger.CatchUpAsync(journal, cancellation);
        return ledger;
    }

    /// <returns>The ledger as it was saved; null when there is no snapshot of this journal that this build of Nines can use.</returns>
    internal static async Task<LedgerProjection?> FindAsync(IJournal journal, string folder, CancellationToken cancellation = default)
    {
        try
        {
            var path = new FileInfo(Path.Combine(folder, FileName));
            if (!path.Exists || path.Length > MostBytes) return null;
            var file = await File.ReadAllBytesAsync(path.FullName, cancellation);
            if (file.Length < BodyAt + SHA256.HashSizeInBytes || !file.AsSpan().StartsWith(Head)) return null;
            var (content, checksum) = (file[..^SHA256.HashSizeInBytes], file[^SHA256.HashSizeInBytes..]);
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(checksum)) return null;
            var position = new JournalPosition(BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(Head.Length)));
            if (await MarkAsync(journal, position, cancellation) is not { } mark || !content.AsSpan(Head.Length + sizeof(long), mark.Length).SequenceEqual(mark)) return null;
            var reader = new SnapshotReader(content, BodyAt);
            var ledger = LedgerProjection.Restore(reader);
            return reader.IsAtEnd && ledger.Position == position ? ledger : null;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or FormatException or OverflowException)
        {
            return null; // the facts have it all
        }
    }

    /// <returns>What tells this journal from others at this position: a digest over its first entry and this one; null when it does not have it.</returns>
    private static async Task<byte[]?> MarkAsync(IJournal journal, JournalPosition position, CancellationToken cancellation)
    {
        if (position.Value < 1) return null;
        var first = await journal.DigestOfAsync(new JournalPosition(1), cancellation);
        var last = await journal.DigestOfAsync(position, cancellation);
        return first is null || last is null ? null : SHA256.HashData([.. first, .. last]);
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Backbone.Embedded.Backup;

/// <summary>What a backup says of itself, in a file beside it (nines.backup/1).</summary>
/// <param name="MadeAt">When the state was taken that is in it.</param>
/// <param name="Nines">Version of the program that made it.</param>
/// <param name="Position">Position of the journal's last entry in it.</param>
/// <param name="JournalSha256">SHA-256 of the journal's canonical export as of that position, as 64 lower-case hex digits.</param>
/// <param name="Bytes">Length of the backup's file.</param>
/// <param name="FileSha256">SHA-256 of the file's bytes.</param>
/// <param name="Beside">Files that were put beside it (<see cref="BesideFile"/>), by name.</param>
public sealed record BackupManifest(string Schema, Instant MadeAt, string Nines, long Position, string JournalSha256, long Bytes, string FileSha256, ImmutableArray<BesidePart> Beside)
{
    public const string SchemaName = "nines.backup/1";

    /// <summary>Of the file beside the backup: <c>nines.backup</c> has <c>nines.backup.manifest.json</c>.</summary>
    public const string Suffix = ".manifest.json";

    private const int MostBytes = 64 << 10, MostBeside = 10;

    private static readonly JsonSerializerOptions Printed = new(FactJson.Options) { WriteIndented = true, NewLine = "\n" };

    public bool Equals(BackupManifest? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => FileSha256.GetHashCode(StringComparison.Ordinal);

    /// <summary>A name and never a path: it is joined to a folder.</summary>
    private static bool IsName(string? name) => name is { Length: > 0 and <= 60 } && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-') && name[0] != '.';

    internal byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Printed), (byte)'\n'];

    /// <exception cref="BackupException">There is none, or it is none.</exception>
    internal static BackupManifest Read(string backup)
    {
        var path = backup + Suffix;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) throw BackupErrors.NoManifest(backup, "the file is missing");
            if (info.Length > MostBytes) throw BackupErrors.NoManifest(backup, "the file is too large for one");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var schema = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("schema", out var named) ? named.ToString() : "";
            if (schema != SchemaName) throw schema.StartsWith("nines.backup/", StringComparison.Ordinal) ? BackupErrors.Newer(path, schema) : BackupErrors.NoManifest(backup, "its schema is not nines.backup");
            var manifest = document.Deserialize<BackupManifest>(FactJson.Options);
            if (manifest is not { JournalSha256.Length: 64, FileSha256.Length: 64, Bytes: >= 0, Position: >= 0 }) throw BackupErrors.NoManifest(backup, "members are missing");
            if (manifest.Beside.IsDefault) manifest = manifest with { Beside = [] }; // made before there were any
            return manifest.Beside.Length <= MostBeside && manifest.Beside.All(part => part is { Sha256.Length: 64, Bytes: >= 0 } && IsName(part.Name)) ? manifest : throw BackupErrors.NoManifest(backup, "what it says of files beside it cannot be");
        }
        catch (JsonException broken)
        {
            throw BackupErrors.NoManifest(backup, "it is no JSON", broken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.NoManifest(backup, unreadable.Message, unreadable);
        }
    }
}

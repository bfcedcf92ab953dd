namespace Nines.Backbone.Embedded.Backup;

/// <summary>
/// A file of the data folder that is not in the journal, for what is in it has to be forgotten when somebody says so (users, subscribers), or is secret. It goes beside a
/// backup, in a file of its own (<c>nines.backup.access.json</c>), and may be deleted there sooner than the backup.
/// </summary>
/// <param name="Name">In the data folder.</param>
/// <param name="IsDatabase">SQLite, which is copied as one state; else it is replaced as a whole by who writes it.</param>
/// <param name="IsWhole">Whether the one in a folder can be used.</param>
public sealed record BesideFile(string Name, bool IsDatabase, Func<string, bool> IsWhole)
{
    /// <summary>True for what never changes: where the folder before a restore has another one it was made since, and the backup's belongs to what is brought back.</summary>
    public bool IsForEver { get; init; }

    /// <summary>Where it is, beside a backup.</summary>
    public static string PathOf(string backup, string name) => $"{backup}.{name}";
}

/// <summary>What a manifest says of a file beside its backup.</summary>
/// <param name="Name">In the data folder: <c>access.json</c>.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
public sealed record BesidePart(string Name, long Bytes, string Sha256);

/// <summary>Where a file beside the journal came from, in a restore.</summary>
public enum BesideOrigin
{
    /// <summary>It lay beside the backup.</summary>
    Backup,

    /// <summary>The folder before still had it, and newer: who was forgotten since stays forgotten.</summary>
    FolderBefore,

    /// <summary>The manifest names it, and it is no longer there.</summary>
    Nowhere,
}

/// <summary>What came of a restore.</summary>
/// <param name="MovedTo">Where the earlier folder went; null when there was none.</param>
/// <param name="Beside">By name.</param>
public sealed record Restoration(BackupManifest Manifest, string? MovedTo, IReadOnlyDictionary<string, BesideOrigin> Beside);

namespace Nines.Backbone.Embedded.Backup;

/// <summary>A backup or restore that was refused or failed: where, what, why and how to mend it.</summary>
public sealed class BackupException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}

/// <summary>Every way in which backing up and restoring can refuse or fail, beside those of the journal itself.</summary>
public static class BackupErrors
{
    public const string TargetExists = "NIN2101", CannotWrite = "NIN2102", NotABackup = "NIN2103", DoesNotMatch = "NIN2104", NewerBackup = "NIN2105", FolderNotEmpty = "NIN2106";

    internal static BackupException Exists(string file) =>
        new(TargetExists, $"{file}: there is something already, and a backup overwrites nothing. Name another file, or a folder: then the file gets a name of its own.");

    internal static BackupException Unwritable(string file, string why, Exception? inner = null) =>
        new(CannotWrite, $"{file}: it cannot be written ({why}). Nothing of it was kept. Free space, or name a place that you can write.", inner);

    internal static BackupException NoManifest(string backup, string why, Exception? inner = null) =>
        new(NotABackup, $"{backup}: this is no backup that can be trusted: its manifest {backup}{BackupManifest.Suffix} cannot be used ({why}). Name a file that `nines backup` made, with the manifest beside it.", inner);

    internal static BackupException Missing(string backup) =>
        new(NotABackup, $"{backup}: there is no such backup. Name a file that `nines backup` made, with its manifest beside it.");

    internal static BackupException Mismatch(string backup, string what, Exception? inner = null) =>
        new(DoesNotMatch, $"{backup}: the backup is damaged, or the manifest is another one's ({what}). Nothing was restored from it. Take another backup.", inner);

    internal static BackupException Newer(string manifest, string schema) =>
        new(NewerBackup, $"{manifest}: the backup has the form {schema}, this Nines knows {BackupManifest.SchemaName}. Run the version that made it, or a newer one.");

    internal static BackupException NotEmpty(string folder) =>
        new(FolderNotEmpty, $"{folder}: the folder is not empty, and a restore replaces nothing. Name a new folder with --data, or add --force: what is there is then moved aside.");
}

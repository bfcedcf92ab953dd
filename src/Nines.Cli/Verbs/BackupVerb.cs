using System.CommandLine;
using System.Globalization;
using Nines.Backbone.Embedded.Backup;
using Nines.Backbone.Journal;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs;

/// <summary><c>nines backup</c>, <c>nines backup verify</c> and <c>nines restore</c>: a data folder into a file, and back.</summary>
public static class BackupVerb
{
    public static Command Create(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen)
    {
        var to = new Option<string?>("--to") { Description = "The file to make, or a folder to make it in; nothing is overwritten", HelpName = "FILE|FOLDER" };
        var (data, config, format) = (DataOption(), ConfigOption.Create(), OutputOption.Create());
        var command = new Command("backup", "Copy the data folder into a file, beside a running watch") { to, data, config, format };
        command.SetAction((parsed, cancellation) => RunAsync(screen, async progress =>
        {
            var target = parsed.GetValue(to) ?? throw new Fault("NIN4000", ExitCode.CalledWrong, "--to is missing: name the file to make, or a folder to make it in.");
            var file = FileOf(target, time);
            if (Path.EndsInDirectorySeparator(target)) MakeFolder(target);
            var manifest = await JournalBackup.MakeAsync(dataFolder(parsed.GetValue(data), parsed.GetValue(config)!), file, ProgramVersion.Number, time, progress, cancellation);
            return Show(file, manifest, $"Backed up to {file} and {Path.GetFileName(file)}{BackupManifest.Suffix}, read back and synced.", OutputOption.Read(parsed, format), screen);
        }));

        var backup = new Argument<string>("FILE") { Description = "A file that `nines backup` made, its manifest beside it" };
        var verifyFormat = OutputOption.Create();
        var verify = new Command("verify", "Read all of a backup and compare it with its manifest") { backup, verifyFormat };
        verify.SetAction((parsed, cancellation) => RunAsync(screen, async progress =>
        {
            var file = parsed.GetValue(backup)!;
            var manifest = await JournalBackup.VerifyAsync(file, time, progress, cancellation);
            return Show(file, manifest, $"{file} is whole.", OutputOption.Read(parsed, verifyFormat), screen);
        }));
        command.Add(verify);
        return command;
    }

    public static Command CreateRestore(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen)
    {
        var backup = new Argument<string>("FILE") { Description = "A file that `nines backup` made, its manifest beside it" };
        var force = new Option<bool>("--force") { Description = "Move a data folder that is not empty aside first" };
        var (data, config, format) = (DataOption(), ConfigOption.Create(), OutputOption.Create());
        var command = new Command("restore", "Put a backup into the data folder, after all of it was checked") { backup, force, data, config, format };
        command.SetAction((parsed, cancellation) => RunAsync(screen, async progress =>
        {
            var folder = dataFolder(parsed.GetValue(data), parsed.GetValue(config)!);
            var (manifest, movedTo) = await JournalBackup.RestoreAsync(parsed.GetValue(backup)!, folder, parsed.GetValue(force), time, progress, cancellation);
            var said = $"Restored into {folder}. The next `{screen.Command} up` goes on from there; what lies between is unknown.{(movedTo is null ? "" : $" What was there is in {movedTo}.")}";
            return Show(parsed.GetValue(backup)!, manifest, said, OutputOption.Read(parsed, format), screen);
        }));
        return command;
    }

    private static Option<string?> DataOption() => new("--data") { Description = "The data folder; else the config's", HelpName = "FOLDER" };

    /// <summary>What ends in a slash is meant as a folder: it is made when it is not there, for its owner alone as the backups in it are.</summary>
    private static void MakeFolder(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new Fault("NIN2102", ExitCode.OutOfReach, $"{folder}: the folder cannot be made ({failed.Message}). Nothing was backed up. Name one that you can write.");
        }
    }

    /// <summary>In a folder the file gets a name of its own, by the second.</summary>
    private static string FileOf(string target, TimeProvider time) =>
        Directory.Exists(target) || Path.EndsInDirectorySeparator(target)
            ? Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"nines-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.backup"))
            : target;

    private static int Show(string file, BackupManifest manifest, string said, OutputFormat format, Screen screen)
    {
        ResultWriter.Write(
            Result.Of(new BackupDocument(BackupManifest.SchemaName, [BackupRow.Of(file, manifest)]), "backups", null,
                said, string.Create(CultureInfo.InvariantCulture, $"Position {manifest.Position}, {manifest.Bytes:N0} bytes, journal sha256:{manifest.JournalSha256}.")),
            format, screen);
        return (int)ExitCode.Done;
    }

    private static async Task<int> RunAsync(Screen screen, Func<IProgress<BackupProgress>?, Task<int>> act)
    {
        // The bar is talk, and for whoever looks on.
        var bar = Console.IsErrorRedirected ? null : new ProgressBar(screen.Error);
        try
        {
            return await act(bar);
        }
        catch (BackupException refused)
        {
            var exit = refused.Code switch
            {
                BackupErrors.DoesNotMatch => ExitCode.SomethingIsWrong,
                BackupErrors.TargetExists or BackupErrors.FolderNotEmpty => ExitCode.CalledWrong,
                _ => ExitCode.OutOfReach,
            };
            bar?.Clear();
            throw new Fault(refused.Code, exit, refused.Message);
        }
        catch (JournalException refused)
        {
            bar?.Clear();
            throw new Fault(refused.Code, ExitCode.OutOfReach, refused.Message);
        }
        finally
        {
            bar?.Clear();
        }
    }

    /// <summary>nines.backup/1 as it is handed out.</summary>
    private sealed record BackupDocument(string Schema, IReadOnlyList<BackupRow> Backups);

    private sealed record BackupRow(string File, NodaTime.Instant MadeAt, string Nines, long Position, string JournalSha256, long Bytes, string FileSha256)
    {
        public static BackupRow Of(string file, BackupManifest manifest) =>
            new(Path.GetFullPath(file), manifest.MadeAt, manifest.Nines, manifest.Position, manifest.JournalSha256, manifest.Bytes, manifest.FileSha256);
    }
}

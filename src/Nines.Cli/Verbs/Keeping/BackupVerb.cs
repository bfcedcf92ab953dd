using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Nines.Backbone.Embedded.Backup;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Ledger.Text;
using Nines.Response.StatusPage;
using Nines.Response.Subscriptions;
using Nines.Web.Access;

namespace Nines.Cli.Verbs.Keeping;

/// <summary><c>nines backup</c>, <c>nines backup verify</c> and <c>nines restore</c>: a data folder into a file, and back.</summary>
public static class BackupVerb
{
    /// <summary>People's data and a secret: never in the journal, and so not in the backup itself.</summary>
    private static readonly BesideFile[] Beside =
        [new(AccessStore.FileName, false, AccessStore.IsWhole), new(SubscriptionBook.FileName, true, SubscriptionBook.IsWhole), new(PublicIds.FileName, false, PublicIds.IsWhole) { IsForEver = true }];

    public static Command Create(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen)
    {
        var to = new Option<string?>("--to") { Description = "The file to make, or a folder to make it in; nothing is overwritten", HelpName = "FILE|FOLDER" };
        var journalOnly = new Option<bool>("--journal-only") { Description = "Without the files that hold people's data and secrets: users, tokens, subscribers, the key of public ids" };
        var (data, config, format) = (DataOption(), ConfigOption.Create(), OutputOption.Create());
        var command = new Command("backup", "Copy the data folder into a file, beside a running watch") { to, journalOnly, data, config, format };
        command.SetAction((parsed, cancellation) => RunAsync(screen, async progress =>
        {
            var target = parsed.GetValue(to) ?? throw new Fault("NIN4000", ExitCode.CalledWrong, "--to is missing: name the file to make, or a folder to make it in.");
            var file = FileOf(target, time);
            if (Path.EndsInDirectorySeparator(target)) MakeFolder(target);
            var manifest = await JournalBackup.MakeAsync(dataFolder(parsed.GetValue(data), parsed.GetValue(config)!), file, ProgramVersion.Number, time, parsed.GetValue(journalOnly) ? [] : Beside, progress, cancellation);
            return Show(file, manifest, [$"Backed up to {file} and {Path.GetFileName(file)}{BackupManifest.Suffix}, read back and synced.", .. SaidBeside(file, manifest, "is beside it", "is gone")], OutputOption.Read(parsed, format), screen);
        }));

        var backup = new Argument<string>("FILE") { Description = "A file that `nines backup` made, its manifest beside it" };
        var verifyFormat = OutputOption.Create();
        var verify = new Command("verify", "Read all of a backup and compare it with its manifest") { backup, verifyFormat };
        verify.SetAction((parsed, cancellation) => RunAsync(screen, async progress =>
        {
            var file = parsed.GetValue(backup)!;
            var manifest = await JournalBackup.VerifyAsync(file, time, progress, cancellation);
            return Show(file, manifest, [$"{file} is whole.", .. SaidBeside(file, manifest, "is whole", "was put beside it and is no longer there: a restore brings back nothing of it")], OutputOption.Read(parsed, verifyFormat), screen);
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
            var restored = await JournalBackup.RestoreAsync(parsed.GetValue(backup)!, folder, parsed.GetValue(force), time, Beside, progress, cancellation);
            if (restored.Beside.GetValueOrDefault(AccessStore.FileName, BesideOrigin.Nowhere) == BesideOrigin.Backup)
            {
                using var access = new AccessStore(folder, time);
                await access.ForgetSessionsAsync(cancellation);
            }
            var said = $"Restored into {folder}. The next `{screen.Command} up` goes on from there; what lies between is unknown.{(restored.MovedTo is null ? "" : $" What was there is in {restored.MovedTo}.")}";
            return Show(parsed.GetValue(backup)!, restored.Manifest, [said, .. SaidRestored(restored, screen)], OutputOption.Read(parsed, format), screen);
        }));
        return command;
    }

    private static IEnumerable<string> SaidBeside(string file, BackupManifest manifest, string there, string gone) =>
        manifest.Beside.Select(part => $"{Path.GetFileName(BesideFile.PathOf(file, part.Name))} {(File.Exists(BesideFile.PathOf(file, part.Name)) ? there : gone)}.");

    private static IEnumerable<string> SaidRestored(Restoration restored, Screen screen)
    {
        foreach (var (name, origin) in restored.Beside.OrderBy(one => one.Key, StringComparer.Ordinal))
            yield return (origin, name) switch
            {
                (BesideOrigin.Nowhere, PublicIds.FileName) => $"{name} is not beside the backup any more: all incidents and windows of the status page get new ids, and feeds tell everything anew.",
                (BesideOrigin.FolderBefore, PublicIds.FileName) => $"{name} is the one that was there: incidents and windows of the status page have the ids that they had there.",
                (BesideOrigin.Backup, PublicIds.FileName) => $"{name} is back: incidents and windows of the status page keep their ids.",
                (BesideOrigin.FolderBefore, _) => $"{name} is the one that was there: it is newer, and who was taken out of it since stays out.",
                (BesideOrigin.Nowhere, _) => $"{name} is not beside the backup any more: nobody of it is back.",
                (BesideOrigin.Backup, AccessStore.FileName) => $"{name} is as of {InstantText.Of(restored.Manifest.MadeAt)} UTC, without sessions: who was disabled and which tokens were revoked since count again. See `{screen.Command} users list` and `{screen.Command} tokens list`.",
                (BesideOrigin.Backup, _) => $"{name} is as of {InstantText.Of(restored.Manifest.MadeAt)} UTC: who unsubscribed since is told again until he does so once more.",
                _ => throw new UnreachableException(),
            };
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

    private static int Show(string file, BackupManifest manifest, IReadOnlyList<string> said, OutputFormat format, Screen screen)
    {
        ResultWriter.Write(
            Result.Of(new BackupDocument(BackupManifest.SchemaName, [BackupRow.Of(file, manifest)]), "backups", null,
                [said[0], string.Create(CultureInfo.InvariantCulture, $"Position {manifest.Position}, {manifest.Bytes:N0} bytes, journal sha256:{manifest.JournalSha256}."), .. said.Skip(1)]),
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

    private sealed record BackupRow(string File, NodaTime.Instant MadeAt, string Nines, long Position, string JournalSha256, long Bytes, string FileSha256, IReadOnlyList<BesidePart> Beside)
    {
        public static BackupRow Of(string file, BackupManifest manifest) =>
            new(Path.GetFullPath(file), manifest.MadeAt, manifest.Nines, manifest.Position, manifest.JournalSha256, manifest.Bytes, manifest.FileSha256, manifest.Beside);
    }
}

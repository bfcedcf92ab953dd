using System.Text.Json.Nodes;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Cli.Verbs;
using Nines.Core.Facts;
using Nines.Testing;
using Nines.Response.StatusPage;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Cli.Tests.Verbs;

public sealed class BackupVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-backup-").FullName;
    private readonly StringWriter output = new(), talk = new();

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(int Exit, string Out, string Talk)> RunAsync(params string[] arguments)
    {
        output.GetStringBuilder().Clear();
        talk.GetStringBuilder().Clear();
        var screen = new Screen { Out = output, Error = talk, IsTerminal = false, HasColor = false, Width = 80 };
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var exit = await Shell.RunAsync(CommandTree.Create(time, screen), arguments, screen);
        return (exit, output.ToString(), talk.ToString());
    }

    private async Task<SqliteJournal> JournalAsync()
    {
        Directory.CreateDirectory(Data);
        var journal = await SqliteJournal.OpenAsync(Data, TimeProvider.System);
        await journal.AppendAsync(new Append("watch", "1", [new WatchStopped(Instant.FromUtc(2026, 1, 1, 11, 0), "run-1")]));
        return journal;
    }

    [Fact]
    public async Task A_backup_into_a_folder_gets_a_name_of_its_own_is_verified_and_restored()
    {
        await using var journal = await JournalAsync();
        var (made, json, _) = await RunAsync("backup", "--to", folder, "--data", Data, "-o", "json");
        var row = JsonNode.Parse(json)!["backups"]![0]!;
        var file = (string)row["file"]!;

        Assert.Equal((0, Path.Combine(folder, "nines-20260101T120000Z.backup"), 1L), (made, file, (long)row["position"]!));
        var (verified, said, _) = await RunAsync("backup", "verify", file);
        Assert.Equal((0, $"{file} is whole.\nPosition 1, {(long)row["bytes"]!:N0} bytes, journal sha256:{(string)row["journal_sha256"]!}.\n"), (verified, said));

        var restored = Path.Combine(folder, "restored");
        var (exit, told, _) = await RunAsync("restore", file, "--data", restored);
        Assert.Equal(0, exit);
        Assert.StartsWith($"Restored into {restored}. The next `nines up` goes on from there; what lies between is unknown.\n", told);
        Assert.Equal(2, (await RunAsync("restore", file, "--data", restored)).Exit);
        Assert.Contains("before-restore-20260101T120000Z", (await RunAsync("restore", file, "--data", restored, "--force")).Out);
    }

    [Fact]
    public async Task Users_go_with_it_come_back_without_their_sessions_and_can_be_left_out()
    {
        await using var journal = await JournalAsync();
        using (var store = new AccessStore(Data, TimeProvider.System)) await new Users(store, new Passwords(10)).AddAsync("ada", Role.Admin, "correct horse battery", null, null, "root", default);
        var file = Path.Combine(folder, "one");
        Assert.Contains("one.access.json is beside it.\n", (await RunAsync("backup", "--to", file, "--data", Data)).Out, StringComparison.Ordinal);
        Assert.Contains("one.access.json is whole.\n", (await RunAsync("backup", "verify", file)).Out, StringComparison.Ordinal);
        var (exit, said, _) = await RunAsync("restore", file, "--data", Path.Combine(folder, "two"));
        Assert.Equal(0, exit);
        Assert.Matches("access.json is as of 2026-01-01 12:00[^ ]* UTC, without sessions", said);
        Assert.Contains("ada", (await RunAsync("users", "list", "--data", Path.Combine(folder, "two"))).Out, StringComparison.Ordinal);
        File.Delete($"{file}.access.json");
        Assert.Contains("one.access.json was put beside it and is no longer there", (await RunAsync("backup", "verify", file)).Out, StringComparison.Ordinal);
        Assert.Contains("access.json is not beside the backup any more", (await RunAsync("restore", file, "--data", Path.Combine(folder, "three"))).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("backup", "--journal-only", "--to", Path.Combine(folder, "four"), "--data", Data)).Exit);
        Assert.False(File.Exists(Path.Combine(folder, "four.access.json")));
    }

    [Fact]
    public async Task The_key_of_public_ids_goes_with_it_so_that_a_restored_page_keeps_them()
    {
        await using var journal = await JournalAsync();
        var at = Instant.FromUtc(2026, 1, 1, 0, 0);
        var id = PublicIds.Open(Data).Of("outage", "shop-1", at);
        var file = Path.Combine(folder, "one");
        Assert.Contains("one.status-page.key is beside it.\n", (await RunAsync("backup", "--to", file, "--data", Data)).Out, StringComparison.Ordinal);
        var two = Path.Combine(folder, "two");
        Assert.Contains("status-page.key is back: incidents and windows of the status page keep their ids.", (await RunAsync("restore", file, "--data", two)).Out, StringComparison.Ordinal);
        Assert.Equal(id, PublicIds.Open(two).Of("outage", "shop-1", at));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(two, PublicIds.FileName)));
        File.Delete($"{file}.status-page.key");
        Assert.Contains("all incidents and windows of the status page get new ids", (await RunAsync("restore", file, "--data", Path.Combine(folder, "three"))).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_in_an_empty_folder_before_the_restore_does_not_cost_the_page_its_ids()
    {
        await using var journal = await JournalAsync();
        var at = Instant.FromUtc(2026, 1, 1, 0, 0);
        var id = PublicIds.Open(Data).Of("outage", "shop-1", at);
        var (file, two) = (Path.Combine(folder, "one"), Path.Combine(folder, "two"));
        await RunAsync("backup", "--to", file, "--data", Data);
        Directory.CreateDirectory(two);
        var made = PublicIds.Open(two).Of("outage", "shop-1", at); // as every start makes one where there is none
        Assert.NotEqual(id, made);
        Assert.Contains("status-page.key is back: incidents and windows of the status page keep their ids.", (await RunAsync("restore", file, "--data", two, "--force")).Out, StringComparison.Ordinal);
        Assert.Equal(id, PublicIds.Open(two).Of("outage", "shop-1", at));
        File.Delete($"{file}.status-page.key");
        Assert.Contains("status-page.key is the one that was there", (await RunAsync("restore", file, "--data", two, "--force")).Out, StringComparison.Ordinal);
        Assert.Equal(id, PublicIds.Open(two).Of("outage", "shop-1", at));
    }

    [Fact]
    public async Task What_ends_in_a_slash_is_a_folder_and_is_made_for_its_owner_alone()
    {
        await using var journal = await JournalAsync();
        var target = Path.Combine(folder, "kept", "backups");
        Assert.Equal(0, (await RunAsync("backup", "--to", target + "/", "--data", Data)).Exit);
        Assert.True(File.Exists(Path.Combine(target, "nines-20260101T120000Z.backup")));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(target));
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "");
        var (exit, _, said) = await RunAsync("backup", "--to", Path.Combine(folder, "file", "x/"), "--data", Data);
        Assert.Equal(4, exit);
        Assert.StartsWith("NIN2102: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_another_user_s_is_not_said_to_be_empty()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "users of POSIX");
        await using var journal = await JournalAsync();
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Data, (UnixFileMode)0b111_000_000);
        // Root may read everything, so that the verb is run by nobody.
        string[] verb = ["get", "outages", "--data", Data];
        string[] command = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", Path.Combine(AppContext.BaseDirectory, "nines.dll"), .. verb] : [];
        var (exit, said) = (0, "");
        if (command.Length > 0)
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            exit = process.ExitCode;
            Assert.SkipWhen(said.Contains("setpriv", StringComparison.Ordinal) || exit is 126 or 127, $"nobody cannot run dotnet here: {said}");
        }
        else
        {
            File.SetUnixFileMode(Data, UnixFileMode.None);
            (exit, _, said) = await RunAsync(verb);
            File.SetUnixFileMode(Data, (UnixFileMode)0b111_000_000);
        }
        Assert.Equal(4, exit);
        Assert.StartsWith($"NIN2018: {Data}: the folder may not be read by this user (", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_says_its_code_and_how_to_mend_it()
    {
        await using var journal = await JournalAsync();
        var file = Path.Combine(folder, "one");
        Assert.Equal((2, "NIN4000"), Of(await RunAsync("backup", "--data", Data)));
        Assert.Equal((0, ""), Of(await RunAsync("backup", "--to", file, "--data", Data)));
        Assert.Equal((2, "NIN2101"), Of(await RunAsync("backup", "--to", file, "--data", Data)));
        Assert.Equal((4, "NIN2103"), Of(await RunAsync("backup", "verify", Path.Combine(folder, "none"))));
        Assert.Equal((4, "NIN2003"), Of(await RunAsync("restore", file, "--data", Data, "--force")));
        await File.AppendAllTextAsync(file, "x");
        Assert.Equal((1, "NIN2104"), Of(await RunAsync("backup", "verify", file)));

        static (int, string) Of((int Exit, string Out, string Talk) result) => (result.Exit, result.Talk.Split(':')[0]);
    }

    [Theory]
    [InlineData(0.0, "\rcopying      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0 %")]
    [InlineData(0.501, "\rcopying      ███████████████░░░░░░░░░░░░░░░  50 %")]
    [InlineData(7.0, "\rcopying      ██████████████████████████████ 100 %")]
    public void A_bar_fills_and_says_the_same_only_once(double share, string line)
    {
        var bar = new ProgressBar(talk);
        bar.Report(new("copying", share));
        bar.Report(new("copying", share + 0.0001));
        Assert.Equal(line, talk.ToString());
        bar.Clear();
        Assert.EndsWith(" \r", talk.ToString());
    }

    [Fact]
    public async Task The_version_says_its_number_and_where_known_its_commit()
    {
        var (exit, said, _) = await RunAsync("--version");
        Assert.Equal(0, exit);
        Assert.Matches(@"^nines \d+\.\d+\.\d+( \([0-9a-f]{10}\))?\n$", said);
    }
}

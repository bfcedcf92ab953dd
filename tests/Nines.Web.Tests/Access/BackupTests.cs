using System.Net;
using Nines.Backbone.Embedded;
using Nines.Backbone.Embedded.Backup;
using Nines.Response.Subscriptions;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Web.Tests.Access;

/// <summary>Users, tokens and subscribers go with a backup, and come back with it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class BackupTests
{
    private static readonly BesideFile[] Beside = [new(AccessStore.FileName, false, AccessStore.IsWhole), new(SubscriptionBook.FileName, true, SubscriptionBook.IsWhole)];

    private static readonly string Id = new('a', 32);

    /// <summary>A folder with users of every role and a subscriber, and a backup of it.</summary>
    private static async Task<(Gatehouse House, string Backup)> BackedUpAsync(IReadOnlyList<BesideFile>? beside = null)
    {
        var house = await Gatehouse.StartAsync();
        Directory.CreateDirectory(house.Folder + "-kept");
        await using (await SqliteJournal.OpenAsync(house.Folder, TimeProvider.System)) { }
        SubscriptionBook.Open(house.Folder, new SubscriptionOptions(), TimeProvider.System).Dispose();
        using (var file = RecordFile.Open(Path.Combine(house.Folder, SubscriptionBook.FileName)))
            file.Commit(KeyValuePair.Create($"subscription/{Id}", (byte[]?)new Subscription { Id = Id, Kind = SubscriptionKind.Email, Address = "ann@example.org", Components = [], AskedAt = Watched.Zero, ConfirmedAt = Watched.Zero }.ToBytes()));
        var backup = Path.Combine(house.Folder + "-kept", "nines.backup");
        await JournalBackup.MakeAsync(house.Folder, backup, "0.1.0", TimeProvider.System, beside ?? Beside);
        return (house, backup);
    }

    private static async Task<Restoration> RestoreAsync(Gatehouse house, string backup, bool lost = true)
    {
        await house.DisposeServerAsync();
        if (lost) foreach (var file in Directory.GetFiles(house.Folder)) File.Delete(file);
        try
        {
            return await JournalBackup.RestoreAsync(backup, house.Folder, force: !lost, TimeProvider.System, Beside);
        }
        finally
        {
            await house.RestartAsync();
        }
    }

    private static int Subscribers(Gatehouse house)
    {
        using var book = SubscriptionBook.Open(house.Folder, new SubscriptionOptions(), TimeProvider.System);
        return book.Count.Confirmed;
    }

    private static async Task EndAsync(Gatehouse house, params string[] more)
    {
        await house.DisposeAsync();
        foreach (var folder in (string[])[house.Folder + "-kept", .. more]) Directory.Delete(folder, recursive: true);
    }

    private static async Task<HttpStatusCode> LogInAsync(Gatehouse house, string handle) => (await house.PostFormAsync("/login", null, ("handle", handle), ("password", Gatehouse.Password))).Status;

    [Fact]
    public async Task After_the_loss_of_the_folder_people_log_in_tokens_hold_and_subscribers_are_there()
    {
        var (house, backup) = await BackedUpAsync();
        var token = await house.TokenAsync(Role.Responder); // made after the backup
        Assert.Equal(["access.json", "subscriptions.db"], (await JournalBackup.VerifyAsync(backup, TimeProvider.System)).Beside.Select(part => part.Name));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(backup)!)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        var restored = await RestoreAsync(house, backup);
        Assert.All(restored.Beside.Values, origin => Assert.Equal(BesideOrigin.Backup, origin));
        foreach (var role in Gatehouse.Roles) Assert.Equal(HttpStatusCode.SeeOther, await LogInAsync(house, RoleWords.Of(role)));
        Assert.Equal(1, Subscribers(house));
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.SendAsync(HttpMethod.Get, "/api/v1/me", bearer: token)).Status);
        foreach (var file in (string[])["access.json", "subscriptions.db"]) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(house.Folder, file)));
        await EndAsync(house);
    }

    [Fact]
    public async Task Where_the_folder_still_has_them_who_was_forgotten_stays_forgotten_and_who_was_disabled_stays_out()
    {
        var (house, backup) = await BackedUpAsync();
        await house.Get<Users>().SetDisabledAsync("responder", true, "ada", default);
        using (var book = SubscriptionBook.Open(house.Folder, new SubscriptionOptions(), TimeProvider.System)) Assert.True(book.Leave(book.Tokens.LeaveToken(Id)));
        var restored = await RestoreAsync(house, backup, lost: false);
        Assert.All(restored.Beside.Values, origin => Assert.Equal(BesideOrigin.FolderBefore, origin));
        Assert.Equal(0, Subscribers(house));
        Assert.Equal(HttpStatusCode.Unauthorized, await LogInAsync(house, "responder"));
        Assert.Equal(HttpStatusCode.SeeOther, await LogInAsync(house, "viewer"));
        await EndAsync(house, restored.MovedTo!);
    }

    [Fact]
    public async Task What_the_folder_has_damaged_is_taken_from_the_backup()
    {
        var (house, backup) = await BackedUpAsync();
        await house.DisposeServerAsync();
        foreach (var file in (string[])["access.json", "subscriptions.db"]) await File.WriteAllTextAsync(Path.Combine(house.Folder, file), "{\"schema\":\"nines.access/1\",\"gener");
        var restored = await RestoreAsync(house, backup, lost: false);
        Assert.All(restored.Beside.Values, origin => Assert.Equal(BesideOrigin.Backup, origin));
        Assert.Equal(HttpStatusCode.SeeOther, await LogInAsync(house, "admin"));
        Assert.Equal(1, Subscribers(house));
        await EndAsync(house, restored.MovedTo!);
    }

    [Fact]
    public async Task What_was_left_out_or_deleted_since_does_not_hinder_a_restore_and_what_was_changed_does()
    {
        var (house, backup) = await BackedUpAsync();
        File.Delete($"{backup}.subscriptions.db");
        var restored = await RestoreAsync(house, backup);
        Assert.Equal((BesideOrigin.Backup, BesideOrigin.Nowhere), (restored.Beside["access.json"], restored.Beside["subscriptions.db"]));
        Assert.False(File.Exists(Path.Combine(house.Folder, "subscriptions.db")));
        await File.WriteAllTextAsync($"{backup}.access.json", (await File.ReadAllTextAsync($"{backup}.access.json")).Replace("responder", "reverter9", StringComparison.Ordinal));
        Assert.Equal(BackupErrors.DoesNotMatch, (await Assert.ThrowsAsync<BackupException>(() => JournalBackup.VerifyAsync(backup, TimeProvider.System))).Code);
        await EndAsync(house);
        (house, backup) = await BackedUpAsync([]);
        Assert.Equal(["nines.backup", "nines.backup.manifest.json"], Directory.GetFiles(Path.GetDirectoryName(backup)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await EndAsync(house);
    }
}

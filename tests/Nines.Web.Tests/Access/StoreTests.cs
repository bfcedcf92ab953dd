using Nines.Core.Facts;
using Nines.Web.Access;
using File = System.IO.File;

namespace Nines.Web.Tests.Access;

public sealed class StoreTests : IDisposable
{
    private readonly Desk desk = new();

    public void Dispose() => desk.Dispose();

    [Fact]
    public async Task What_was_kept_is_there_after_a_restart()
    {
        await desk.AddAsync("ada", Role.Admin);
        var cookie = await desk.OpenAsync("ada");
        var (token, _) = await desk.Tokens.CreateAsync("ada", "grafana", Role.Viewer, null, "ada", default);
        using var again = new AccessStore(desk.Folder, desk.Time);
        Assert.Equal(Role.Admin, again.Read().Users["ada"].Role);
        Assert.Equal("ada", (await new Sessions(again, () => desk.Settings).FindAsync(cookie, default))?.User.Handle);
        Assert.Equal(Role.Viewer, (await new ApiTokens(again).FindAsync(token, default))?.Role);
    }

    [Fact]
    public async Task Only_its_owner_can_read_the_file_and_no_secret_is_in_it()
    {
        await desk.AddAsync("ada", Role.Admin);
        var cookie = await desk.OpenAsync("ada");
        var (token, _) = await desk.Tokens.CreateAsync("ada", "grafana", Role.Viewer, null, "ada", default);
        var text = await File.ReadAllTextAsync(desk.File);
        Assert.DoesNotContain(Desk.Password, text, StringComparison.Ordinal);
        Assert.DoesNotContain(cookie, text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(desk.File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(desk.Folder, AccessStore.LockName)));
    }

    [Fact]
    public async Task A_change_of_another_process_is_seen_with_the_next_question()
    {
        await desk.AddAsync("ada", Role.Admin);
        using var beside = new AccessStore(desk.Folder, desk.Time);
        Assert.Equal(["ada"], beside.Read().Users.Keys);
        for (var n = 0; n < 20; n++)
        {
            // Alternately, without a pause: two writes may well have one time stamp and one length.
            var (writer, reader) = n % 2 == 0 ? (desk.Store, beside) : (beside, desk.Store);
            var role = n % 3 == 0 ? Role.Viewer : Role.Admin;
            await writer.ChangeAsync(book => book.With(book.UserOf("ada") with { Role = role }));
            Assert.Equal(role, reader.Read().Users["ada"].Role);
        }
    }

    [Fact]
    public async Task What_somebody_writes_into_the_file_right_after_a_change_is_not_taken_for_the_change()
    {
        await desk.AddAsync("ada");
        for (var n = 0; n < 100; n++)
        {
            var before = await File.ReadAllTextAsync(desk.File);
            var changing = Task.Run(() => desk.Store.ChangeAsync(book => book.With(book.UserOf("ada") with { Role = n % 2 == 0 ? Role.Viewer : Role.Admin })));
            while (await File.ReadAllTextAsync(desk.File) == before) await Task.Yield();
            var changed = await File.ReadAllTextAsync(desk.File);
            await File.WriteAllTextAsync(desk.File, "{"); // the change may still be on its way back from the disk
            await changing;
            Assert.Equal("NIN4310", Assert.Throws<AccessException>(() => desk.Store.Read()).Code);
            await File.WriteAllTextAsync(desk.File, changed);
        }
    }

    [Fact]
    public async Task Changes_of_several_at_once_all_hold()
    {
        using var beside = new AccessStore(desk.Folder, TimeProvider.System);
        using var first = new AccessStore(desk.Folder, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() =>
            (n % 2 == 0 ? first : beside).ChangeAsync(book => book.With(new User($"u{n}", Role.Viewer, "-", default, default, false, null, null))))));
        Assert.Equal(40, desk.Store.Read().Users.Count);
        Assert.Equal(40, desk.Store.Read().Generation);
    }

    [Theory]
    [InlineData("", "NIN4310")]
    [InlineData("{", "NIN4310")]
    [InlineData("[]", "NIN4310")]
    [InlineData("""{"schema":"nines.access/2","generation":1,"users":[],"retired":[],"tokens":[],"sessions":[],"unrecorded":[]}""", "NIN4310")]
    [InlineData("""{"schema":"nines.access/1","generation":1,"users":[],"retired":[],"tokens":[],"sessions":[]}""", "NIN4310")]
    [InlineData("""{"schema":"nines.access/1","generation":1,"users":[],"retired":[],"tokens":[],"sessions":[],"unrecorded":[],"more":1}""", "NIN4310")]
    [InlineData("""{"schema":"nines.access/1","generation":1,"users":[{"handle":"A B","role":"admin","password":"x","created":"2026-01-01T00:00:00Z","password_changed":"2026-01-01T00:00:00Z","disabled":false,"name":null,"mail":null}],"retired":[],"tokens":[],"sessions":[],"unrecorded":[]}""", "NIN4310")]
    public async Task A_damaged_file_is_told_with_how_to_mend_it_and_left_as_it_is(string text, string code)
    {
        await File.WriteAllTextAsync(desk.File, text);
        var told = await Assert.ThrowsAsync<AccessException>(() => desk.AddAsync("ada"));
        Assert.Equal(code, told.Code);
        Assert.Contains("Restore it from a backup", told.Message, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(desk.File));
    }

    [Fact]
    public async Task What_a_crash_left_half_written_changes_nothing()
    {
        await desk.AddAsync("ada", Role.Admin);
        await File.WriteAllTextAsync($"{desk.File}.part", "{\"schema\":");
        await desk.AddAsync("bob");
        Assert.Equal(["ada", "bob"], desk.Store.Read().Users.Keys);
        Assert.False(File.Exists($"{desk.File}.part"));
    }

    [Fact]
    public async Task Every_change_waits_in_the_same_write_to_go_on_record_without_personal_data()
    {
        await desk.Users.AddAsync("ada", Role.Admin, Desk.Password, "Ada Lovelace", "ada@example.com", "root", default);
        await desk.AddAsync("bob");
        await desk.Users.SetRoleAsync("bob", Role.Responder, "ada", default);
        await desk.Users.SetPasswordAsync("bob", Desk.Other, "bob", default);
        var (_, token) = await desk.Tokens.CreateAsync("bob", "pager", Role.Viewer, null, "bob", default);
        await desk.Tokens.RevokeAsync(token.Id, null, "ada", default);
        await desk.Users.SetDisabledAsync("bob", true, "ada", default);
        await desk.Users.DeleteAsync("bob", "ada", default);
        var changes = desk.Store.Read().Unrecorded;
        Assert.Equal(
            [AccessChange.UserAdded, AccessChange.UserAdded, AccessChange.RoleChanged, AccessChange.PasswordChanged, AccessChange.TokenCreated, AccessChange.TokenRevoked, AccessChange.UserDisabled, AccessChange.UserDeleted],
            changes.Select(change => change.What));
        Assert.Equal(changes.Length, changes.Select(change => change.Id).Distinct().Count());
        var text = string.Concat(changes.Select(change => System.Text.Encoding.UTF8.GetString(FactJson.Write(change))));
        Assert.DoesNotContain("Lovelace", text, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", text, StringComparison.Ordinal);
        Assert.Equal(changes[2], FactJson.Read(FactJson.Write(changes[2])));
    }
}

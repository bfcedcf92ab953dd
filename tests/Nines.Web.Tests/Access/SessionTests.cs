using Nines.Web.Access;
using NodaTime;

namespace Nines.Web.Tests.Access;

public sealed class SessionTests : IDisposable
{
    private readonly Desk desk = new();

    public void Dispose() => desk.Dispose();

    [Fact]
    public async Task A_session_that_is_not_used_ends_and_one_that_is_used_ends_in_the_end()
    {
        await desk.AddAsync("ada", Role.Admin);
        var idle = await desk.OpenAsync("ada");
        var used = await desk.OpenAsync("ada");
        for (var hours = 0; hours < 7 * 24 - 6; hours += 6)
        {
            desk.Time.Advance(TimeSpan.FromHours(6));
            Assert.Equal("ada", await desk.WhoAsync(used));
            if (hours >= 6) Assert.Null(await desk.WhoAsync(idle));
        }
        desk.Time.Advance(TimeSpan.FromHours(6));
        Assert.Null(await desk.WhoAsync(used));
    }

    [Fact]
    public async Task A_shorter_limit_of_a_reload_holds_for_sessions_that_are_open()
    {
        await desk.AddAsync("ada", Role.Admin);
        var cookie = await desk.OpenAsync("ada");
        desk.Time.Advance(TimeSpan.FromHours(2));
        desk.Settings = desk.Settings with { SessionIdle = Duration.FromHours(1) };
        Assert.Null(await desk.WhoAsync(cookie));
    }

    [Fact]
    public async Task Uses_within_five_minutes_cost_no_write()
    {
        await desk.AddAsync("ada", Role.Admin);
        var cookie = await desk.OpenAsync("ada");
        var before = desk.Store.Read().Generation;
        for (var n = 0; n < 100; n++) await desk.WhoAsync(cookie);
        Assert.Equal(before, desk.Store.Read().Generation);
        desk.Time.Advance(TimeSpan.FromMinutes(6));
        await desk.WhoAsync(cookie);
        Assert.Equal(before + 1, desk.Store.Read().Generation);
    }

    [Fact]
    public async Task A_new_password_or_role_and_a_disabled_user_end_every_session()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob");
        foreach (var change in (Func<Task>[])
            [
                () => desk.Users.SetPasswordAsync("bob", Desk.Other, "bob", default),
                () => desk.Users.SetRoleAsync("bob", Role.Responder, "ada", default),
                () => desk.Sessions.EndAllAsync("bob", "bob", default),
                () => desk.Users.SetDisabledAsync("bob", true, "ada", default),
            ])
        {
            var (one, other, foreign) = (await desk.OpenAsync("bob"), await desk.OpenAsync("bob"), await desk.OpenAsync("ada"));
            await change();
            Assert.Null(await desk.WhoAsync(one));
            Assert.Null(await desk.WhoAsync(other));
            Assert.Equal("ada", await desk.WhoAsync(foreign));
        }
    }

    [Fact]
    public async Task What_somebody_planted_in_a_browser_is_not_the_session_after_the_log_in()
    {
        await desk.AddAsync("ada", Role.Admin);
        var planted = await desk.OpenAsync("ada");
        var own = await desk.LogIn.OpenAsync("ada", Desk.Password, null, null, planted, default);
        Assert.NotEqual(planted, own);
        Assert.Null(await desk.WhoAsync(planted));
        var invented = Secrets.New();
        Assert.NotEqual(invented, await desk.LogIn.OpenAsync("ada", Desk.Password, null, null, invented, default));
        Assert.Null(await desk.WhoAsync(invented));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("../../../../etc/passwd")]
    public async Task A_cookie_that_we_did_not_give_is_nobody_s(string? cookie) => Assert.Null(await desk.Sessions.FindAsync(cookie, default));

    [Fact]
    public async Task The_oldest_session_ends_when_somebody_has_too_many()
    {
        await desk.AddAsync("ada", Role.Admin);
        var first = await desk.OpenAsync("ada");
        for (var n = 0; n < AccessBook.MostSessionsEach; n++)
        {
            desk.Time.Advance(TimeSpan.FromSeconds(1));
            await desk.OpenAsync("ada");
        }
        Assert.Null(await desk.WhoAsync(first));
        Assert.Equal(AccessBook.MostSessionsEach, desk.Sessions.Of("ada").Count);
    }

    [Fact]
    public async Task Somebody_ends_only_his_own_sessions_by_their_names()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob");
        var cookie = await desk.OpenAsync("bob");
        var id = Assert.Single(desk.Sessions.Of("bob")).Id;
        await desk.Sessions.EndAsync("ada", id, default);
        Assert.Equal("bob", await desk.WhoAsync(cookie));
        await desk.Sessions.EndAsync("bob", id, default);
        Assert.Null(await desk.WhoAsync(cookie));
    }

    [Fact]
    public async Task A_form_s_token_follows_from_the_session_and_not_the_other_way()
    {
        await desk.AddAsync("ada", Role.Admin);
        var (one, other) = (await desk.OpenAsync("ada"), await desk.OpenAsync("ada"));
        Assert.NotEqual(Secrets.FormToken(one), Secrets.FormToken(other));
        Assert.NotEqual(one, Secrets.FormToken(one));
        Assert.DoesNotContain(Secrets.Hash(one), Secrets.FormToken(one), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_form_s_token_is_written_otherwise_in_every_page_and_holds_all_the_same()
    {
        await using var house = await Gatehouse.StartAsync();
        var cookie = await house.CookieAsync(Role.Viewer);
        var written = new HashSet<string>();
        for (var n = 0; n < 3; n++)
        {
            var page = (await house.SendAsync(HttpMethod.Get, "/settings", cookie: cookie)).Text;
            var token = page.Split($"name=\"{Gate.FormField}\" value=\"")[1].Split('"')[0];
            Assert.DoesNotContain(Secrets.FormToken(cookie), page, StringComparison.Ordinal);
            Assert.True(Secrets.IsMasked(token, Secrets.FormToken(cookie)));
            written.Add(token);
        }
        Assert.Equal(3, written.Count);
        Assert.All(["", "a", "AAAA", Secrets.FormToken(cookie), Secrets.Masked(""), Secrets.Masked("other"), new string('A', 10_000)], text => Assert.False(Secrets.IsMasked(text, Secrets.FormToken(cookie))));
    }

    [Fact]
    public async Task A_password_that_was_changed_while_it_was_compared_opens_no_session()
    {
        await desk.AddAsync("ada", Role.Admin);
        var before = desk.Users.All.Single();
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        await desk.Users.SetPasswordAsync("ada", Desk.Other, "ada", default);
        Assert.Equal(AccessErrors.WrongPassword, (await Assert.ThrowsAsync<AccessException>(() => desk.Sessions.OpenAsync(before, null, null, default))).Code);
        Assert.Empty(desk.Sessions.Of("ada"));
    }
}

using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

public sealed class UserTests : IDisposable
{
    private readonly Desk desk = new();

    public void Dispose() => desk.Dispose();

    [Theory]
    [InlineData("short-1-two", "ada", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaa", "ada", true)]
    [InlineData("passwordpassword", "ada", true)]
    [InlineData("Password123456!", "ada", true)]
    [InlineData("qwertyuiop123", "ada", true)]
    [InlineData("longhandle-of-ada", "longhandle-of-ada", true)]
    [InlineData("Lovelace123456", "lovelace", true)]
    [InlineData("correct horse nine nines", "ada", false)]
    [InlineData("пароль из слов", "ada", false)]
    public void A_password_is_long_and_not_what_anybody_would_try(string password, string handle, bool refused)
    {
        if (!refused) Passwords.Check(password, handle);
        else
        {
            var told = Assert.Throws<AccessException>(() => Passwords.Check(password, handle));
            Assert.Equal(AccessErrors.WeakPassword, told.Code);
            Assert.DoesNotContain(password, told.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_password_of_a_megabyte_is_refused_before_anything_is_hashed()
    {
        await desk.AddAsync("ada", Role.Admin);
        var before = desk.Passwords.Compared;
        var long1 = new string('x', 1 << 20);
        Assert.Equal(AccessErrors.WeakPassword, await Desk.RefusalAsync(() => desk.Users.SetPasswordAsync("ada", long1 + "abcdefgh", "ada", default)));
        Assert.Equal(AccessErrors.WrongPassword, await Desk.RefusalAsync(() => desk.LogIn.OpenAsync("ada", long1, null, null, null, default)));
        Assert.Equal(before, desk.Passwords.Compared);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Ada")]
    [InlineData("-ada")]
    [InlineData("ada lovelace")]
    [InlineData("ada\r\nX: y")]
    [InlineData("ада")]
    [InlineData("abcdefghijklmnopqrstuvwxyz-0123456")]
    public async Task A_handle_is_short_and_plain(string handle) => Assert.Equal(AccessErrors.BadValue, await Desk.RefusalAsync(() => desk.AddAsync(handle)));

    [Theory]
    [InlineData("Ada\r\nLovelace", null)]
    [InlineData("Ada\u202Eecalevol", null)]
    [InlineData(null, "nobody")]
    [InlineData(null, "a@b@c")]
    [InlineData(null, "a@b.c\nBcc: d@e.f")]
    public async Task What_others_see_moves_no_cursor_and_begins_no_line(string? name, string? mail) =>
        Assert.Equal(AccessErrors.BadValue, await Desk.RefusalAsync(() => desk.Users.AddAsync("ada", Role.Viewer, Desk.Password, name, mail, "root", default)));

    [Fact]
    public async Task The_last_admin_stays()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob");
        Assert.Equal(AccessErrors.LastAdmin, await Desk.RefusalAsync(() => desk.Users.SetRoleAsync("ada", Role.Viewer, "ada", default)));
        Assert.Equal(AccessErrors.LastAdmin, await Desk.RefusalAsync(() => desk.Users.SetDisabledAsync("ada", true, "ada", default)));
        Assert.Equal(AccessErrors.LastAdmin, await Desk.RefusalAsync(() => desk.Users.DeleteAsync("ada", "ada", default)));
        await desk.Users.SetRoleAsync("bob", Role.Admin, "ada", default);
        await desk.Users.DeleteAsync("ada", "bob", default);
        Assert.Equal(["bob"], desk.Users.All.Select(user => user.Handle));
    }

    [Fact]
    public async Task The_handle_of_somebody_who_was_deleted_is_given_to_nobody_else()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob");
        await desk.Users.DeleteAsync("bob", "ada", default);
        Assert.Equal(AccessErrors.HandleTaken, await Desk.RefusalAsync(() => desk.AddAsync("bob")));
        Assert.Equal(AccessErrors.HandleTaken, await Desk.RefusalAsync(() => desk.AddAsync("ada")));
    }

    [Fact]
    public async Task The_first_admin_is_set_up_once()
    {
        var setUp = new SetUp(desk.Users);
        var link = setUp.Offer();
        Assert.NotNull(link);
        Assert.Equal(AccessErrors.SetUpLink, await Desk.RefusalAsync(() => setUp.FinishAsync(Secrets.New(), "eve", Desk.Password, default)));
        Assert.Equal(AccessErrors.SetUpLink, await Desk.RefusalAsync(() => setUp.FinishAsync(null, "eve", Desk.Password, default)));
        // A mistake in the form does not use the link up.
        Assert.Equal(AccessErrors.WeakPassword, await Desk.RefusalAsync(() => setUp.FinishAsync(link, "ada", "short", default)));
        await setUp.FinishAsync(link, "ada", Desk.Password, default);
        Assert.Equal(Role.Admin, Assert.Single(desk.Users.All).Role);
        Assert.Equal(AccessErrors.SetUpLink, await Desk.RefusalAsync(() => setUp.FinishAsync(link, "eve", Desk.Password, default)));
        Assert.Null(setUp.Offer());
    }

    [Fact]
    public async Task Each_start_offers_another_link_and_the_one_before_is_worth_nothing()
    {
        var setUp = new SetUp(desk.Users);
        var first = setUp.Offer();
        var second = setUp.Offer();
        Assert.False(setUp.IsOffered(first));
        Assert.True(setUp.IsOffered(second));
        await desk.AddAsync("ada", Role.Admin); // by the verb, on the machine
        Assert.False(setUp.IsOffered(second));
    }

    [Fact]
    public async Task A_password_is_kept_with_as_many_rounds_as_are_asked_for_today()
    {
        using var strong = new Passwords(rounds: 50);
        await desk.AddAsync("ada", Role.Admin);
        var before = desk.Store.Read().Users["ada"].Password;
        var logIn = new LogIn(desk.Store, strong, desk.Sessions, desk.Limits, desk.Counts);
        await logIn.OpenAsync("ada", Desk.Password, null, null, null, default);
        var after = desk.Store.Read().Users["ada"].Password;
        Assert.NotEqual(before, after);
        Assert.Equal((true, false), await strong.CompareAsync(after, Desk.Password));
        Assert.True(Passwords.Rounds >= 210_000, "OWASP asks for 210,000 rounds or more of PBKDF2-HMAC-SHA512");
    }
}

using FsCheck;
using FsCheck.Fluent;
using Nines.Testing;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Web.Tests.Access;

public sealed class TokenTests : IDisposable
{
    private readonly Desk desk = new();

    public void Dispose() => desk.Dispose();

    [Fact]
    public void A_token_is_found_by_scanners_and_a_mistyped_one_by_its_checksum()
    {
        var token = TokenText.New();
        Assert.Matches("^nines_[0-9A-Za-z]{49}$", token);
        Assert.True(TokenText.IsWellFormed(token));
        Prop.ForAll(Gen.Choose(6, token.Length - 1).ToArbitrary(), at =>
        {
            var other = token[at] == 'a' ? 'b' : 'a';
            return !TokenText.IsWellFormed(string.Concat(token.AsSpan(0, at), other.ToString(), token.AsSpan(at + 1)));
        }).Holds();
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => TokenText.New()).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nines_")]
    [InlineData("nines_0000000000000000000000000000000000000000000000000")]
    [InlineData("nines_\u0660000000000000000000000000000000000000000000000000")]
    public async Task A_forged_token_is_nobody_s(string token) => Assert.Null(await desk.Tokens.FindAsync(token, default));

    [Fact]
    public async Task A_well_formed_token_that_was_never_given_out_is_nobody_s() => Assert.Null(await desk.Tokens.FindAsync(TokenText.New(), default));

    [Fact]
    public async Task A_token_expires_to_the_instant()
    {
        await desk.AddAsync("ada", Role.Admin);
        var (text, token) = await desk.Tokens.CreateAsync("ada", "ci", Role.Viewer, Duration.FromDays(1), "ada", default);
        desk.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        Assert.NotNull(await desk.Tokens.FindAsync(text, default));
        desk.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await desk.Tokens.FindAsync(text, default));
        Assert.Equal(token.Created + Duration.FromDays(1), token.Expires);
    }

    [Fact]
    public async Task A_token_may_never_more_than_its_owner_may_now()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob", Role.Responder);
        Assert.Equal(AccessErrors.NotAllowed, await Desk.RefusalAsync(() => desk.Tokens.CreateAsync("bob", "x", Role.Admin, null, "bob", default)));
        var (text, _) = await desk.Tokens.CreateAsync("bob", "x", Role.Responder, null, "bob", default);
        Assert.Equal(Role.Responder, (await desk.Tokens.FindAsync(text, default))?.Role);
        await desk.Users.SetRoleAsync("bob", Role.Viewer, "ada", default);
        Assert.Equal(Role.Viewer, (await desk.Tokens.FindAsync(text, default))?.Role);
        await desk.Users.SetRoleAsync("bob", Role.Admin, "ada", default);
        Assert.Equal(Role.Responder, (await desk.Tokens.FindAsync(text, default))?.Role);
        await desk.Users.SetDisabledAsync("bob", true, "ada", default);
        Assert.Null(await desk.Tokens.FindAsync(text, default));
    }

    [Fact]
    public async Task A_revoked_token_and_one_of_a_deleted_user_end_at_once()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob");
        var (one, kept) = await desk.Tokens.CreateAsync("bob", "one", Role.Viewer, null, "bob", default);
        var (two, _) = await desk.Tokens.CreateAsync("bob", "two", Role.Viewer, null, "bob", default);
        Assert.Equal(AccessErrors.NoSuchToken, await Desk.RefusalAsync(() => desk.Tokens.RevokeAsync(kept.Id, "ada", "ada", default)));
        await desk.Tokens.RevokeAsync(kept.Id, "bob", "bob", default);
        Assert.Null(await desk.Tokens.FindAsync(one, default));
        Assert.NotNull(await desk.Tokens.FindAsync(two, default));
        await desk.Users.DeleteAsync("bob", "ada", default);
        Assert.Null(await desk.Tokens.FindAsync(two, default));
        Assert.Empty(desk.Tokens.All);
    }

    [Fact]
    public async Task When_a_token_was_used_is_kept_to_the_hour()
    {
        await desk.AddAsync("ada", Role.Admin);
        var (text, _) = await desk.Tokens.CreateAsync("ada", "ci", Role.Viewer, null, "ada", default);
        await desk.Tokens.FindAsync(text, default);
        var before = desk.Store.Read().Generation;
        for (var n = 0; n < 50; n++) await desk.Tokens.FindAsync(text, default);
        Assert.Equal(before, desk.Store.Read().Generation);
        desk.Time.Advance(TimeSpan.FromHours(2));
        await desk.Tokens.FindAsync(text, default);
        Assert.Equal(desk.Store.Now, Assert.Single(desk.Tokens.All).Used);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(367)]
    public async Task A_token_lives_for_a_year_at_most(int days)
    {
        await desk.AddAsync("ada", Role.Admin);
        Assert.Equal(AccessErrors.BadValue, await Desk.RefusalAsync(() => desk.Tokens.CreateAsync("ada", "ci", Role.Viewer, Duration.FromDays(days), "ada", default)));
    }
}
